#include "base/time.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

namespace weft {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};

// Longest names first, so that `ms` is not read as `m`.
constexpr std::array<Unit, 5> kUnits{{{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::int64_t kLongest = std::int64_t{100} * 366 * 86'400'000;

std::unexpected<Error> BadDuration(std::string_view text) {
  return Fail("duration",
              "`" + std::string(text) + "` is not a duration; write for example 500ms, 30s, 5m, 2h, 7d, 1h30m or PT5M");
}

std::optional<double> TakeNumber(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;  // neither a sign nor `inf`
  double value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (problem != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

bool Add(double number, std::int64_t unit, double& total) {
  total += number * static_cast<double>(unit);
  return total <= static_cast<double>(kLongest);
}

std::optional<double> ParseIso(std::string_view text) {
  double total = 0;
  bool in_time = false;
  bool any = false;
  while (!text.empty()) {
    if (text.front() == 'T' && !in_time) {
      in_time = true;
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      continue;
    }
    const auto number = TakeNumber(text);
    if (!number || text.empty()) return std::nullopt;
    std::int64_t unit = 0;
    switch (text.front()) {
      case 'W': unit = in_time ? 0 : 7 * 86'400'000; break;
      case 'D': unit = in_time ? 0 : 86'400'000; break;
      case 'H': unit = in_time ? 3'600'000 : 0; break;
      case 'M': unit = in_time ? 60'000 : 0; break;
      case 'S': unit = in_time ? 1000 : 0; break;
      default: break;
    }
    if (unit == 0 || !Add(*number, unit, total)) return std::nullopt;
    text.remove_prefix(1);
    any = true;
  }
  return any ? std::optional(total) : std::nullopt;
}

std::optional<double> ParseShort(std::string_view text) {
  double total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    const auto number = TakeNumber(text);
    if (!number) return std::nullopt;
    const Unit* unit = nullptr;
    for (const auto& candidate : kUnits) {
      if (text.starts_with(candidate.name)) {
        unit = &candidate;
        break;
      }
    }
    if (unit == nullptr || !Add(*number, unit->milliseconds, total)) return std::nullopt;
    text.remove_prefix(unit->name.size());
  }
  return total;
}

std::optional<int> TakeDigits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Timestamp> ParseRfc3339(std::string_view text) {
  using namespace std::chrono;
  const auto year = TakeDigits(text, 4);
  if (!year || !Take(text, '-')) return std::nullopt;
  const auto month = TakeDigits(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const auto day = TakeDigits(text, 2);
  if (!day || !(Take(text, 'T') || Take(text, 't') || Take(text, ' '))) return std::nullopt;
  const auto hour = TakeDigits(text, 2);
  if (!hour || *hour > 23 || !Take(text, ':')) return std::nullopt;
  const auto minute = TakeDigits(text, 2);
  if (!minute || *minute > 59 || !Take(text, ':')) return std::nullopt;
  const auto second = TakeDigits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  std::int64_t fraction = 0;
  if (Take(text, '.')) {
    std::int64_t scale = 100'000;
    bool any = false;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      fraction += (text.front() - '0') * scale;
      scale /= 10;
      text.remove_prefix(1);
      any = true;
    }
    if (!any) return std::nullopt;
  }
  int offset = 0;
  if (!Take(text, 'Z') && !Take(text, 'z')) {
    const int sign = Take(text, '+') ? 1 : (Take(text, '-') ? -1 : 0);
    if (sign == 0) return std::nullopt;
    const auto hours = TakeDigits(text, 2);
    if (!hours || *hours > 23 || !Take(text, ':')) return std::nullopt;
    const auto minutes = TakeDigits(text, 2);
    if (!minutes || *minutes > 59) return std::nullopt;
    offset = sign * (*hours * 60 + *minutes);
  }
  const year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                            std::chrono::day(static_cast<unsigned>(*day))};
  if (!text.empty() || !date.ok()) return std::nullopt;
  return Timestamp(sys_days(date)) + hours(*hour) + minutes(*minute - offset) + seconds(*second) +
         microseconds(fraction);
}

std::string Padded(std::int64_t value, std::size_t width) {
  auto text = std::to_string(value);
  return text.size() >= width ? text : std::string(width - text.size(), '0') + text;
}

}  // namespace

Result<Duration> ParseDuration(std::string_view text) {
  const auto total = text.starts_with('P') ? ParseIso(text.substr(1)) : ParseShort(text);
  if (!total) return BadDuration(text);
  return Duration(static_cast<std::int64_t>(*total + 0.5));
}

std::string FormatDuration(Duration d) {
  auto rest = d.count();
  if (rest <= 0) return "0s";
  std::string text;
  for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit) {
    if (const auto count = rest / unit->milliseconds; count > 0) {
      text += std::to_string(count) + std::string(unit->name);
      rest %= unit->milliseconds;
    }
  }
  return text;
}

Result<Timestamp> ParseTimestamp(std::string_view text) {
  if (const auto t = ParseRfc3339(text)) return *t;
  return Fail("validation", "`" + std::string(text) + "` is not an RFC 3339 time such as 2026-03-01T02:00:00Z");
}

std::string FormatTimestamp(Timestamp t) {
  using namespace std::chrono;
  const auto day = floor<days>(t);
  const year_month_day date(day);
  const auto in_day = floor<milliseconds>(t - day).count();
  return Padded(static_cast<int>(date.year()), 4) + '-' + Padded(static_cast<unsigned>(date.month()), 2) + '-' +
         Padded(static_cast<unsigned>(date.day()), 2) + 'T' + Padded(in_day / 3'600'000, 2) + ':' +
         Padded(in_day / 60'000 % 60, 2) + ':' + Padded(in_day / 1000 % 60, 2) + '.' + Padded(in_day % 1000, 3) + 'Z';
}

Result<std::uint64_t> ParseSize(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = problem == std::errc{} ? std::string_view(end, text.data() + text.size()) : "?";
  std::uint64_t factor = 0;
  if (unit.empty() || unit == "B") factor = 1;
  if (unit == "KB") factor = 1024;
  if (unit == "MB") factor = std::uint64_t{1024} * 1024;
  if (unit == "GB") factor = std::uint64_t{1024} * 1024 * 1024;
  if (factor == 0 || number > std::numeric_limits<std::uint64_t>::max() / factor)
    return Fail("value", "`" + std::string(text) + "` is not a size; write for example 512, 64KB or 10MB");
  return number * factor;
}

}  // namespace weft
