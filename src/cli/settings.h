#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>

#include "base/error.h"

namespace weft::cli {

/// Fills the options of the chosen verb that the command line left out. An option `--some-name` in the group kSettings
/// comes from `WEFT_SOME_NAME` (lists separated by commas), then from `some-name:` in the file `weft.yaml` of the
/// working directory, or the one that `WEFT_CONFIG` names. One in the group kProtection loosens a protection and comes
/// from the environment only, so that entering a directory with somebody else's `weft.yaml` opens nothing.
///
/// An empty variable counts as not set. Fails with code `settings` for a file that cannot be read, a key that no verb
/// knows and a value that its option refuses. Main thread only (it reads the environment).
Result<void> ApplySettings(CLI::App& app, CLI::App& verb);

/// `WEFT_SOME_NAME` for the option `--some-name`.
std::string VariableName(std::string_view option);

}  // namespace weft::cli
