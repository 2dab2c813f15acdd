#include "base/error.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

Result<int> Half(int n) {
  if (n % 2 != 0) return Fail("value", "odd");
  return n / 2;
}

Result<void> Check(int n) {
  WEFT_TRY_VOID(Half(n));
  return {};
}

Result<int> Quarter(int n) {
  WEFT_TRY(const auto half, Half(n));
  WEFT_TRY(const auto quarter, Half(half));
  return quarter;
}

TEST(Try, BindsValuesAndReturnsErrors) {
  EXPECT_EQ(Quarter(8).value(), 2);
  EXPECT_EQ(Quarter(6).error(), (Error{"value", "odd"}));
  EXPECT_TRUE(Check(2));
  EXPECT_EQ(Check(3).error().code, "value");
}

}  // namespace
}  // namespace weft
