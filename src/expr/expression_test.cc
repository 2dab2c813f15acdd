#include "expr/expression.h"

#include <gtest/gtest.h>

namespace weft::expr {
namespace {

Value Json(std::string_view text) { return Value::Parse(text).value(); }

std::string Eval(std::string_view program, const Scope& scope, Mode mode = Mode::kValue) {
  const auto expression = Expression::Parse(program, mode);
  if (!expression) return "parse: " + expression.error().message;
  const auto result = expression->Evaluate(scope);
  return result ? result->Dump() : "error: " + result.error().message;
}

std::string Eval(std::string_view program, std::string_view dot = "null", Mode mode = Mode::kValue) {
  Scope scope;
  scope.dot = Json(dot);
  return Eval(program, scope, mode);
}

TEST(Expression, GivesTheFirstResultAndNullForNone) {
  EXPECT_EQ(Eval(".a + 1", R"({"a":41})"), "42");
  EXPECT_EQ(Eval("1, 2, 3"), "1");
  EXPECT_EQ(Eval("empty"), "null");
}

TEST(Expression, ReadsItsNames) {
  Scope scope;
  scope.input = Json(R"({"orderId":"8841"})");
  scope.nodes = Json(R"({"stock":{"output":{"count":3}}})");
  EXPECT_EQ(Eval("$input.orderId", scope), R"("8841")");
  EXPECT_EQ(Eval("{id: $input.orderId, n: $nodes.stock.output.count}", scope), R"({"id":"8841","n":3})");
}

TEST(Expression, ReportsWhatItReads) {
  const auto e = Expression::Parse(R"($nodes.a.output.x + $nodes["b"].output | . as $x | $x + $vars.k)", Mode::kValue);
  ASSERT_TRUE(e) << e.error().message;
  ASSERT_EQ(e->reads().size(), 3U);
  EXPECT_EQ(e->reads()[0].path, (std::vector<std::string>{"a", "output", "x"}));
  EXPECT_EQ(e->reads()[1].path, (std::vector<std::string>{"b", "output"}));
  EXPECT_EQ(e->reads()[2].name, Name::kVars);
  EXPECT_FALSE(e->ReadsOnlyDotAndVars());
}

TEST(Expression, NowIsTheTimeGivenAndNoPureReading) {
  const auto e = Expression::Parse("now | todate", Mode::kValue);
  ASSERT_TRUE(e);
  EXPECT_FALSE(e->ReadsOnlyDotAndVars());
  Scope scope;
  scope.now = ParseTimestamp("2026-03-01T02:03:04Z").value();
  EXPECT_EQ(e->Evaluate(scope)->Dump(), R"("2026-03-01T02:03:04Z")");
}

TEST(Expression, LargeIntegersArePassedOnUnchanged) {
  EXPECT_EQ(Eval(".id", R"({"id":900719925474099312345})"), "900719925474099312345");
  EXPECT_EQ(Eval("{x: .id, y: 1}", R"({"id":9007199254740993})"), R"({"x":9007199254740993,"y":1})");
}

TEST(Expression, SyntaxErrorsHaveTheirPlace) {
  const auto e = Expression::Parse(".a + )", Mode::kValue);
  ASSERT_FALSE(e);
  EXPECT_EQ(e.error().offset, 5U);
}

TEST(Expression, UnknownNamesGetAHint) {
  const auto variable = Expression::Parse("$inptu.x", Mode::kValue);
  ASSERT_FALSE(variable);
  EXPECT_EQ(variable.error().hint, "did you mean `$input`?");
  const auto function = Expression::Parse(".a | lenght", Mode::kValue);
  ASSERT_FALSE(function);
  EXPECT_EQ(function.error().message, "`lenght` is not a function");
  EXPECT_EQ(function.error().hint, "did you mean `length`?");
}

TEST(Expression, TheOutsideWorldIsNotThere) {
  for (const auto* program : {"env", "$ENV", "$ENV.PATH", "input", "inputs", "debug", "stderr", "input_filename", "halt",
                              "halt_error", "get_search_list", "localtime", "strflocaltime(\"%Y\")", "pow(2;3)", "sin",
                              "import \"a\" as a; .", "include \"a\"; ."}) {
    EXPECT_FALSE(Expression::Parse(program, Mode::kValue)) << program;
  }
}

TEST(Expression, ComparingTypesIsAFailureInConditionsOnly) {
  EXPECT_EQ(Eval(".amount < 20", "{}"), "true");
  EXPECT_NE(Eval(".amount < 20", "{}", Mode::kCondition).find("cannot compare null with number"), std::string::npos);
  EXPECT_EQ(Eval(".amount < 20", R"({"amount":7})", Mode::kCondition), "true");
  EXPECT_EQ(Eval("[3,1,null]|sort", "{}", Mode::kCondition), "[null,1,3]");
}

TEST(Expression, RunawaysEndAndTheProcessLives) {
  for (const auto* program :
       {"def f: f; f", "def f: 1+f; f", "[range(1e12)]", "last(range(1e12))", "reduce range(40) as $i (\"x\"; . + .)",
        "\"x\" * 1e9", ". as $n | \"x\" * ($n // 1e9)", ".[100000000] = 1", "reduce range(1000000) as $i (null; [.])",
        "reduce range(60) as $i (1; [., .]) | . as $a | (reduce range(60) as $i (1; [., .])) == $a", "reduce range(60) as $i (1; [., .]) | tojson",
        "[limit(1e9; repeat(1))]", "reduce range(60) as $i (1; [., .]) | [., 1] | sort"}) {
    const auto result = Eval(program);
    EXPECT_TRUE(result.starts_with("error: ") || result.starts_with("parse: ")) << program << " gave " << result.substr(0, 80);
  }
  EXPECT_EQ(Eval("1 + 1"), "2");
}

TEST(Expression, ARunawayRegularExpressionEnds) {
  EXPECT_TRUE(Eval(R"(("a"*40 + "b") | test("^(a+)+$"))").starts_with("error: "));
}

TEST(Expression, DeepProgramsAreRefused) {
  EXPECT_FALSE(Expression::Parse(std::string(100'000, '('), Mode::kValue));
  EXPECT_FALSE(Expression::Parse(std::string(20'000, '[') + std::string(20'000, ']'), Mode::kValue));
}

TEST(Expression, PlainPathsAnswerAsJqDoes) {
  for (const auto* dot : {"null", "1", R"("text")", "[1,2,3]", R"({"a":{"b":[10,20]}})", R"({"a":5})"}) {
    for (const auto* path : {".", ".a", ".a.b", ".a.b[1]", ".[0]", ".a[-1]", R"(.["a"])", R"(."a"."b")", ".a.b.c"}) {
      EXPECT_EQ(Eval(path, dot), Eval(std::string("(") + path + ")", dot)) << path << " of " << dot;
    }
  }
}

TEST(Expression, EveryListedBuiltinCompiles) {
  for (const auto* program : {"tojson", "ltrimstr(\"a\")", "gsub(\"a\";\"b\")", "ascii_downcase", "todate", "fromdate",
                              "getpath([\"a\"])", "limit(1; .[])", "first(.[])", "any(.[]; .)", "floor", "sqrt", "round",
                              "ldexp(1;2)", "fma(1;2;3)", "walk(.)", "splits(\",\")", "JOIN({}; .)", "last(.[])", "pick(.a)"}) {
    const auto e = Expression::Parse(program, Mode::kValue);
    ASSERT_TRUE(e) << program << ": " << e.error().message;
    const auto result = e->Evaluate({});
    if (!result) EXPECT_EQ(result.error().message.find("cannot be compiled"), std::string::npos) << program;
  }
}

}  // namespace
}  // namespace weft::expr
