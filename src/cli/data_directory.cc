#include "cli/data_directory.h"

#include <cstdlib>

namespace weft::cli {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::string DefaultDataDirectory() {
  if (const auto shared = Variable("XDG_DATA_HOME"); !shared.empty()) return shared + "/weft";
  const auto home = Variable("HOME");
  return (home.empty() ? std::string(".") : home) + "/.local/share/weft";
}

std::string TokenFile(const std::string& directory) { return directory + "/token"; }

}  // namespace weft::cli
