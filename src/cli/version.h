#pragma once

#include <string>

namespace weft::cli {

/// What `weft --version` prints: the version, where it is known the commit, and what it was built from.
std::string VersionText();

}  // namespace weft::cli
