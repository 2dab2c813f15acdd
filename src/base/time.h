#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace weft {

/// Every length of time in Weft; milliseconds are what the language and Temporal's timers agree on.
using Duration = std::chrono::milliseconds;

/// A moment, UTC, with the microseconds that Temporal's history keeps.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Reads `500ms`, `30s`, `5m`, `2h`, `7d`, sums such as `1h30m`, and ISO 8601 (`PT5M`, `P1DT2H`; no years or months,
/// whose length varies). Fails with code `duration`.
Result<Duration> ParseDuration(std::string_view text);

/// The shortest text that ParseDuration reads back: `1h30m`, `500ms`, `0s`.
std::string FormatDuration(Duration d);

/// Reads an RFC 3339 time with any offset. Fails with code `validation`.
Result<Timestamp> ParseTimestamp(std::string_view text);

/// RFC 3339 in UTC, with milliseconds: `2026-03-01T02:03:04.005Z`.
std::string FormatTimestamp(Timestamp t);

/// Reads `512`, `64KB`, `10MB`, `1GB` (1 KB = 1,024 bytes). Fails with code `value`.
Result<std::uint64_t> ParseSize(std::string_view text);

}  // namespace weft
