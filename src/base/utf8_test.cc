#include "base/utf8.h"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Utf8, FindsTheFirstIllFormedByte) {
  const std::pair<std::string_view, std::optional<std::size_t>> cases[] = {
      {"", std::nullopt},
      {"plain", std::nullopt},
      {"纬 é 🧵", std::nullopt},
      {std::string_view("a\0b", 3), std::nullopt},
      {"a\xff", 1},
      {"\x80", 0},
      {"ab\xc3", 2},                   // cut short
      {"\xc0\xaf", 0},                 // longer than needed
      {"\xe0\x80\xaf", 0},             // longer than needed
      {"\xed\xa0\x80", 0},             // a surrogate
      {"\xed\x9f\xbf", std::nullopt},  // the last before the surrogates
      {"\xf4\x8f\xbf\xbf", std::nullopt},
      {"\xf4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xf0\x80\x80\x80", 0},
      {"\xf5\x80\x80\x80", 0},
      {"x\xe7\xba", 1},
  };
  for (const auto& [text, at] : cases) EXPECT_EQ(FindInvalidUtf8(text), at) << testing::PrintToString(text);
}

TEST(Utf8, RepairsWhatIsIllFormedAndNul) {
  EXPECT_EQ(RepairUtf8("纬é"), "纬é");
  EXPECT_EQ(RepairUtf8("a\xff"
                       "b"),
            "a\uFFFDb");
  EXPECT_EQ(RepairUtf8(std::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(RepairUtf8("\xe7\xba"), "\uFFFD\uFFFD");
  EXPECT_FALSE(FindInvalidUtf8(RepairUtf8("\xed\xa0\x80\xf5\xc3")));
}

TEST(Utf8, TakesCodePoints) {
  std::string_view text = "aé纬🧵";
  EXPECT_EQ(TakeCodePoint(text), U'a');
  EXPECT_EQ(TakeCodePoint(text), U'é');
  EXPECT_EQ(TakeCodePoint(text), U'纬');
  EXPECT_EQ(TakeCodePoint(text), U'🧵');
  EXPECT_TRUE(text.empty());
}

TEST(Utf8, KnowsColumns) {
  for (const char32_t narrow : {U'a', U'é', U'я', U'…'}) EXPECT_EQ(DisplayWidth(narrow), 1);
  for (const char32_t wide : {U'纬', U'，', U'한', U'か', U'Ａ', U'🧵', U'🪡'}) EXPECT_EQ(DisplayWidth(wide), 2);
  for (const char32_t none : {char32_t{0x301}, char32_t{0x200D}, char32_t{0xFE0F}}) EXPECT_EQ(DisplayWidth(none), 0);
}

}  // namespace
}  // namespace weft
