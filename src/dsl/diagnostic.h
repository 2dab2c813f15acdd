#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "expr/value.h"

namespace weft::dsl {

/// Lines and columns count from 1, columns in characters (code points); `end` is exclusive.
struct Position {
  int line = 1;
  int column = 1;
  friend bool operator==(const Position&, const Position&) = default;
  friend auto operator<=>(const Position&, const Position&) = default;
};

enum class Severity { kError, kWarning };

/// One problem of a file. `code` is one of the documented codes; `path` is a JSON pointer to the place in the document.
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;
  std::string message;
  std::string hint;  ///< what to write instead; may be empty
  Position begin, end;
  std::string path;
};

/// `{ severity, code, message, line, column, endLine, endColumn, path, hint }`, as every interface shows it.
expr::Value ToJson(const Diagnostic& diagnostic);

bool HasErrors(const std::vector<Diagnostic>& diagnostics);

/// `FILE:LINE:COL: error[CODE]: MESSAGE`, the line, a caret under the place and the hint, for each; for people.
std::string FormatDiagnostics(std::string_view file, std::string_view text, const std::vector<Diagnostic>& diagnostics);

}  // namespace weft::dsl
