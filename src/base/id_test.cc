#include "base/id.h"

#include <gtest/gtest.h>

#include <chrono>

namespace weft {
namespace {

TEST(NewUlid, SortsByTheOrderOfTheCalls) {
  auto before = NewUlid();
  for (int i = 0; i < 1000; ++i) {
    const auto next = NewUlid();
    EXPECT_LT(before, next);
    EXPECT_EQ(next.size(), 26U);
    EXPECT_EQ(next.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
    before = next;
  }
}

TEST(NewUlid, BeginsWithTheTime) {
  const auto text = NewUlid();
  std::int64_t time = 0;
  for (const char c : text.substr(0, 10)) {
    time = time * 32 + static_cast<std::int64_t>(std::string("0123456789ABCDEFGHJKMNPQRSTVWXYZ").find(c));
  }
  const auto now =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count();
  EXPECT_LE(time, now);
  EXPECT_GT(time, now - 60'000);
}

}  // namespace
}  // namespace weft
