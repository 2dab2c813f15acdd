#include "files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace weft::dsl::files {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = WEFT_DSL_FILES;

fs::path GoldenPath(const std::string& name, std::string_view extension) {
  return kRoot / (name + "." + std::string(extension));
}

}  // namespace

std::vector<std::string> Names(std::string_view folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
    if (entry.path().extension() != ".yaml") continue;
    names.push_back(entry.path().lexically_relative(kRoot).replace_extension().string());
  }
  std::ranges::sort(names);
  return names;
}

std::string Read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Source(const std::string& name) { return Read(kRoot / (name + ".yaml")); }

Loaded LoadFile(const std::string& name, const std::string& text) {
  const auto folder = (kRoot / name).parent_path();
  return Load(text, {.read_file = [folder](std::string_view path) -> Result<std::string> {
                if (!fs::exists(folder / path)) return Fail("value", "there is no such file");
                return Read(folder / path);
              }});
}

void ExpectGolden(const std::string& name, std::string_view extension, const std::string& actual) {
  const auto path = GoldenPath(name, extension);
  if (std::getenv("WEFT_UPDATE_GOLDEN") != nullptr) {  // NOLINT(concurrency-mt-unsafe): the tests have one thread
    if (actual.empty()) {
      fs::remove(path);
    } else if (Read(path) != actual) {
      std::ofstream(path, std::ios::binary) << actual;
    }
    return;
  }
  EXPECT_EQ(Read(path), actual) << path;
}

std::string Indented(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  const auto line = [&] { out += '\n' + std::string(2 * depth, ' '); };
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\') out += json[++i];
      in_string = c != '"';
      continue;
    }
    const bool closes_empty = (c == ']' || c == '}') && (json[i - 1] == '[' || json[i - 1] == '{');
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if ((c == ']' || c == '}') && !closes_empty) line();
    out += c;
    if (c == '[' || c == '{') ++depth;
    if (c == ',' || ((c == '[' || c == '{') && json[i + 1] != ']' && json[i + 1] != '}')) line();
    if (c == ':') out += ' ';
    in_string = c == '"';
  }
  return out + '\n';
}

bool HasGolden(const std::string& name, std::string_view extension) { return fs::exists(GoldenPath(name, extension)); }

}  // namespace weft::dsl::files
