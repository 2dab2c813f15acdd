#include "dsl/cron.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weft::dsl {
namespace {

std::string Show(const std::vector<CronRange>& ranges) {
  std::string out;
  for (const auto& r : ranges) {
    if (!out.empty()) out += ',';
    out += r.first == r.last ? fmt::format("{}", r.first) : fmt::format("{}-{}", r.first, r.last);
    if (r.step != 1) out += fmt::format("/{}", r.step);
  }
  return out;
}

/// `second minute hour day month weekday` of each calendar, or the interval, or the problem.
std::string Read(std::string_view text) {
  const auto cron = ParseCron(text);
  if (!cron) return fmt::format("{}+{}: {}", cron.error().offset, cron.error().length, cron.error().message);
  if (cron->every) return "every " + FormatDuration(*cron->every);
  std::string out;
  for (const auto& c : cron->calendars) {
    if (!out.empty()) out += " | ";
    out += fmt::format("{} {} {} {} {} {}", Show(c.second), Show(c.minute), Show(c.hour), Show(c.day_of_month),
                       Show(c.month), Show(c.day_of_week));
  }
  return out;
}

TEST(Cron, ReadsFiveFieldsAndSixWithSeconds) {
  EXPECT_EQ(Read("0 2 * * *"), "0 0 2 1-31 1-12 0-6");
  EXPECT_EQ(Read("*/10 0 2 * * *"), "0-59/10 0 2 1-31 1-12 0-6");
  EXPECT_EQ(Read("  0\t2 *  * * "), "0 0 2 1-31 1-12 0-6");
}

TEST(Cron, ReadsListsRangesStepsAndNames) {
  EXPECT_EQ(Read("0,15-20,30/10 9-17/2 1 JAN-mar,12 *"), "0 0,15-20,30-59/10 9-17/2 1 1-3,12 0-6");
  EXPECT_EQ(Read("0 0 ? * MON-FRI"), "0 0 0 1-31 1-12 1-5");
}

TEST(Cron, SundayIsZeroAndSeven) {
  EXPECT_EQ(Read("0 0 * * 7"), Read("0 0 * * 0"));
  EXPECT_EQ(Read("0 0 * * 5-7"), "0 0 0 1-31 1-12 0,5-6");
  EXPECT_EQ(Read("0 0 * * sat-sun"), "0 0 0 1-31 1-12 0,6");
  EXPECT_EQ(Read("0 0 * * 0-7"), "0 0 0 1-31 1-12 0-6");
  EXPECT_EQ(Read("0 0 * * 1-7/2"), "0 0 0 1-31 1-12 0,1-6/2");
  EXPECT_EQ(Read("0 0 * * 7/2"), "0 0 0 1-31 1-12 0");
}

TEST(Cron, BothDayFieldsRestrictedMeansEither) {
  EXPECT_EQ(Read("0 0 1,15 * mon"), "0 0 0 1,15 1-12 0-6 | 0 0 0 1-31 1-12 1");
  EXPECT_EQ(Read("0 0 */2 * mon"), "0 0 0 1-31/2 1-12 1");
}

TEST(Cron, ReadsShorthands) {
  EXPECT_EQ(Read("@daily"), Read("0 0 * * *"));
  EXPECT_EQ(Read("@midnight"), Read("0 0 * * *"));
  EXPECT_EQ(Read("@hourly"), Read("0 * * * *"));
  EXPECT_EQ(Read("@Weekly"), Read("0 0 * * 0"));
  EXPECT_EQ(Read("@monthly"), Read("0 0 1 * *"));
  EXPECT_EQ(Read("@yearly"), Read("0 0 1 1 *"));
  EXPECT_EQ(Read("@annually"), Read("0 0 1 1 *"));
  EXPECT_EQ(Read("@every 30s"), "every 30s");
  EXPECT_EQ(Read("@every  1h30m"), "every 1h30m");
}

TEST(Cron, PointsAtTheFieldThatIsWrong) {
  EXPECT_EQ(Read("0 24 * * *"), "2+2: the hour is from 0 to 23, not 24");
  EXPECT_EQ(Read("61 * * * *"), "0+2: the minute is from 0 to 59, not 61");
  EXPECT_EQ(Read("0 0 0 * *"), "4+1: the day of month is from 1 to 31, not 0");
  EXPECT_EQ(Read("0 0 * 13 *"), "6+2: the month is from 1 to 12, not 13");
  EXPECT_EQ(Read("0 0 * * 8"), "8+1: the day of week is from 0 to 7, not 8");
  EXPECT_EQ(Read("0 0 * * funday"), "8+6: `funday` is no day of week");
  EXPECT_EQ(Read("0 0 * * mon-foo"), "12+3: `foo` is no day of week");
  EXPECT_EQ(Read("99999999999 * * * *"), "0+11: `99999999999` is no minute");
  EXPECT_EQ(Read("-1 * * * *"), "0+2: `-1` is no minute");
}

TEST(Cron, RefusesWhatWouldFireOtherwiseThanMeant) {
  EXPECT_EQ(Read("*/90 * * * *"), "2+2: the step of the minute is a number from 1 to 60");
  EXPECT_EQ(Read("*/0 * * * *"), "2+1: the step of the minute is a number from 1 to 60");
  EXPECT_EQ(Read("*/x * * * *"), "2+1: the step of the minute is a number from 1 to 60");
  EXPECT_EQ(Read("0 22-4 * * *"), "2+4: the range `22-4` ends before it begins");
  EXPECT_EQ(Read("0 0 30 2 *"), "4+2: never fires: none of its months has a day 30");
  EXPECT_EQ(Read("0 0 31 4,6 *"), "4+2: never fires: none of its months has a day 31");
  EXPECT_EQ(Read("0 0 29 2 *"), "0 0 0 29 2 0-6");
  EXPECT_EQ(Read("0 0 L * *"), "4+1: `L` is an extension of other schedulers that Weft does not know");
  EXPECT_EQ(Read("0 0 1,,2 * *"), "4+4: the day of month `1,,2` has an empty item");
}

TEST(Cron, CountsFields) {
  EXPECT_EQ(Read("0 0 * *"), "0+7: a cron has 5 fields, or 6 with leading seconds; this one has 4");
  EXPECT_EQ(Read("0 0 0 * * * 2027"), "0+16: a cron has 5 fields, or 6 with leading seconds; this one has 7");
  EXPECT_EQ(Read(""), "0+0: a cron has 5 fields, or 6 with leading seconds; this one has 0");
  EXPECT_EQ(Read(" "), "1+0: a cron has 5 fields, or 6 with leading seconds; this one has 0");
}

TEST(Cron, RefusesOtherWords) {
  EXPECT_EQ(Read("@reboot"), "0+7: `@reboot` is not known");
  EXPECT_EQ(Read("@every"), "6+0: `@every` needs a duration, not ``");
  EXPECT_EQ(Read("@every soon"), "7+4: `@every` needs a duration, not `soon`");
  EXPECT_EQ(Read("@every 500ms"), "7+5: `@every` counts whole seconds, and at least one");
  EXPECT_EQ(Read("@every 1500ms"), "7+6: `@every` counts whole seconds, and at least one");
  EXPECT_EQ(Read("CRON_TZ=Asia/Shanghai 0 2 * * *"), "0+21: a time zone does not belong into the cron");
}

TEST(Cron, TellsWhatToWriteInstead) {
  EXPECT_EQ(ParseCron("0 22-4 * * *").error().hint, "write the two parts: `22-23,0-4`");
  EXPECT_EQ(ParseCron("0 0 * * fri-mon").error().hint, "write the two parts: `fri-6,0-mon`");
  EXPECT_EQ(ParseCron("TZ=UTC 0 2 * * *").error().hint, "`timezone: UTC` beside it");
}

}  // namespace
}  // namespace weft::dsl
