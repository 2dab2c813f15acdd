#include "store/compress.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace weft::store {
namespace {

TEST(CompressTest, GivesBackWhatItTook) {
  std::mt19937 random(7);  // NOLINT: the same each time
  std::string noise(1'000'000, '\0');
  for (auto& c : noise) c = static_cast<char>(random());
  for (const auto& text :
       {std::string(), std::string("a"), std::string(65'536, '\0'), std::string(10'000'000, 'x'), noise}) {
    const auto compressed = Compress(text);
    EXPECT_EQ(Decompress(compressed), text);
  }
  EXPECT_LT(Compress(std::string(10'000'000, 'x')).size(), 20'000U);
}

TEST(CompressTest, RefusesWhatIsDamaged) {
  const auto compressed = Compress("some text that was compressed");
  EXPECT_FALSE(Decompress(""));
  EXPECT_FALSE(Decompress(compressed.substr(0, compressed.size() - 1)));
  auto changed = compressed;
  changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 0x55);
  EXPECT_FALSE(Decompress(changed));
}

}  // namespace
}  // namespace weft::store
