# Imported targets for everything that is not ours. tools/setup builds what Debian does not have and passes where it is.
foreach(dir WEFT_NATIVE_DIR WEFT_PROTOS_DIR WEFT_JQ_DIR)
  if(NOT DEFINED ${dir})
    message(FATAL_ERROR "${dir} is not set; configure with ./weft or: cmake -B build $(tools/setup)")
  endif()
endforeach()

find_package(Threads REQUIRED)
find_package(Protobuf REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED)  # headers only
pkg_check_modules(fyaml REQUIRED IMPORTED_TARGET libfyaml)
pkg_check_modules(sqlite REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(postgres REQUIRED IMPORTED_TARGET libpq)

# Temporal's Core with its C bridge, and the JSON Schema validator.
add_library(weft::native STATIC IMPORTED)
set_target_properties(weft::native PROPERTIES
  IMPORTED_LOCATION "${WEFT_NATIVE_DIR}/lib/libweft_native.a"
  INTERFACE_INCLUDE_DIRECTORIES "${WEFT_NATIVE_DIR}/include;${CMAKE_SOURCE_DIR}/native/include"
  INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m")

# Temporal's messages.
add_library(weft::protos STATIC IMPORTED)
set_target_properties(weft::protos PROPERTIES
  IMPORTED_LOCATION "${WEFT_PROTOS_DIR}/lib/libtemporal_protos.a"
  INTERFACE_INCLUDE_DIRECTORIES "${WEFT_PROTOS_DIR}/include"
  INTERFACE_LINK_LIBRARIES "protobuf::libprotobuf")

add_library(weft::onig STATIC IMPORTED)
set_target_properties(weft::onig PROPERTIES IMPORTED_LOCATION "${WEFT_JQ_DIR}/lib/libonig.a")
add_library(weft::jq STATIC IMPORTED)
set_target_properties(weft::jq PROPERTIES
  IMPORTED_LOCATION "${WEFT_JQ_DIR}/lib/libjq.a"
  INTERFACE_INCLUDE_DIRECTORIES "${WEFT_JQ_DIR}/include"
  INTERFACE_LINK_LIBRARIES "weft::onig;Threads::Threads;m")

# What temporalio/ asks of the project around it.
add_library(temporalio::core ALIAS weft::native)
add_library(temporalio::protos ALIAS weft::protos)
