#include "base/time.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(ParseDuration, ReadsShortAndIsoForms) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"0s", 0},           {"500ms", 500},         {"30s", 30'000},      {"5m", 300'000},
      {"2h", 7'200'000},   {"7d", 604'800'000},    {"1h30m", 5'400'000}, {"1.5s", 1500},
      {"0.4ms", 0},        {"0.6ms", 1},           {"1m500ms", 60'500},  {"36600d", 3'162'240'000'000},
      {"PT5M", 300'000},   {"P1DT2H", 93'600'000}, {"P1W", 604'800'000}, {"PT0.5S", 500},
      {"P1D", 86'400'000}, {"PT1H30M", 5'400'000},
  };
  for (const auto& [text, milliseconds] : cases) {
    const auto parsed = ParseDuration(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(parsed->count(), milliseconds) << text;
  }
}

TEST(ParseDuration, RefusesEverythingElse) {
  for (const std::string_view text :
       {"",     "5",    "s",    "-5s",  "-0s", "+5s",   "5 s",  " 5s",    "5s ",
        "5S",   "5min", "1h30", "1e3s", ".5s", "infs",  "nans", "P",      "PT",
        "P1DT", "P1M",  "P1Y",  "PT1D", "P1H", "PTT1S", "pt5m", "36601d", "999999999999999999d",
        "5µs"}) {
    const auto parsed = ParseDuration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, "duration");
  }
}

TEST(FormatDuration, IsReadBack) {
  for (const std::string_view text : {"0s", "500ms", "1s", "1h30m", "7d", "1d2h3m4s5ms"}) {
    EXPECT_EQ(FormatDuration(ParseDuration(text).value()), text);
  }
  EXPECT_EQ(FormatDuration(Duration(-5)), "0s");
}

TEST(ParseTimestamp, ReadsAnyOffset) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"2026-03-01T02:03:04Z", "2026-03-01T02:03:04.000Z"},
      {"2026-03-01t02:03:04z", "2026-03-01T02:03:04.000Z"},
      {"2026-03-01 02:03:04.5Z", "2026-03-01T02:03:04.500Z"},
      {"2026-03-01T02:03:04.1239999Z", "2026-03-01T02:03:04.123Z"},
      {"2026-03-01T02:03:04+08:00", "2026-02-28T18:03:04.000Z"},
      {"2026-12-31T23:30:00-01:30", "2027-01-01T01:00:00.000Z"},
      {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
      {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"},
      {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
  };
  for (const auto& [text, utc] : cases) {
    const auto parsed = ParseTimestamp(text);
    ASSERT_TRUE(parsed) << text;
    EXPECT_EQ(FormatTimestamp(*parsed), utc) << text;
  }
}

TEST(ParseTimestamp, KeepsMicroseconds) {
  EXPECT_EQ(ParseTimestamp("1970-01-01T00:00:00.0000019Z")->time_since_epoch().count(), 1);
  EXPECT_EQ(ParseTimestamp("1970-01-01T00:00:01.234567Z")->time_since_epoch().count(), 1'234'567);
}

TEST(ParseTimestamp, RefusesEverythingElse) {
  for (const std::string_view text :
       {"", "2026-03-01", "2026-03-01T02:03:04", "2026-03-01T02:03Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z", "2026-03-01T24:00:00Z", "2026-03-01T00:60:00Z", "2026-03-01T00:00:61Z",
        "2026-03-01T00:00:00.Z", "2026-03-01T00:00:00+8:00", "2026-03-01T00:00:00+24:00", "2026-03-01T00:00:00Z ",
        "2026M03M01T00:00:00Z", "2026-03-01T00Z00Z00Z", "26-03-01T00:00:00Z"}) {
    const auto parsed = ParseTimestamp(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, "validation");
  }
}

TEST(ParseSize, ReadsBytesAndUnits) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {
      {"0", 0}, {"512", 512}, {"512B", 512}, {"64KB", 65'536}, {"10MB", 10'485'760}, {"1GB", 1'073'741'824}};
  for (const auto& [text, bytes] : cases) EXPECT_EQ(ParseSize(text).value(), bytes) << text;
  for (const std::string_view text :
       {"", "KB", "-1", "+1", "1.5MB", "1 KB", "1kb", "1TB", "18446744073709551616", "99999999999999GB"}) {
    const auto parsed = ParseSize(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, "value");
  }
}

}  // namespace
}  // namespace weft
