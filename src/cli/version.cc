#include "cli/version.h"

#include "contract/names.h"

namespace weft::cli {

std::string VersionText() {
  std::string text = "weft " WEFT_VERSION;
  if (constexpr std::string_view commit = WEFT_COMMIT; !commit.empty()) text += " (" + std::string(commit) + ")";
  text += "\nsemantics " + std::to_string(contract::kSemantics);
  text += "\nclang " __clang_version__;
  return text;
}

}  // namespace weft::cli
