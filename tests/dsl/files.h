#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/load.h"

/// What the tests over tests/dsl share.
namespace weft::dsl::files {

/// `valid/minimal`, `invalid/cycle/two`, …: names below tests/dsl without `.yaml`, sorted.
std::vector<std::string> Names(std::string_view folder);

std::string Read(const std::filesystem::path& path);

/// The text of a name's workflow file.
std::string Source(const std::string& name);

/// Loads a file's text as the command line does; `python.file` is read from the file's folder.
Loaded LoadFile(const std::string& name, const std::string& text);

/// Compares with what stands in `NAME.EXTENSION`; no file stands for the empty text. With WEFT_UPDATE_GOLDEN=1 writes
/// it.
void ExpectGolden(const std::string& name, std::string_view extension, const std::string& actual);

/// Compact JSON with lines and indents for people; keys keep their order.
std::string Indented(std::string_view json);

/// Whether `NAME.EXTENSION` is there.
bool HasGolden(const std::string& name, std::string_view extension);

}  // namespace weft::dsl::files
