#include "triggers/next_times.h"

#include <algorithm>
#include <optional>

namespace weft::triggers {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using Local = std::chrono::local_seconds;

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

/// The first time of the calendar within a day, from `from` (seconds since its midnight) on.
std::optional<int> NextInDay(const dsl::CronCalendar& calendar, int from) {
  for (auto hour = Next(calendar.hour, from / 3600, 24); hour; hour = Next(calendar.hour, *hour + 1, 24)) {
    const int first_minute = *hour * 3600 > from ? 0 : from / 60 % 60;
    for (auto minute = Next(calendar.minute, first_minute, 60); minute;
         minute = Next(calendar.minute, *minute + 1, 60)) {
      const int begin = *hour * 3600 + *minute * 60;
      if (const auto second = Next(calendar.second, begin > from ? 0 : from % 60, 60)) return begin + *second;
    }
  }
  return {};
}

/// The first time on the wall that the calendar has, from `from` on and before `until`.
std::optional<Local> NextLocal(const dsl::CronCalendar& calendar, Local from, Local until) {
  auto day = std::chrono::floor<days>(from);
  int second = static_cast<int>((from - day).count());
  for (; day < until && std::chrono::year_month_day(day).year() <= std::chrono::year(kLastYear); day += days(1)) {
    if (HasDay(calendar, day)) {
      if (const auto found = NextInDay(calendar, second)) {
        const auto time = day + seconds(*found);
        return time < until ? std::optional<Local>(time) : std::nullopt;
      }
    }
    second = 0;
  }
  return {};
}

std::optional<TimeZone::Seconds> NextOf(const dsl::CronCalendar& calendar, const TimeZone& zone,
                                        TimeZone::Seconds after) {
  auto from = after + seconds(1);
  const TimeZone::Seconds end = std::chrono::sys_days(std::chrono::year(kLastYear + 1) / 1 / 1);
  // Within a span of one offset, the wall's time and the world's go in step.
  while (from < end) {
    const auto span = zone.At(from);
    const auto until = std::min(span.until, end);
    const auto on_wall = [&](TimeZone::Seconds moment) { return Local((moment + span.offset).time_since_epoch()); };
    if (const auto found = NextLocal(calendar, on_wall(from), on_wall(until))) {
      return TimeZone::Seconds(found->time_since_epoch() - span.offset);
    }
    from = until;
  }
  return {};
}

std::optional<TimeZone::Seconds> NextOf(const dsl::Cron& cron, const TimeZone& zone, TimeZone::Seconds after) {
  if (cron.every) {
    const auto every = std::chrono::duration_cast<seconds>(*cron.every).count();
    const auto passed = after.time_since_epoch().count() / every;
    return TimeZone::Seconds(seconds((passed + 1) * every));
  }
  std::optional<TimeZone::Seconds> first;
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
