// Hostile programs: every one ends soon, with the same account each time, and the process lives.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "expr/expression.h"

namespace weft::expr {
namespace {

/// What an evaluation gave, as text: result or error, and what it used.
std::string Account(std::string_view program, const Scope& scope) {
  const auto expression = Expression::Parse(program, Mode::kValue);
  if (!expression) return "parse: " + expression.error().message;
  Spent spent;
  const auto result = expression->Evaluate(scope, &spent);
  const auto gave = result ? result->Dump() : "error: " + result.error().code + ' ' + result.error().message;
  return gave + " [" + std::to_string(spent.ticks) + " ticks, " + std::to_string(spent.bytes) + " bytes]";
}

Scope With(std::string_view dot) {
  Scope scope;
  scope.dot = Value::Parse(dot).value();
  return scope;
}

constexpr std::string_view kDeep = "(reduce range(60) as $i (1; [., .]))";  // 2^60 numbers if printed

std::vector<std::string> Runaways() {
  const std::string deep(kDeep);
  return {
      "def f: f; f",
      "def f: 1 + f; f",
      "[range(1e12)]",
      "last(range(1e12))",
      "[limit(1e9; repeat(1))]",
      "until(false; tojson | fromjson)",
      "reduce range(40) as $i (\"x\"; . + .)",
      "reduce range(1000000) as $i (null; [.])",
      ". as $n | \"x\" * ($n // 1e9)",
      "\"x\" * 1e9",
      ".[100000000] = 1",
      "setpath([5e8]; 1)",
      deep,
      deep + " | tojson",
      deep + " | error",
      "try error(" + deep + ") catch tojson",
      deep + " == " + deep,
      deep + " < " + deep,
      "[" + deep + ", " + deep + "] | sort",
      "[" + deep + ", " + deep + "] | unique | length",
      deep + " | contains(" + deep + ")",
      "[" + deep + "] - [" + deep + "] | length",
      deep + " | .[\"a\"]",
      deep + " | flatten",
      "[" + deep + " | paths] | length",
      "(reduce range(60) as $i ({}; {a: ., b: .})) * (reduce range(60) as $i ({}; {a: ., b: .}))",
      "reduce range(60000) as $i (null; [.]) | tojson",
      "setpath([range(900) | \"a\"]; 1)",
      "setpath([range(5000) | \"a\"]; 1)",
      "\"[\" * 300 + \"]\" * 300 | fromjson",
      "\"[\" * 5000 + \"]\" * 5000 | fromjson",
      "[range(3e5)] - [range(-3e5; 0)]",
      "[range(1e5)] | sort_by(-.)",
      "[range(1e5)] | group_by(.)",
      "[range(1e5)] | [combinations(3)]",
      "[range(1e5)] | walk(.)",
      "[range(1e5)] | delpaths([range(5e4) | [{start: ., end: (. + 1)}]])",
      "1e6 as $n | \"x\" * $n | gsub(\"x\"; \"yy\")",
      "1000 as $n | \"x\" * $n | gsub(\"x\"; \"yy\" * 1000)",
      "1e6 as $n | [limit(1000; repeat(\"x\" * $n))] | @csv",
      "3e7 as $n | \"x\" * $n | explode",
      "3e7 as $n | \"x\" * $n | split(\"\")",
      "3e7 as $n | \"x\" * $n | @uri",
      "3e6 as $n | \"x\" * $n as $a | [range(1e5) | $a | length]",
      "3e6 as $n | \"x\" * $n as $a | \"x\" * $n as $b | [range(1e5) | $a == $b]",
      "1e6 as $n | \"1\" * $n | tonumber as $a | [range(1e5) | $a < $a + 0]",
      "5e6 as $n | \"[\" + \"1,\" * $n + \"1]\" | fromjson",
      "reduce range(1e4) as $i ({}; .[\"k\\($i)\"] = $i) | . as $b | reduce range(1e5) as $i ($b; . + $b)",
      R"(("a" * 40 + "b") | test("^(a+)+$"))",
      R"(1e5 as $n | ("a" * $n + "b") | test("^(a+)+$"))",
      R"(1e5 as $n | "a" * $n | test("(?:(?:a{1,1000}){1,1000}){1,1000}b"))",
      R"(1e6 as $n | "a" * $n | test("[ab].*X"))",
      R"("a" * 3000 | test("(?<x>a\\g<x>?)b"))",
      R"x("a" | test("(" * 900 + ")" * 900))x",
      R"("a" | test("a" * 3000))",
      "0 | strftime(\"%1000000000d\")",
  };
}

std::vector<std::string> Accounts(const std::vector<std::string>& programs, std::string_view dot) {
  std::vector<std::string> accounts;
  for (const auto& program : programs) accounts.push_back(Account(program, With(dot)));
  return accounts;
}

TEST(Limits, RunawaysFailWithTheSameAccountInEveryThread) {
  const auto programs = Runaways();
  const auto here = Accounts(programs, "null");
  std::vector<std::string> there;
  std::thread([&] { there = Accounts(programs, "null"); }).join();
  for (std::size_t i = 0; i < programs.size(); ++i) {
    EXPECT_TRUE(here[i].starts_with("error: expression ") || here[i].starts_with("parse: "))
        << programs[i] << " gave " << here[i].substr(0, 100);
    EXPECT_LT(here[i].size(), 1500U) << programs[i];
    EXPECT_EQ(here[i], there[i]) << programs[i];
  }
  EXPECT_TRUE(Account("1 + 1", {}).starts_with("2 "));
}

constexpr std::string_view kInput =
    R"({"list":[3,1,2,{"n":null}],"text":"abc abc","map":{"b":1,"a":{"x":[1]}},"big":12345678901234567890})";

const std::vector<std::string>& Ordinary() {
  static const std::vector<std::string> programs = {
      ".list | length",
      ".list[0] = 9",
      ".list += [1]",
      ".map.a.x[5] = 1",
      ".text + \"x\" | length",
      ".map * {a: {y: 2}}",
      "del(.list[1])",
      "[.list[] | numbers] | sort",
      ".map | to_entries",
      "[paths]",
      ".text | gsub(\"b\"; \"B\")",
      "tojson | fromjson",
      ".big + 1",
      ".map | with_entries(.value |= tostring)",
      "walk(if type == \"array\" then sort else . end)",
      "[.text | scan(\"a.\")]",
      "reduce .list[] as $x ([]; . + [$x])",
      "[.list[] as [$a] ?// $a | $a]",
      "label $out | .list[] | ., break $out",
      "try (label $a | label $b | try (break $a) catch .) catch .",
      "[limit(2; .list[])]",
      "group_by(.)?",
      "@base64 \"\\(.text)\"",
      ".list as [$a, $b] | $a - $b",
      "[.[] | type] | unique",
      "getpath([\"map\", \"a\", \"x\"])",
      "error(.map)",
      ".text | ascii_upcase",
      "[splits(\"x\")?]",
      "now | todate",
      "[.list | .[1:] | .[0]]",
      ".text[1:3]",
      "tostream",
      "input_line_number?",
  };
  return programs;
}

// jv changes in place what nobody else refers to, asks for memory by the state of its caches, and a program keeps state
// between evaluations: none of it may show.
TEST(Limits, AccountsDoNotDependOnReferencesOrHistory) {
  for (const auto& program : Ordinary()) {
    const auto fresh = Account(program, With(kInput));
    const auto scope = With(kInput);
    const auto other = scope.dot;
    const auto inner = scope.dot.Get("list");
    EXPECT_EQ(fresh, Account(program, scope)) << program;
    static_cast<void>(scope.dot.Dump());
    EXPECT_EQ(fresh, Account(program, scope)) << program;
  }
}

TEST(Limits, AccountsDoNotDependOnTheThread) {
  const auto here = Accounts(Ordinary(), kInput);
  std::vector<std::string> there;
  std::thread([&] { there = Accounts(Ordinary(), kInput); }).join();
  EXPECT_EQ(here, there);
}

TEST(Limits, ThreadsMayShareAnExpression) {
  const auto expression =
      Expression::Parse("[.list[] | tostring | select(test(\"^[0-9]+$\"))] | length", Mode::kValue).value();
  std::array<std::string, 4> results;
  std::vector<std::thread> threads;
  for (auto& result : results) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) result = expression.Evaluate(With(kInput))->Dump();
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& result : results) EXPECT_EQ(result, "3");
}

TEST(Limits, ARunawayLeavesItsProgramUsable) {
  const auto expression = Expression::Parse("[range(.)] | length", Mode::kValue).value();
  Scope scope;
  scope.dot = Value(10);
  EXPECT_EQ(expression.Evaluate(scope)->Dump(), "10");
  Scope huge;
  huge.dot = Value(1e12);
  EXPECT_FALSE(expression.Evaluate(huge));
  EXPECT_EQ(expression.Evaluate(scope)->Dump(), "10");
}

TEST(Limits, LongTextsOfProgramsEnd) {
  const auto repeat = [](std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
  };
  for (const auto& program :
       {repeat("(", 30'000), repeat("[", 15'000) + repeat("]", 15'000), repeat("1|", 16'000) + "1",
        repeat("-", 30'000) + "1", repeat("if 1 then ", 3000) + "1" + repeat(" end", 2000),
        repeat("def f: ", 4000) + "1" + repeat(";1", 2000), repeat("1 as $a|", 4000) + "1", repeat("1+", 16'000) + "1",
        repeat(".a,", 10'000) + "1", repeat(".a?//", 6000) + "1", "\"" + repeat("\\(", 10'000),
        repeat("try ", 8000) + "1", repeat("reduce 1 as $x (", 2000), std::string("\"x\" * 100000000"),
        repeat(". as [$a] ?// ", 2000) + "$a | 1"}) {
    const auto expression = Expression::Parse(program, Mode::kValue);
    if (expression) static_cast<void>(expression->Evaluate({}));
  }
  EXPECT_TRUE(Account("1 + 1", {}).starts_with("2 "));
}

}  // namespace
}  // namespace weft::expr
