#pragma once

#include <cstddef>
#include <string_view>

#include "expr/expression.h"

namespace weft::expr {

/// jq's message about the syntax of `text` at a byte range, in words that name what stands there instead of the
/// parser's tokens, with a hint where another language's habit is the cause (`&&`, `===`, `'…'`).
ParseProblem ExplainSyntax(std::string_view text, std::size_t offset, std::size_t length, std::string_view message);

}  // namespace weft::expr
