#pragma once

#include <string>

#include "base/error.h"

namespace weft::cli {

/// A secret text: on a terminal asked for with `prompt` and not shown while it is typed, else all of standard input.
/// One newline at its end is left out. Fails with `usage` when there is none. Main thread only.
Result<std::string> ReadHidden(const std::string& prompt);

}  // namespace weft::cli
