#pragma once

#include <string>

namespace weft::cli {

/// Where `weft dev` keeps what outlives it, unless `--data` names another directory: `$XDG_DATA_HOME/weft`, else
/// `~/.local/share/weft`. Main thread only (it reads the environment).
std::string DefaultDataDirectory();

/// The file with its API token, for the other verbs on this machine. Mode 0600.
std::string TokenFile(const std::string& directory);

}  // namespace weft::cli
