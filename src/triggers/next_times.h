#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"
#include "dsl/cron.h"
#include "triggers/time_zone.h"

namespace weft::triggers {

/// The first `count` moments after `after` at which the cron fires, by the arithmetic of Temporal's schedules: an hour
/// that the clocks skip has none, and where they are put back its own rounding decides (west of Greenwich an hour
/// counts twice, east of it part of one is left out). Jitter, start and end are not part of it. Fewer when there are no
/// more before the year 2101.
std::vector<Timestamp> NextTimes(const dsl::Cron& cron, const TimeZone& zone, Timestamp after, std::size_t count);

}  // namespace weft::triggers
