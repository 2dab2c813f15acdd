#include "expr/expression.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "expr/builtins.h"

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
  for (const auto* program : {"env",
                              "$ENV",
                              "$ENV.PATH",
                              "input",
                              "inputs",
                              "debug",
                              "stderr",
                              "input_filename",
                              "halt",
                              "halt_error",
                              "get_search_list",
                              "localtime",
                              "strflocaltime(\"%Y\")",
                              "pow(2;3)",
                              "sin",
                              "import \"a\" as a; .",
                              "include \"a\"; .",
                              "import \"a\" as $a; .",
                              "modulemeta",
                              "get_jq_origin",
                              "get_prog_origin",
                              "debug(1)",
                              "halt_error(1)",
                              "input_line_number",
                              "env.PATH",
                              "$ENV[\"PATH\"]",
                              "$__prog_args",
                              "have_decnum",
                              "log",
                              "exp10",
                              "scalbln(1;2)",
                              "ltrimstr",
                              "{$ENV}",
                              "@text \"\\(env)\"",
                              "a::b",
                              "$a::b"}) {
    EXPECT_FALSE(Expression::Parse(program, Mode::kValue)) << program;
  }
}

TEST(Expression, ComparingTypesIsAFailureInConditionsOnly) {
  EXPECT_EQ(Eval(".amount < 20", "{}"), "true");
  EXPECT_NE(Eval(".amount < 20", "{}", Mode::kCondition).find("cannot compare null with number"), std::string::npos);
  EXPECT_EQ(Eval(".amount < 20", R"({"amount":7})", Mode::kCondition), "true");
  EXPECT_EQ(Eval("[3,1,null]|sort", "{}", Mode::kCondition), "[null,1,3]");
}

TEST(Expression, DeepProgramsAreRefused) {
  EXPECT_FALSE(Expression::Parse(std::string(100'000, '('), Mode::kValue));
  EXPECT_FALSE(Expression::Parse(std::string(20'000, '[') + std::string(20'000, ']'), Mode::kValue));
}

/// Result or message of jq itself: parentheses keep a program from being answered as a path.
std::string WithoutProgram(std::string text) {
  const auto at = text.find("`: ");
  return at == std::string::npos ? text : text.substr(at + 3);
}

TEST(Expression, PlainPathsAnswerAsJqDoes) {
  for (const auto* dot :
       {"null", "1", "true", R"("text")", "[1,2,3]", R"({"a":{"b":[10,20]}})", R"({"a":5})", R"([{"a":null}])",
        R"({"a b":{"and":1}})", "[[],{}]", R"({"a":{"b":"x"},"":3})", "12345678901234567890"}) {
    for (const auto* path : {".",
                             ".a",
                             ".a.b",
                             ".a.b[1]",
                             ".[0]",
                             ".a[-1]",
                             R"(.["a"])",
                             R"(."a"."b")",
                             ".a.b.c",
                             " .a ",
                             ".a\n",
                             ".[0].a",
                             ".[-3]",
                             ".[3]",
                             ".[01]",
                             ".a.[\"b\"]",
                             R"(."a b".and)",
                             R"(.[""])",
                             ".[99999999]",
                             ".a.b[0]",
                             ".[\"a\"][\"b\"]",
                             ".\"\"",
                             "$input",
                             "$input.a",
                             "$input[0]",
                             "$input[\"a\"].b",
                             "$input.a.b[-1]"}) {
      Scope scope;
      scope.dot = Json(dot);
      scope.input = scope.dot;
      EXPECT_EQ(WithoutProgram(Eval(path, scope)), WithoutProgram(Eval(std::string("(") + path + ")", scope)))
          << path << " of " << dot;
    }
  }
}

TEST(Expression, APathOfAVariableThatIsNoNameIsNoPlainPath) {
  EXPECT_EQ(Eval("$__loc__", R"({"a":1})"), R"({"file":"<top-level>","line":1})");
  EXPECT_EQ(Eval("$__loc__.line"), "1");
}

TEST(Expression, ACommentAtTheEndEndsWithTheProgram) {
  EXPECT_EQ(Eval("1 + 1 # sum"), "2");
  EXPECT_EQ(Eval("1 + 1 # sum \\"), "2");
  EXPECT_EQ(Eval("1 + 1 # sum \\\\"), "2");
}

TEST(Expression, TheListOfBuiltinsIsExactlyWhatLibjqHas) {
  const auto list = Expression::Parse("builtins", Mode::kValue)->Evaluate({}).value();
  ASSERT_GT(list.size(), 100U);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto name = list.At(i).AsString();
    const auto slash = name.find('/');
    EXPECT_TRUE(IsBuiltin(name.substr(0, slash), std::stoi(name.substr(slash + 1)))) << name;
  }
  EXPECT_EQ(list.size(), CountBuiltins());
}

TEST(Expression, EveryBuiltinCompiles) {
  const auto list = Expression::Parse("builtins", Mode::kValue)->Evaluate({}).value();
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto name = list.At(i).AsString();
    const auto slash = name.find('/');
    std::string call = name.substr(0, slash);
    const int arity = std::stoi(name.substr(slash + 1));
    for (int argument = 0; argument < arity; ++argument) call += argument == 0 ? "(.a" : "; .a";
    if (arity > 0) call += ')';
    const auto e = Expression::Parse(call, Mode::kValue);
    ASSERT_TRUE(e) << call << ": " << e.error().message;
    if (const auto result = e->Evaluate({}); !result) {
      EXPECT_FALSE(result.error().message.contains("cannot be compiled")) << call;
    }
  }
}

TEST(Expression, FormatsAndTextFunctionsWork) {
  Scope scope;
  scope.dot = Json(R"({"s":"a b&\"'<纬>","l":[1,"x y",null,true]})");
  EXPECT_EQ(Eval("@text \"\\(.s)\"", scope), R"("a b&\"'<纬>")");
  EXPECT_EQ(Eval(".l|@json", scope), R"("[1,\"x y\",null,true]")");
  EXPECT_EQ(Eval(".l|@csv", scope), R"("1,\"x y\",,true")");
  EXPECT_EQ(Eval(".l|@tsv", scope), R"("1\tx y\t\ttrue")");
  EXPECT_EQ(Eval(".l|@sh", scope), R"("1 'x y' null true")");
  EXPECT_EQ(Eval(".s|@uri", scope), R"("a%20b%26%22%27%3C%E7%BA%AC%3E")");
  EXPECT_EQ(Eval(".s|@uri|@urid", scope), R"("a b&\"'<纬>")");
  EXPECT_EQ(Eval(".s|@html", scope), R"("a b&amp;&quot;&apos;&lt;纬&gt;")");
  EXPECT_EQ(Eval(".s|@base64|@base64d", scope), R"("a b&\"'<纬>")");
  EXPECT_EQ(Eval("tojson|fromjson|.l[1]", scope), R"("x y")");
  EXPECT_EQ(Eval("[getpath([\"l\",1]), ([paths]|length)]", scope), R"(["x y",6])");
  EXPECT_EQ(Eval("[limit(2; .l[])]", scope), R"([1,"x y"])");
}

TEST(Expression, NumbersStayAsWrittenUntilArithmetic) {
  EXPECT_EQ(Eval("1.10"), "1.10");
  EXPECT_EQ(Eval(".x", R"({"x":0.10000000000000000000001})"), "0.10000000000000000000001");
  EXPECT_EQ(Eval("[.x, .x + 0]", R"({"x":9007199254740993})"), "[9007199254740993,9007199254740992]");
  EXPECT_EQ(Eval(".x == 9007199254740992", R"({"x":9007199254740993})"), "false");
  EXPECT_EQ(Eval("0.1 + 0.2"), "0.30000000000000004");
}

TEST(Expression, ConditionsRefuseToOrderTypesWhereverTheyCompare) {
  for (const auto* program : {".amount < 20", ".amount >= 20", "20 > .amount", "(.amount as $x | $x <= 1)",
                              "if .amount < 1 then 1 else 2 end", "any(.list[]; . > 2)", "[.list[] | select(. > 1)]",
                              "\"5\" < 6", "null < 20", "[] < {}", "true < 1", "not | . < 1"}) {
    const auto result = Eval(program, R"({"list":[1,null]})", Mode::kCondition);
    EXPECT_TRUE(result.contains("cannot compare")) << program << " gave " << result;
    EXPECT_FALSE(Eval(program, R"({"list":[1,null]})").contains("cannot compare")) << program;
  }
  for (const auto* program :
       {"1 < 2", "\"a\" < \"b\"", "false < true", "[1] < [null]", "{} < {\"a\":1}", ".a == 1", ".a != \"1\"",
        "[3,null,1] | sort | length", "[1,null] | min_by(.) == null", "[limit(1; 1, 2)] == [1]"}) {
    EXPECT_FALSE(Eval(program, "{}", Mode::kCondition).starts_with("error")) << program;
  }
}

TEST(Expression, ErrorsOfTheProgramAreShort) {
  EXPECT_EQ(WithoutProgram(Eval("error(\"no stock\")")), "no stock");
  EXPECT_EQ(WithoutProgram(Eval("error({a: 1})")), R"(failed with {"a":1})");
  EXPECT_EQ(WithoutProgram(Eval("error(null)")), "failed with null");
  EXPECT_EQ(WithoutProgram(Eval("\"{\" | fromjson")), "Unfinished JSON term at EOF at line 1, column 1");
  const auto cut = WithoutProgram(Eval("error(\"纬\" * 1000)"));
  EXPECT_LT(cut.size(), 1100U);
  EXPECT_TRUE(cut.ends_with("纬 …"));
}

TEST(Expression, ReadsInsideTextAndOverLines) {
  const auto e =
      Expression::Parse("\"<\\($nodes.a.output.n)>\" + ($vars\n  .k) + $nodes [\"b\"].output? .x", Mode::kValue);
  ASSERT_TRUE(e) << e.error().message;
  ASSERT_EQ(e->reads().size(), 3U);
  EXPECT_EQ(e->reads()[0].path, (std::vector<std::string>{"a", "output", "n"}));
  EXPECT_EQ(e->reads()[0].offset, 4U);
  EXPECT_EQ(e->reads()[1].path, std::vector<std::string>{"k"});
  EXPECT_EQ(e->reads()[2].path, (std::vector<std::string>{"b", "output", "x"}));
}

TEST(Expression, DynamicReadsHaveNoPath) {
  for (const auto* program : {"$nodes[.k]", "$nodes | keys", "$nodes", "$nodes[.a].b", ". as $d | $nodes[$d]"}) {
    const auto e = Expression::Parse(program, Mode::kValue);
    ASSERT_TRUE(e) << program;
    ASSERT_EQ(e->reads().size(), 1U) << program;
    EXPECT_TRUE(e->reads()[0].path.empty()) << program;
  }
}

TEST(Expression, ARenamedItemIsReadByItsName) {
  const std::vector<std::string> aliases{"order", "line"};
  const auto e = Expression::Parse("[$order.id, $line, $item]", Mode::kValue, aliases);
  ASSERT_TRUE(e) << e.error().message;
  EXPECT_EQ(e->reads()[0].alias, "order");
  Scope scope;
  scope.item = Value(7);
  scope.aliases = {{"order", Json(R"({"id":5})")}, {"line", Value(6)}};
  EXPECT_EQ(e->Evaluate(scope)->Dump(), "[5,6,7]");
}

TEST(Expression, TimesDoNotDependOnTheTimeZone) {
  const char* before = std::getenv("TZ");
  const std::string saved = before == nullptr ? "" : before;
  setenv("TZ", "America/New_York", 1);
  tzset();
  EXPECT_EQ(Eval("0 | todate"), R"("1970-01-01T00:00:00Z")");
  EXPECT_EQ(Eval("0 | strftime(\"%H %Z %z\")"), R"("00 GMT +0000")");
  EXPECT_EQ(Eval("\"2026-07-01T10:00:00Z\" | fromdate"), "1782900000");
  EXPECT_EQ(Eval("\"2026-07-01T10:00:00Z\" | strptime(\"%Y-%m-%dT%H:%M:%SZ\") | mktime"), "1782900000");
  EXPECT_EQ(Eval("1782900000 | gmtime | mktime"), "1782900000");
  EXPECT_TRUE(Eval("0 | strftime(\"%s\")").contains("local time zone"));
  EXPECT_TRUE(Eval("0 | strftime(\"a%_10s\")").contains("local time zone"));
  EXPECT_TRUE(Eval("\"5\" | strptime(\"%s\")").contains("local time zone"));
  EXPECT_EQ(Eval("0 | strftime(\"100%%s\")"), R"("100%s")");
  if (before == nullptr) {
    unsetenv("TZ");
  } else {
    setenv("TZ", saved.c_str(), 1);
  }
  tzset();
}

TEST(Expression, LabelsDoNotTellHowOftenAProgramRan) {
  const auto e = Expression::Parse("try (label $a | try (break $a) catch .) catch .", Mode::kValue).value();
  const auto first = e.Evaluate({})->Dump();
  EXPECT_EQ(e.Evaluate({})->Dump(), first);
}

TEST(Expression, BreakNeedsItsLabel) { EXPECT_FALSE(Expression::Parse("break $out", Mode::kValue)); }

TEST(Expression, AProgramCannotLeaveItsBrackets) {
  for (const auto* program :
       {"1) | (2", "1\n) | ($__dot", "$__dot", "def f: 1;", "module {a: 1}; 1", "", "# only", "1 | "}) {
    EXPECT_FALSE(Expression::Parse(program, Mode::kValue)) << program;
  }
}

}  // namespace
}  // namespace weft::expr
