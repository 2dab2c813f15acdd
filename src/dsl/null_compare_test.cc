#include "dsl/null_compare.h"

#include <gtest/gtest.h>

#include <string>

namespace weft::dsl {
namespace {

/// What is found, joined by `|`; `!` marks those with the literal null.
std::string Found(std::string_view program) {
  std::string out;
  for (const auto& found : FindNullComparisons(program)) {
    out += (out.empty() ? "" : "|") + std::string(found.literal ? "!" : "") +
           std::string(program.substr(found.offset, found.length));
  }
  return out;
}

TEST(NullCompare, FindsTheLiteral) {
  EXPECT_EQ(Found(".a < null"), "!.a < null");
  EXPECT_EQ(Found("null>=.b"), "!null>=.b");
  EXPECT_EQ(Found(".a == null and .b != null"), "");
  EXPECT_EQ(Found(".nullable < 5"), ".nullable < 5");
}

TEST(NullCompare, FindsPathsThatANullMakesTrue) {
  EXPECT_EQ(Found("if .a.b[0] < 20 then 1 else 2 end"), ".a.b[0] < 20");
  EXPECT_EQ(Found("$input.amount <= 5.5"), "$input.amount <= 5.5");
  EXPECT_EQ(Found(".[\"a b\"] < 1"), "");  // begins with a bracket: not a plain path
  EXPECT_EQ(Found(".a[\"b c\"]? < \"x\""), ".a[\"b c\"]? < \"x\"");
  EXPECT_EQ(Found("3 > .a and .b < 4"), "3 > .a|.b < 4");
}

TEST(NullCompare, LeavesOthersAlone) {
  for (const auto* program : {".a > 20", "20 < .a", "$index < 5", "(.a // 0) < 5", ".a | length < 5", ".a < .b",
                              "\".a < 5\"", "\"x \\(\"< 5\") .a < 5\"", "1 < 2 # .a < 5", ". < 5"}) {
    EXPECT_EQ(Found(program), "") << program;
  }
}

}  // namespace
}  // namespace weft::dsl
