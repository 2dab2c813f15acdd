#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace weft::cli {

/// The text of a workflow file with each `python.file` replaced by the code that it names, for servers, which do not
/// have the file. All else stays as it is written. A text that is no YAML is given back: whoever reads it says what is
/// wrong. Fails as ReadBeside.
Result<std::string> InlinePython(const std::string& path, std::string text);

}  // namespace weft::cli
