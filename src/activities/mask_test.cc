#include "activities/mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encode.h"

namespace weft::activities {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Masker With(std::string_view secret) {
  Masker masker;
  masker.Add(secret);
  return masker;
}

TEST(MaskTest, ReplacesEveryOccurrence) {
  EXPECT_EQ(With("hunter2").Mask("a hunter2 b hunter2hunter2"), "a *** b ******");
  EXPECT_EQ(With("hunter2").Mask("hunter"), "hunter");
}

TEST(MaskTest, LeavesShortValuesAlone) {
  EXPECT_TRUE(With("12345").empty());
  EXPECT_EQ(With("123456").Mask("123456"), "***");
}

TEST(MaskTest, KnowsTheEncodings) {
  const std::string secret = "p\"a/ss w\nörd+";
  const auto masker = With(secret);
  EXPECT_EQ(masker.Mask(PercentEncode(secret)), "***");
  EXPECT_EQ(masker.Mask("p%22a%2fss%20w%0a%c3%b6rd%2b"), "***");
  EXPECT_EQ(masker.Mask(expr::Value(secret).Dump()), "\"***\"");
  for (const auto* user : {"", "a", "ab", "abc", "abcd:"}) {
    const auto encoded = Base64(user + secret);
    for (std::size_t at = 0; at + 8 <= encoded.size(); ++at) {
      // Eight characters hold a whole byte of what stands around the secret at most.
      if (at * 6 / 8 < std::string_view(user).size()) continue;
      EXPECT_THAT(masker.Mask(encoded), Not(HasSubstr(encoded.substr(at, 8)))) << user << ' ' << at;
    }
  }
}

TEST(MaskTest, HidesEachLineOfALongSecret) {
  EXPECT_EQ(With("first line\nsecond line\n").Mask("x second line y"), "x *** y");
}

TEST(MaskTest, OverlappingSecretsLeaveNothingBehind) {
  Masker masker;
  masker.Add("abcdef");
  masker.Add("defghi");
  EXPECT_EQ(masker.Mask("abcdefghi"), "***");
}

TEST(MaskTest, ValuesAreMaskedAtAnyDepthAndStayJson) {
  const auto value = *expr::Value::Parse(R"({"k 654321":[654321,{"x":"a654321b"},76543210,true,null,1]})");
  EXPECT_EQ(With("654321").Mask(value).Dump(), R"({"k ***":["***",{"x":"a***b"},"7***0",true,null,1]})");
}

TEST(MaskedStreamTest, ASecretMayComeInAnyPieces) {
  Masker masker;
  masker.Add("abcabcabd");
  masker.Add("cabdxyz");
  const std::string text = "..abcabcabcabdxyz..abcabca!abcabcabd";
  const auto whole = masker.Mask(text);
  for (std::size_t first = 0; first <= text.size(); ++first) {
    for (std::size_t second = first; second <= text.size(); ++second) {
      MaskedStream stream(masker);
      auto masked = stream.Feed(text.substr(0, first));
      masked += stream.Feed(text.substr(first, second - first));
      masked += stream.Feed(text.substr(second));
      EXPECT_EQ(masked + stream.Finish(), whole);
    }
  }
}

TEST(MaskedStreamTest, HoldsBackOnlyWhatMayBecomeASecret) {
  const auto masker = With("hunter2");
  MaskedStream stream(masker);
  EXPECT_EQ(stream.Feed("plain text\n"), "plain text\n");
  EXPECT_EQ(stream.Feed("it is hunt"), "it is ");
  EXPECT_EQ(stream.Feed("ing"), "hunting");
  EXPECT_EQ(stream.Feed("hunter"), "");
  EXPECT_EQ(stream.Finish(), "hunter");
}

}  // namespace
}  // namespace weft::activities
