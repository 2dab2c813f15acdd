#pragma once

#include <string_view>
#include <vector>

#include "base/time.h"
#include "dsl/cron.h"
#include "triggers/time_zone.h"

namespace weft::triggers {

/// The first `count` moments after `after` at which the cron fires, as Temporal counts them: an hour that the clocks
/// skip has none, one that they repeat has all of them twice. Jitter, start and end are not part of it. Fewer when
/// there are no more before the year 2100.
std::vector<Timestamp> NextTimes(const dsl::Cron& cron, const TimeZone& zone, Timestamp after, std::size_t count);

}  // namespace weft::triggers
