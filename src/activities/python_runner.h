#pragma once

namespace weft::activities {

/// The program that runs a node's code: it reads the code from descriptor 4 and the input (JSON) from 5, and writes to
/// 3 either `R` and the result or `E` and `{ type, message, traceback }`, as JSON. Without an answer the process has
/// been ended from inside.
extern const char* const kPythonRunner;

}  // namespace weft::activities
