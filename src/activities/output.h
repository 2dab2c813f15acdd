#pragma once

#include <string>

#include "activities/activity.h"

namespace weft::activities {

/// What goes into the history: the raw result, or what the node's `output:` makes of it, as JSON text. Fails with code
/// `expression`, or `too_large` above 256 KB.
/// `now` is the time that the expression sees.
Outcome<std::string> FinishOutput(const contract::ActivityInput& input, expr::Value raw, Timestamp now);

}  // namespace weft::activities
