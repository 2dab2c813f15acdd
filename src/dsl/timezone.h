#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::dsl {

/// What is wrong with the name of a time zone, and what to write instead.
struct TimeZoneProblem {
  std::string message;
  std::string hint;
};

/// Whether the IANA time zone database knows the name. Reads the machine's copy (Debian's tzdata) once; where there is
/// none any name passes, and Temporal, which has its own copy, refuses the schedule. For checking files only: what
/// was deployed must load everywhere. Safe to call from any thread.
std::optional<TimeZoneProblem> CheckTimeZone(std::string_view name);

}  // namespace weft::dsl
