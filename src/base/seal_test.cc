#include "base/seal.h"

#include <gtest/gtest.h>

#include <string>

namespace weft {
namespace {

TEST(SealTest, OpensWhatItSealed) {
  const auto key = NewSealingKey();
  for (const auto& plain : {std::string(), std::string("s\0ecret", 7), std::string(100'000, 'x')}) {
    const auto sealed = Seal(key, plain, "secret/default/token");
    EXPECT_EQ(Unseal(key, sealed, "secret/default/token"), plain);
    EXPECT_NE(sealed, Seal(key, plain, "secret/default/token"));
    if (plain.size() > 4) {
      EXPECT_EQ(sealed.find(plain), std::string::npos);
    }
  }
}

TEST(SealTest, DoesNotOpenWithAnotherKeyPlaceOrText) {
  const auto key = NewSealingKey();
  auto sealed = Seal(key, "value", "a");
  EXPECT_FALSE(Unseal(NewSealingKey(), sealed, "a"));
  EXPECT_FALSE(Unseal(key, sealed, "b"));
  EXPECT_FALSE(Unseal(key, sealed.substr(0, 27), "a"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(Unseal(key, changed, "a")) << i;
  }
}

}  // namespace
}  // namespace weft
