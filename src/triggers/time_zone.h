#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace weft::triggers {

/// An IANA time zone as the machine's database (Debian's tzdata, RFC 8536) has it: which offset holds when. Immutable.
class TimeZone {
 public:
  using Seconds = std::chrono::sys_seconds;

  /// Reads the zone of that name. Fails with code `validation` for a name that the database does not know.
  static Result<TimeZone> Load(std::string_view name);

  /// What the zone's clocks are ahead of UTC.
  [[nodiscard]] std::chrono::seconds OffsetAt(Seconds moment) const;

 private:
  struct Transition {
    Seconds at;
    std::chrono::seconds offset{0};
  };
  /// `M month.week.weekday/time` of a rule, with the offset that holds from then on.
  struct Change {
    int month = 1, week = 1, weekday = 0;
    std::chrono::seconds time{7200};
    std::chrono::seconds offset{0};
  };
  /// What goes on after the last transition: one offset, or two that take turns each year.
  struct Rule {
    std::chrono::seconds standard{0};
    std::vector<Change> changes;
  };

  static Result<Rule> ParseRule(std::string_view text);
  static Result<TimeZone> Parse(std::string_view file);
  [[nodiscard]] std::chrono::seconds ByRule(Seconds moment) const;

  std::chrono::seconds first_{0};  ///< before the first transition
  std::vector<Transition> transitions_;
  Rule rule_;
};

}  // namespace weft::triggers
