#include "temporalio/converter/time.h"

#include <gtest/gtest.h>

namespace temporalio {
namespace {

using namespace std::chrono;

TEST(Time, RoundTrips) {
  for (const Time time : {Time(), Time(nanoseconds(1)), Time(seconds(-1) + nanoseconds(1)), Time(hours(500000))})
    EXPECT_EQ(FromTimestamp(ToTimestamp(time)), time);
  for (const nanoseconds span : {0ns, 1ns, nanoseconds(-1500ms), nanoseconds(1500ms)})
    EXPECT_EQ(FromDuration(ToDuration(span)), span);
}

TEST(Time, TimestampsBeforeTheEpochHavePositiveNanos) {
  const auto timestamp = ToTimestamp(Time(milliseconds(-500)));
  EXPECT_EQ(timestamp.seconds(), -1);
  EXPECT_EQ(timestamp.nanos(), 500'000'000);
}

}  // namespace
}  // namespace temporalio
