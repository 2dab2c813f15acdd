#pragma once

#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "expr/value.h"

namespace weft::triggers {

/// Tests the `match` of an event node before its run is told of the event. `names` is the JSON that the wait was begun
/// with: what `match` reads besides the event. Fails with `expression`.
Result<bool> Matches(std::string_view match, std::string_view names, const expr::Value& event, Timestamp now);

}  // namespace weft::triggers
