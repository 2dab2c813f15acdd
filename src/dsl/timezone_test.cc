#include "dsl/timezone.h"

#include <gtest/gtest.h>

namespace weft::dsl {
namespace {

TEST(TimeZone, KnowsZonesAndTheirOtherNames) {
  for (const auto* name :
       {"UTC", "Asia/Shanghai", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT-8", "PRC"}) {
    EXPECT_FALSE(CheckTimeZone(name)) << name;
  }
}

TEST(TimeZone, RefusesTheRestWithAHint) {
  EXPECT_EQ(CheckTimeZone("Asia/Shangai")->message, "there is no time zone `Asia/Shangai`");
  EXPECT_EQ(CheckTimeZone("Asia/Shangai")->hint, "did you mean `Asia/Shanghai`?");
  EXPECT_EQ(CheckTimeZone("Shanghai")->hint, "did you mean `Asia/Shanghai`?");
  for (const auto* name : {"", "Local", "UTC+8", "asia/shanghai", "../../etc/passwd", "posix/UTC", "CST"}) {
    EXPECT_TRUE(CheckTimeZone(name)) << name;
  }
}

}  // namespace
}  // namespace weft::dsl
