find_package(Python3 REQUIRED COMPONENTS Interpreter)

# weft_embed(TARGET FUNCTION PATH): TARGET defines weft::server::FUNCTION() of server/embedded.h, with the file PATH or
# what the directory PATH holds when it is built; a directory that is not there is empty.
function(weft_embed target function path)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS "${path}" "${path}/*")
  set(source "${CMAKE_CURRENT_BINARY_DIR}/embedded/${function}.cc")
  add_custom_command(OUTPUT "${source}"
    COMMAND "${Python3_EXECUTABLE}" "${CMAKE_SOURCE_DIR}/tools/embed.py" "${source}" "${function}" "${path}"
    DEPENDS "${CMAKE_SOURCE_DIR}/tools/embed.py" ${files}
    COMMENT "Embedding ${path}" VERBATIM)
  target_sources(${target} PRIVATE "${source}")
  set_source_files_properties("${source}" PROPERTIES COMPILE_OPTIONS "-Wno-c23-extensions")
endfunction()
