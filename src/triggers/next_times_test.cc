#include "triggers/next_times.h"

#include <gtest/gtest.h>

namespace weft::triggers {
namespace {

/// The next times, each without its zone's name and empty seconds.
std::string Next(std::string_view cron, std::string_view zone, std::string_view after, std::size_t count = 3) {
  const auto parsed = dsl::ParseCron(cron);
  if (!parsed) return parsed.error().message;
  const auto loaded = TimeZone::Load(zone);
  if (!loaded) return loaded.error().message;
  std::string text;
  for (const auto time : NextTimes(*parsed, *loaded, *ParseTimestamp(after), count)) {
    text += (text.empty() ? "" : " ") + FormatTimestamp(time).substr(0, 19);
  }
  return text;
}

TEST(NextTimes, AreAfterTheMomentGiven) {
  EXPECT_EQ(Next("0 2 * * *", "UTC", "2030-01-01T02:00:00Z"),
            "2030-01-02T02:00:00 2030-01-03T02:00:00 2030-01-04T02:00:00");
  EXPECT_EQ(Next("0 2 * * *", "UTC", "2030-01-01T01:59:59.5Z", 1), "2030-01-01T02:00:00");
}

TEST(NextTimes, AreOnTheZonesWall) {
  EXPECT_EQ(Next("0 2 * * *", "Asia/Shanghai", "2030-01-01T00:00:00Z", 2), "2030-01-01T18:00:00 2030-01-02T18:00:00");
  EXPECT_EQ(Next("30 6 * * *", "Asia/Kolkata", "2030-01-01T00:00:00Z", 1), "2030-01-01T01:00:00");
}

TEST(NextTimes, EitherDayFieldWhenBothAreRestricted) {
  EXPECT_EQ(Next("0 8 1 * mon", "UTC", "2030-01-20T00:00:00Z", 4),
            "2030-01-21T08:00:00 2030-01-28T08:00:00 2030-02-01T08:00:00 2030-02-04T08:00:00");
}

TEST(NextTimes, SecondsAndSteps) {
  EXPECT_EQ(Next("*/25 59 23 31 12 *", "UTC", "2029-12-31T23:59:30Z", 3),
            "2029-12-31T23:59:50 2030-12-31T23:59:00 2030-12-31T23:59:25");
}

TEST(NextTimes, ALeapDayIsFarAway) {
  EXPECT_EQ(Next("0 0 29 2 *", "UTC", "2028-03-01T00:00:00Z", 2), "2032-02-29T00:00:00 2036-02-29T00:00:00");
}

TEST(NextTimes, AnHourThatIsSkippedHasNone) {
  // On 31 March 2030 Berlin goes from 2:00 to 3:00.
  EXPECT_EQ(Next("30 2 * * *", "Europe/Berlin", "2030-03-30T00:00:00Z", 2), "2030-03-30T01:30:00 2030-04-01T00:30:00");
}

TEST(NextTimes, PuttingTheClocksBackCountsAsTemporalDoes) {
  // On 27 October 2030 Berlin goes from 3:00 back to 2:00.
  EXPECT_EQ(Next("30 2 * * *", "Europe/Berlin", "2030-10-26T12:00:00Z", 2), "2030-10-27T01:30:00 2030-10-28T01:30:00");
  EXPECT_EQ(Next("30 1 * * *", "Europe/Berlin", "2030-10-26T12:00:00Z", 3),
            "2030-10-26T23:30:00 2030-10-27T00:30:00 2030-10-28T00:30:00");
  EXPECT_EQ(Next("*/30 * * * *", "Europe/Berlin", "2030-10-26T23:45:00Z", 5),
            "2030-10-27T00:00:00 2030-10-27T01:30:00 2030-10-27T02:00:00 2030-10-27T02:30:00 2030-10-27T03:00:00");
  // On 3 November 2030 New York goes from 2:00 back to 1:00.
  EXPECT_EQ(Next("30 1 * * *", "America/New_York", "2030-11-03T05:00:00Z", 3),
            "2030-11-03T05:30:00 2030-11-03T06:30:00 2030-11-04T06:30:00");
}

TEST(NextTimes, GoOnByTheRuleAfterTheLastTransitionOnFile) {
  EXPECT_EQ(Next("0 12 1 1,7 *", "Europe/Berlin", "2060-01-01T12:00:00Z", 2),
            "2060-07-01T10:00:00 2061-01-01T11:00:00");
  EXPECT_EQ(Next("0 12 1 1,7 *", "Australia/Sydney", "2060-01-01T12:00:00Z", 2),
            "2060-07-01T02:00:00 2061-01-01T01:00:00");
  EXPECT_EQ(Next("0 12 1 1,7 *", "Asia/Shanghai", "2060-01-01T12:00:00Z", 1), "2060-07-01T04:00:00");
}

TEST(NextTimes, AnIntervalCountsFromTheEpoch) {
  EXPECT_EQ(Next("@every 90m", "Asia/Shanghai", "2030-01-01T00:00:00Z", 2), "2030-01-01T01:30:00 2030-01-01T03:00:00");
}

TEST(NextTimes, EndWithTemporalsCalendars) {
  EXPECT_EQ(Next("0 0 1 1 *", "UTC", "2098-06-01T00:00:00Z", 5), "2099-01-01T00:00:00 2100-01-01T00:00:00");
}

TEST(TimeZone, RefusesNamesThatAreNone) {
  EXPECT_EQ(TimeZone::Load("Asia/Peking").error().code, "validation");
  EXPECT_EQ(TimeZone::Load("../../../etc/passwd").error().code, "validation");
}

}  // namespace
}  // namespace weft::triggers
