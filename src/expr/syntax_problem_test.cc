#include "expr/syntax_problem.h"

#include <gtest/gtest.h>

namespace weft::expr {
namespace {

/// `message (hint)` of a program that is no jq.
std::string Problem(std::string_view program) {
  const auto parsed = Expression::Parse(program, Mode::kValue);
  if (parsed) return "";
  return parsed.error().message + (parsed.error().hint.empty() ? "" : " (" + parsed.error().hint + ")");
}

TEST(SyntaxProblem, NamesWhatStandsThere) {
  EXPECT_EQ(Problem(".x ++"), "unexpected `+`");
  EXPECT_EQ(Problem(".a b"), "unexpected `b`");
  EXPECT_EQ(Problem(".标"), "unexpected `标`");
  EXPECT_EQ(Problem(".x +"), "something is missing at the end");
  EXPECT_EQ(Problem("if .x then 1"), "something is missing at the end");
}

TEST(SyntaxProblem, KnowsOtherLanguages) {
  EXPECT_EQ(Problem(".a && .b"), "unexpected `&` (jq writes `and`)");
  EXPECT_EQ(Problem(".a || .b"), "unexpected `|` (jq writes `or`)");
  EXPECT_EQ(Problem(".a === .b"), "unexpected `=` (jq writes `==`)");
  EXPECT_EQ(Problem("!.a"), "unexpected `!` (jq writes `(… | not)`)");
  EXPECT_EQ(Problem(".a == 'b'"), "unexpected `'` (strings stand in double quotes)");
}

}  // namespace
}  // namespace weft::expr
