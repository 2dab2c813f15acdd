#include "triggers/time_zone.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>

#include "dsl/timezone.h"

namespace weft::triggers {
namespace {

using std::chrono::seconds;

constexpr std::string_view kDatabase = "/usr/share/zoneinfo/";
constexpr std::size_t kHeader = 44;

std::unexpected<Error> Broken() {
  return Fail("internal", "The machine's time zone database cannot be read; install Debian's package tzdata again.");
}

/// Numbers from the front of a text; a short text gives zeros and is then `spent`.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::int64_t Number(std::size_t bytes) {
    const auto taken = Take(bytes);
    std::uint64_t number = 0;
    for (const char c : taken) number = number << 8U | static_cast<unsigned char>(c);
    const auto shift = 64 - 8 * bytes;
    return taken.empty() ? 0 : static_cast<std::int64_t>(number << shift) >> shift;
  }
  std::string_view Take(std::size_t bytes) {
    if (bytes > text_.size()) {
      spent_ = true;
      text_ = {};
      return {};
    }
    const auto taken = text_.substr(0, bytes);
    text_.remove_prefix(bytes);
    return taken;
  }
  [[nodiscard]] std::string_view rest() const { return text_; }
  [[nodiscard]] bool spent() const { return spent_; }

 private:
  std::string_view text_;
  bool spent_ = false;
};

struct Counts {
  std::size_t utc, standard, leaps, transitions, types, letters;

  [[nodiscard]] std::size_t Size(std::size_t time) const {
    return transitions * (time + 1) + types * 6 + letters + leaps * (time + 4) + standard + utc;
  }
};

Counts ReadHeader(Reader& reader) {
  reader.Take(kHeader - 6 * 4);
  const auto next = [&] { return static_cast<std::size_t>(reader.Number(4)); };
  Counts counts{};
  counts.utc = next();
  counts.standard = next();
  counts.leaps = next();
  counts.transitions = next();
  counts.types = next();
  counts.letters = next();
  return counts;
}

/// The pieces of a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
class RuleText {
 public:
  explicit RuleText(std::string_view text) : text_(text) {}

  bool Skip(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  void SkipName() {
    const bool quoted = Skip('<');
    const auto end = quoted ? text_.find('>') : text_.find_first_of("+-,0123456789");
    text_.remove_prefix(std::min(end, text_.size()));
    if (quoted) Skip('>');
  }
  int Number() {
    int number = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
    if (error != std::errc{}) broken_ = true;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return number;
  }
  /// `[+-]h[:m[:s]]`
  seconds Time() {
    const bool negative = Skip('-');
    if (!negative) Skip('+');
    int total = Number() * 3600;
    if (Skip(':')) total += Number() * 60;
    if (Skip(':')) total += Number();
    return seconds(negative ? -total : total);
  }
  [[nodiscard]] bool AtEnd() const { return text_.empty(); }
  [[nodiscard]] bool AtComma() const { return text_.starts_with(','); }
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::string_view text_;
  bool broken_ = false;
};

}  // namespace

Result<TimeZone::Rule> TimeZone::ParseRule(std::string_view text) {
  Rule rule;
  if (text.empty()) return rule;
  RuleText rest(text);
  rest.SkipName();
  // Such texts count the hours west of Greenwich.
  rule.standard = -rest.Time();
  if (rest.AtEnd() && !rest.broken()) return rule;
  rest.SkipName();
  const auto summer = rest.AtComma() ? rule.standard + std::chrono::hours(1) : -rest.Time();
  for (const auto offset : {summer, rule.standard}) {
    Change change;
    change.offset = offset;
    if (!rest.Skip(',') || !rest.Skip('M')) return Broken();
    change.month = rest.Number();
    if (!rest.Skip('.')) return Broken();
    change.week = rest.Number();
    if (!rest.Skip('.')) return Broken();
    change.weekday = rest.Number();
    if (rest.Skip('/')) change.time = rest.Time();
    rule.changes.push_back(change);
  }
  if (rest.broken() || !rest.AtEnd()) return Broken();
  return rule;
}

Result<TimeZone> TimeZone::Parse(std::string_view file) {
  Reader reader(file);
  if (!file.starts_with("TZif") || file.size() < kHeader || file[4] < '2') return Broken();
  // The first block, with times of 32 bits, is for older readers.
  const auto old_counts = ReadHeader(reader);
  reader.Take(old_counts.Size(4));
  const auto counts = ReadHeader(reader);
  if (reader.spent() || counts.types == 0 || counts.Size(8) > reader.rest().size()) return Broken();
  TimeZone zone;
  zone.transitions_.resize(counts.transitions);
  for (auto& transition : zone.transitions_) transition.at = Seconds(seconds(reader.Number(8)));
  const auto kinds = reader.Take(counts.transitions);
  std::vector<seconds> offsets;
  for (std::size_t i = 0; i < counts.types; ++i) {
    offsets.emplace_back(reader.Number(4));
    reader.Take(2);
  }
  zone.first_ = offsets.front();
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto kind = static_cast<unsigned char>(kinds[i]);
    if (kind >= offsets.size()) return Broken();
    zone.transitions_[i].offset = offsets[kind];
  }
  reader.Take(counts.letters + counts.leaps * 12 + counts.standard + counts.utc);
  auto footer = reader.rest();
  if (footer.size() < 2 || footer.front() != '\n' || footer.back() != '\n') return Broken();
  footer = footer.substr(1, footer.size() - 2);
  WEFT_TRY(zone.rule_, ParseRule(footer));
  if (footer.empty()) zone.rule_.standard = zone.transitions_.empty() ? zone.first_ : zone.transitions_.back().offset;
  return zone;
}

Result<TimeZone> TimeZone::Load(std::string_view name) {
  if (const auto problem = dsl::CheckTimeZone(name)) return Fail("validation", problem->message + "; " + problem->hint);
  // Where there is no list of names, anything passed the check.
  if (name.empty() || name.starts_with('/') || name.contains("..")) {
    return Fail("validation", "there is no time zone `" + std::string(name) + "`");
  }
  std::ifstream file(std::string(kDatabase) + std::string(name), std::ios::binary);
  if (!file) return Broken();
  return Parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

seconds TimeZone::OffsetAt(Seconds moment) const {
  const auto next = std::ranges::upper_bound(transitions_, moment, {}, &Transition::at);
  if (next == transitions_.end()) return ByRule(moment);
  return next == transitions_.begin() ? first_ : std::prev(next)->offset;
}

seconds TimeZone::ByRule(Seconds moment) const {
  using namespace std::chrono;
  if (rule_.changes.empty()) return rule_.standard;
  // From the year before on, so that there is always a change in front.
  const auto year = static_cast<int>(year_month_day(floor<days>(moment)).year());
  std::vector<Transition> changes;
  for (const int y : {year - 1, year}) {
    for (std::size_t i = 0; i < rule_.changes.size(); ++i) {
      const auto& change = rule_.changes[i];
      const auto month = std::chrono::year(y) / std::chrono::month(static_cast<unsigned>(change.month));
      const weekday day(static_cast<unsigned>(change.weekday));
      const sys_days date =
          change.week == 5 ? sys_days(month / day[last]) : sys_days(month / day[static_cast<unsigned>(change.week)]);
      // The clock that shows the time is still the one before the change.
      changes.push_back({date + change.time - rule_.changes[1 - i].offset, change.offset});
    }
  }
  std::ranges::sort(changes, {}, &Transition::at);
  return std::prev(std::ranges::upper_bound(changes, moment, {}, &Transition::at))->offset;
}

}  // namespace weft::triggers
