#include "triggers/next_times.h"

#include <algorithm>
#include <optional>

namespace weft::triggers {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using Local = std::chrono::local_seconds;
using Moment = TimeZone::Seconds;

/// Temporal's calendars end there.
constexpr int kLastYear = 2100;

bool Has(const std::vector<dsl::CronRange>& ranges, int value) {
  return std::ranges::any_of(ranges, [value](const dsl::CronRange& range) {
    return value >= range.first && value <= range.last && (value - range.first) % range.step == 0;
  });
}

/// The first value of the field from `from` on, below `end`.
std::optional<int> Next(const std::vector<dsl::CronRange>& ranges, int from, int end) {
  for (int value = from; value < end; ++value) {
    if (Has(ranges, value)) return value;
  }
  return {};
}

bool HasDay(const dsl::CronCalendar& calendar, std::chrono::local_days day) {
  const std::chrono::year_month_day date(day);
  return Has(calendar.month, static_cast<int>(static_cast<unsigned>(date.month()))) &&
         Has(calendar.day_of_month, static_cast<int>(static_cast<unsigned>(date.day()))) &&
         Has(calendar.day_of_week, static_cast<int>(std::chrono::weekday(day).c_encoding()));
}

/// The first time of the calendar within an hour, in seconds, from `from` on.
std::optional<int> NextInHour(const dsl::CronCalendar& calendar, int from) {
  for (auto minute = Next(calendar.minute, from / 60, 60); minute; minute = Next(calendar.minute, *minute + 1, 60)) {
    const auto second = Next(calendar.second, *minute > from / 60 ? 0 : from % 60, 60);
    if (second) return *minute * 60 + *second;
  }
  return {};
}

Local OnWall(const TimeZone& zone, Moment moment) { return Local((moment + zone.OffsetAt(moment)).time_since_epoch()); }

/// When the wall shows a time. Where it shows it twice or never, one of the moments around it, the one that Go's
/// time.Date takes, as Temporal does.
Moment MomentOf(const TimeZone& zone, Local time) {
  const Moment as_utc(time.time_since_epoch());
  const auto first = as_utc - zone.OffsetAt(as_utc);
  return as_utc - zone.OffsetAt(first);
}

/// Walks along the wall's hours. Where two of them lie further apart than an hour, Temporal takes the one before twice.
std::optional<Moment> NextOf(const dsl::CronCalendar& calendar, const TimeZone& zone, Moment after) {
  const auto begin = OnWall(zone, after);
  auto hour = std::chrono::floor<hours>(begin);
  bool again = std::chrono::floor<hours>(OnWall(zone, after - hours(1))) == hour;
  auto from = static_cast<int>((begin - hour).count()) + 1;
  while (true) {
    const auto day = std::chrono::floor<days>(hour);
    if (std::chrono::year_month_day(day).year() > std::chrono::year(kLastYear)) return {};
    if (!HasDay(calendar, day)) {
      hour = day + days(1);
      again = false;
    } else {
      if (Has(calendar.hour, static_cast<int>((hour - day).count()))) {
        if (const auto found = NextInHour(calendar, from)) {
          const auto moment = MomentOf(zone, hour + seconds(*found));
          if (std::chrono::floor<hours>(OnWall(zone, moment)) == hour) return again ? moment + hours(1) : moment;
        }
      }
      again = !again && MomentOf(zone, hour + hours(1)) - MomentOf(zone, hour) > hours(1);
      if (!again) hour += hours(1);
    }
    from = 0;
  }
}

std::optional<Moment> NextOf(const dsl::Cron& cron, const TimeZone& zone, Moment after) {
  if (cron.every) {
    const auto every = std::chrono::duration_cast<seconds>(*cron.every).count();
    const auto passed = after.time_since_epoch().count() / every;
    return Moment(seconds((passed + 1) * every));
  }
  std::optional<Moment> first;
  for (const auto& calendar : cron.calendars) {
    const auto next = NextOf(calendar, zone, after);
    if (next && (!first || *next < *first)) first = next;
  }
  return first;
}

}  // namespace

std::vector<Timestamp> NextTimes(const dsl::Cron& cron, const TimeZone& zone, Timestamp after, std::size_t count) {
  std::vector<Timestamp> times;
  auto last = std::chrono::floor<seconds>(after);
  while (times.size() < count) {
    const auto next = NextOf(cron, zone, last);
    if (!next) break;
    times.emplace_back(*next);
    last = *next;
  }
  return times;
}

}  // namespace weft::triggers
