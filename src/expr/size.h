#pragma once

#include <cstddef>

#include "expr/value.h"

namespace weft::expr {

/// Bytes of the value as JSON, never too low: exact for ASCII, an upper bound where text needs escapes. Stops counting
/// above `limit` (and returns more than it), so that it is cheap for values that are far too large.
std::size_t SizeBound(const Value& value, std::size_t limit);

enum class Extent { kFits, kTooLarge, kTooDeep };

/// Whether a value stays within bounds; safe for values of any depth, and for those whose shared parts make them
/// endless as text.
Extent Measure(const Value& value, std::size_t max_bytes, int max_depth);

}  // namespace weft::expr
