#pragma once

#include <cstddef>

#include "expr/value.h"

namespace weft::expr {

/// Bytes of the value as JSON, never too low: exact for ASCII, an upper bound where text needs escapes. Stops counting
/// above `limit` (and returns more than it), so that it is cheap for values that are far too large.
std::size_t SizeBound(const Value& value, std::size_t limit);

}  // namespace weft::expr
