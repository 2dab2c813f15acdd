#include "dsl/cron.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "base/ascii.h"

namespace weft::dsl {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
  std::string_view name;
  int min;
  int max;
  int last;                                 ///< where `*` ends: `max`, but for Sunday's second number
  std::span<const std::string_view> names;  ///< the first stands for `min`
  std::string_view examples;
};

constexpr Field kSecond{"second", 0, 59, 59, {}, "`0`, `*/10`, `0,30`"};
constexpr Field kMinute{"minute", 0, 59, 59, {}, "`0`, `*/5`, `10-20`"};
constexpr Field kHour{"hour", 0, 23, 23, {}, "`2`, `*/6`, `9-17`"};
constexpr Field kDayOfMonth{"day of month", 1, 31, 31, {}, "`1`, `1,15`, `*/2`"};
constexpr Field kMonth{"month", 1, 12, 12, kMonths, "`1`, `jan`, `*/3`"};
// Sunday is also 7, so that `5-7` and `fri-sun` mean what they say.
constexpr Field kDayOfWeek{"day of week", 0, 7, 6, kDays, "`1`, `mon`, `mon-fri`"};

/// The words that stand for five fields.
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kShorthands{{{"@yearly", "0 0 1 1 *"},
                                                                                    {"@annually", "0 0 1 1 *"},
                                                                                    {"@monthly", "0 0 1 * *"},
                                                                                    {"@weekly", "0 0 * * 0"},
                                                                                    {"@daily", "0 0 * * *"},
                                                                                    {"@midnight", "0 0 * * *"},
                                                                                    {"@hourly", "0 * * * *"}}};
constexpr std::string_view kSpace = " \t";

/// A part of the cron text and where it begins in it.
struct Piece {
  std::string_view text;
  std::size_t offset = 0;

  [[nodiscard]] Piece Sub(std::size_t begin, std::size_t count = std::string_view::npos) const {
    return {text.substr(begin, count), offset + begin};
  }
};

std::unexpected<CronProblem> Problem(Piece place, std::string message, std::string hint = {}) {
  return std::unexpected(CronProblem{std::move(message), std::move(hint), place.offset, place.text.size()});
}

std::vector<Piece> Split(Piece whole, std::string_view separators, bool keep_empty) {
  std::vector<Piece> pieces;
  for (std::size_t begin = 0; begin <= whole.text.size();) {
    const auto end = std::min(whole.text.find_first_of(separators, begin), whole.text.size());
    if (keep_empty || end > begin) pieces.push_back(whole.Sub(begin, end - begin));
    begin = end + 1;
  }
  return pieces;
}

std::optional<int> Number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || text.front() == '-' || error != std::errc{} || end != text.data() + text.size()) return {};
  return number;
}

std::expected<int, CronProblem> ParseValue(Piece piece, const Field& field) {
  const auto found = std::ranges::find(field.names, LowerCase(piece.text));
  if (found != field.names.end()) return field.min + static_cast<int>(found - field.names.begin());
  if (const auto number = Number(piece.text)) {
    if (*number >= field.min && *number <= field.max) return *number;
    return Problem(piece, fmt::format("the {} is from {} to {}, not {}", field.name, field.min, field.max, piece.text));
  }
  if (piece.text.find_first_of("LW#") != std::string_view::npos) {
    return Problem(piece, fmt::format("`{}` is an extension of other schedulers that Weft does not know", piece.text),
                   "fire on every day in question and test the date in the trigger's `when`");
  }
  return Problem(piece, fmt::format("`{}` is no {}", piece.text, field.name),
                 fmt::format("write for example {}", field.examples));
}

/// One item of a field's list: `*`, `5`, `1-5`, and each of them with `/STEP`.
std::expected<CronRange, CronProblem> ParseItem(Piece item, const Field& field) {
  const auto slash = item.text.find('/');
  const auto values = item.Sub(0, slash);
  const auto dash = values.text.find('-', 1);
  CronRange range{field.min, field.last, 1};
  if (dash != std::string_view::npos) {
    WEFT_TRY(range.first, ParseValue(values.Sub(0, dash), field));
    WEFT_TRY(range.last, ParseValue(values.Sub(dash + 1), field));
    if (&field == &kDayOfWeek && range.last == 0 && range.first > 0) range.last = 7;
    if (range.last < range.first) {
      return Problem(values, fmt::format("the range `{}` ends before it begins", values.text),
                     fmt::format("write the two parts: `{}-{},{}-{}`", values.text.substr(0, dash), field.last,
                                 field.min, values.text.substr(dash + 1)));
    }
  } else if (values.text != "*" && values.text != "?") {
    WEFT_TRY(range.first, ParseValue(values, field));
    // `5/10` runs on to the end, as in every cron that accepts it.
    range.last = slash == std::string_view::npos ? range.first : std::max(range.first, field.last);
  }
  if (slash == std::string_view::npos) return range;
  const auto step_text = item.Sub(slash + 1);
  const auto step = Number(step_text.text);
  const int most = field.last - field.min + 1;
  if (!step || *step < 1 || *step > most) {
    return Problem(step_text, fmt::format("the step of the {} is a number from 1 to {}", field.name, most),
                   "steps begin anew with each larger unit; for an even interval of any length write `@every 90m`");
  }
  range.step = *step;
  return range;
}

std::expected<std::vector<CronRange>, CronProblem> ParseField(Piece text, const Field& field) {
  std::vector<CronRange> ranges;
  for (const auto& item : Split(text, ",", true)) {
    if (item.text.empty()) return Problem(text, fmt::format("the {} `{}` has an empty item", field.name, text.text));
    WEFT_TRY(auto range, ParseItem(item, field));
    if (range.last > field.last) {  // a Sunday written as 7, where a calendar counts it as 0
      if (range.first > 0 && (7 - range.first) % range.step == 0) ranges.push_back({0, 0, 1});
      range.last = field.last;
    }
    if (range.first <= range.last) ranges.push_back(range);
  }
  return ranges;
}

/// Whether the months have any of the days; February counts with its leap day.
bool DayExists(const CronCalendar& calendar) {
  constexpr std::array kLengths{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int longest = 0;
  for (const auto& range : calendar.month) {
    for (int m = range.first; m <= range.last; m += range.step) {
      longest = std::max(longest, kLengths[static_cast<std::size_t>(m) - 1]);
    }
  }
  return std::ranges::any_of(calendar.day_of_month, [&](const auto& range) { return range.first <= longest; });
}

std::expected<Cron, CronProblem> ParseFields(Piece whole) {
  const auto pieces = Split(whole, kSpace, false);
  if (pieces.size() != 5 && pieces.size() != 6) {
    return Problem(whole, fmt::format("a cron has 5 fields, or 6 with leading seconds; this one has {}", pieces.size()),
                   "minute hour day-of-month month day-of-week, for example `0 2 * * *`");
  }
  auto piece = pieces.begin();
  CronCalendar calendar;
  calendar.second = {{0, 0, 1}};
  if (pieces.size() == 6) {
    WEFT_TRY(calendar.second, ParseField(*piece++, kSecond));
  }
  WEFT_TRY(calendar.minute, ParseField(*piece++, kMinute));
  WEFT_TRY(calendar.hour, ParseField(*piece++, kHour));
  const auto day_of_month = *piece++;
  WEFT_TRY(calendar.day_of_month, ParseField(day_of_month, kDayOfMonth));
  WEFT_TRY(calendar.month, ParseField(*piece++, kMonth));
  const auto day_of_week = *piece;
  WEFT_TRY(calendar.day_of_week, ParseField(day_of_week, kDayOfWeek));

  // crontab(5): restricted is a field without a star.
  const auto restricted = [](Piece field) { return field.text.find_first_of("*?") == std::string_view::npos; };
  if (restricted(day_of_month) && restricted(day_of_week)) {
    auto by_day = calendar, by_weekday = calendar;
    by_day.day_of_week = {{0, 6, 1}};
    by_weekday.day_of_month = {{1, 31, 1}};
    return Cron{{by_day, by_weekday}, {}};
  }
  if (!DayExists(calendar)) {
    return Problem(day_of_month, fmt::format("never fires: none of its months has a day {}", day_of_month.text));
  }
  return Cron{{calendar}, {}};
}

std::expected<Cron, CronProblem> ParseEvery(Piece text) {
  const auto every = ParseDuration(text.text);
  if (!every) {
    return Problem(text, fmt::format("`@every` needs a duration, not `{}`", text.text), "for example `@every 30s`");
  }
  if (*every < Duration{1000} || every->count() % 1000 != 0) {
    return Problem(text, "`@every` counts whole seconds, and at least one", "for example `@every 30s`");
  }
  return Cron{{}, *every};
}

}  // namespace

std::expected<Cron, CronProblem> ParseCron(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(kSpace), text.size());
  const auto end = text.find_last_not_of(kSpace);
  const Piece whole{text.substr(begin, end == std::string_view::npos ? 0 : end + 1 - begin), begin};
  const auto word = whole.text.substr(0, whole.text.find_first_of(kSpace));
  const auto lower = LowerCase(word);
  if (lower.starts_with("tz=") || lower.starts_with("cron_tz=")) {
    return Problem({word, begin}, "a time zone does not belong into the cron",
                   fmt::format("`timezone: {}` beside it", word.substr(word.find('=') + 1)));
  }
  if (lower == "@every") {
    const auto rest = whole.text.find_first_not_of(kSpace, word.size());
    return ParseEvery(rest == std::string_view::npos ? whole.Sub(whole.text.size()) : whole.Sub(rest));
  }
  if (!lower.starts_with('@')) return ParseFields(whole);
  const auto found = std::ranges::find(kShorthands, LowerCase(whole.text), &decltype(kShorthands)::value_type::first);
  if (found != kShorthands.end()) return ParseFields({found->second, 0});
  return Problem(whole, fmt::format("`{}` is not known", whole.text),
                 "`@yearly`, `@monthly`, `@weekly`, `@daily`, `@hourly` or `@every 30s`");
}

}  // namespace weft::dsl
