#include "contract/ids.h"

#include <gtest/gtest.h>

#include "contract/names.h"

namespace weft::contract {
namespace {

TEST(OperationId, NamesPathAndAttempt) { EXPECT_EQ(OperationId("each/7/ship", 2), "each/7/ship#2"); }

TEST(OperationId, LongPathsStayWithinTheLimitAndApart) {
  const std::string end(2000, 'x');
  const auto a = OperationId("a/" + end, 1);
  const auto b = OperationId("b/" + end, 1);
  EXPECT_LE(a.size(), kMaxOperationId);
  EXPECT_TRUE(a.ends_with("xxx#1"));
  EXPECT_NE(a, b);
}

TEST(InstanceId, KeepsAPlainKey) {
  EXPECT_EQ(InstanceId("default", "order-intake", "hook", "8841"), "default.order-intake.hook.8841");
}

TEST(InstanceId, HashesAnyOtherKey) {
  // The first 26 characters of `printf 'a/b' | openssl dgst -sha256 -binary | base32`, lower case.
  EXPECT_EQ(InstanceId("default", "w", "hook", "a/b"), "default.w.hook.yfgn3qbt6zfz32ua5jtvz4uaua");
  EXPECT_NE(InstanceId("default", "w", "hook", ""), InstanceId("default", "w", "hook", "a/b"));
  EXPECT_EQ(InstanceId("default", "w", "hook", std::string(65, 'k')).size(),
            std::string("default.w.hook.").size() + 26);
}

}  // namespace
}  // namespace weft::contract
