#include <benchmark/benchmark.h>

#include <string>

#include "expr/expression.h"
#include "expr/template.h"

namespace weft::expr {
namespace {

/// 100 items, some 5 KB.
Scope Orders() {
  auto items = Value::EmptyArray();
  for (int i = 0; i < 100; ++i) {
    items.Append(Value::Object(
        {{"id", Value("order-" + std::to_string(i))}, {"amount", Value(i)}, {"open", Value(i % 3 == 0)}}));
  }
  Scope scope;
  scope.input = Value::Object(
      {{"customer", Value::Object({{"tier", Value("gold")}})}, {"amount", Value(7)}, {"items", std::move(items)}});
  return scope;
}

void Parse(benchmark::State& state, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(Expression::Parse(text, Mode::kValue));
}

void Evaluate(benchmark::State& state, const std::string& text, Mode mode) {
  const auto scope = Orders();
  const auto expression = Expression::Parse(text, mode).value();
  for (auto _ : state) benchmark::DoNotOptimize(expression.Evaluate(scope));
}

void InsertText(benchmark::State& state) {
  const auto scope = Orders();
  const auto made = Template::Text("order ${ $input.items[3].id } of ${ $input.customer.tier }").value();
  for (auto _ : state) benchmark::DoNotOptimize(made.Evaluate(scope));
}

void CompileAndEvaluate(benchmark::State& state) {
  const auto scope = Orders();
  int n = 0;
  for (auto _ : state) {
    const auto expression = Expression::Parse("$input.amount + " + std::to_string(++n), Mode::kValue).value();
    benchmark::DoNotOptimize(expression.Evaluate(scope));
  }
}

BENCHMARK_CAPTURE(Parse, path, "$input.customer.tier");
BENCHMARK_CAPTURE(Parse, condition, "$input.amount > 5 and $nodes.stock.output.count >= 1");
BENCHMARK_CAPTURE(Evaluate, path, "$input.customer.tier", Mode::kValue);
BENCHMARK_CAPTURE(Evaluate, condition, "$input.amount > 5 and $input.customer.tier == \"gold\"", Mode::kCondition);
BENCHMARK_CAPTURE(Evaluate, object, "{tier: $input.customer.tier, twice: ($input.amount * 2)}", Mode::kValue);
BENCHMARK_CAPTURE(Evaluate, select_of_100, "[$input.items[] | select(.open and .amount > 50) | .id]", Mode::kValue);
BENCHMARK_CAPTURE(Evaluate, regex, "$input.customer.tier | test(\"^g.ld$\")", Mode::kValue);
BENCHMARK(InsertText);
BENCHMARK(CompileAndEvaluate);

}  // namespace
}  // namespace weft::expr
