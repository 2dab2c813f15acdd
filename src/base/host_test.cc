#include "base/host.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Host, IsWhatStandsBetweenSchemeAndPort) {
  EXPECT_EQ(HostOf("https://weft.example.com:8443/base"), "weft.example.com");
  EXPECT_EQ(HostOf("https://weft.example.com/a:b"), "weft.example.com");
  EXPECT_EQ(HostOf("http://127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(HostOf("http://[::1]:8080/"), "::1");
}

TEST(Host, LoopbackIsAnAddressAndNoNameThatLooksLikeOne) {
  for (const auto* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"})
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  for (const auto* host :
       {"", "127.example.com", "127.0.0.1.example.com", "128.0.0.1", "127.", "localhost.example.com", "::2"}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

}  // namespace
}  // namespace weft
