#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace weft::dsl {

/// `first`, `first + step`, … up to and including `last`.
struct CronRange {
  int first = 0;
  int last = 0;
  int step = 1;

  friend bool operator==(const CronRange&, const CronRange&) = default;
};

/// The moments at which every field has one of its values. `day_of_week` counts from Sunday, 0.
struct CronCalendar {
  std::vector<CronRange> second, minute, hour, day_of_month, month, day_of_week;

  friend bool operator==(const CronCalendar&, const CronCalendar&) = default;
};

/// When a cron trigger fires: at the moments of any of its calendars (two where both day fields are restricted, which
/// in cron means either), or every so often, counted from the Unix epoch.
struct Cron {
  std::vector<CronCalendar> calendars;
  std::optional<Duration> every;  ///< whole seconds; then there are no calendars

  friend bool operator==(const Cron&, const Cron&) = default;
};

/// A problem at a byte range of the cron text.
struct CronProblem {
  std::string message;
  std::string hint;
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// Reads five fields (minute, hour, day of month, month, day of week), six with leading seconds, `@daily` and its kin,
/// or `@every 30s`. Names (`JAN`, `mon`), lists, ranges, steps and `?` are known; Sunday is 0 or 7.
std::expected<Cron, CronProblem> ParseCron(std::string_view text);

}  // namespace weft::dsl
