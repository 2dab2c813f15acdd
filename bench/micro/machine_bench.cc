#include <benchmark/benchmark.h>

#include "dsl/load.h"
#include "machine/machine.h"

/// What the interpreter costs for each node: run with --benchmark_counters_tabular=true. The time of a node stands in
/// `per_node`; it must not grow with the size of the workflow.
namespace weft::machine {
namespace {

using expr::Value;

std::shared_ptr<const dsl::Workflow> LoadOrDie(benchmark::State& bench, const std::string& text) {
  auto loaded = dsl::Load(text);
  if (!loaded.workflow) bench.SkipWithError("the workflow is not valid");
  return loaded.workflow;
}

Batch StartOf(const std::shared_ptr<const dsl::Workflow>& workflow, Value input = {}) {
  Batch batch;
  batch.events.emplace_back(
      Started{.workflow = workflow, .start = {}, .input = std::move(input), .instance_id = "bench"});
  return batch;
}

void CountNodes(benchmark::State& bench, std::int64_t nodes) {
  bench.counters["per_node"] = benchmark::Counter(
      static_cast<double>(nodes), benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

/// `n0: { set: 1 }`, each next one needs the one before.
std::string Chain(std::int64_t count, const std::string& body) {
  std::string text = R"({"weft":1,"name":"chain","nodes":{"n0":{"set":1})";
  for (std::int64_t i = 1; i < count; ++i) {
    text += ",\"n" + std::to_string(i) + "\":{\"needs\":\"n" + std::to_string(i - 1) + "\"," + body + "}";
  }
  return text + "}}";
}

void PureChain(benchmark::State& bench, const std::string& body) {
  const auto workflow = LoadOrDie(bench, Chain(bench.range(0), body));
  const auto start = StartOf(workflow);
  for (auto _ : bench) {
    Machine machine;
    benchmark::DoNotOptimize(machine.Apply(start));
  }
  CountNodes(bench, bench.range(0));
}

void ChainOfLiterals(benchmark::State& bench) { PureChain(bench, R"("set":2)"); }
BENCHMARK(ChainOfLiterals)->Arg(30)->Arg(300);

void ChainOfPaths(benchmark::State& bench) { PureChain(bench, R"("set":"${ . }")"); }
BENCHMARK(ChainOfPaths)->Arg(30)->Arg(300);

void ChainOfExpressions(benchmark::State& bench) { PureChain(bench, R"("set":"${ . + 1 }")"); }
BENCHMARK(ChainOfExpressions)->Arg(300);

/// Activities side by side, ending one by one, joined at the end.
void Fan(benchmark::State& bench) {
  std::string text = R"({"weft":1,"name":"fan","nodes":{)";
  std::string needs;
  for (std::int64_t i = 0; i < bench.range(0); ++i) {
    const auto id = "\"n" + std::to_string(i) + '"';
    text += id + R"(:{"shell":"true"},)";
    needs += (needs.empty() ? "" : ",") + id;
  }
  const auto workflow = LoadOrDie(bench, text + "\"end\":{\"needs\":[" + needs + "],\"set\":1}}}");
  const auto start = StartOf(workflow);
  for (auto _ : bench) {
    Machine machine;
    const auto commands = machine.Apply(start);
    Batch batch;
    for (const auto& command : commands) {
      const auto* activity = std::get_if<ScheduleActivity>(&command);
      if (activity == nullptr) continue;
      batch.events = {ActivityCompleted{activity->operation, R"({"stdout":"","exit_code":0})"}};
      benchmark::DoNotOptimize(machine.Apply(batch));
    }
  }
  CountNodes(bench, bench.range(0));
}
BENCHMARK(Fan)->Arg(50)->Arg(500);

/// Iterations of one pure node each, in one drive and without an event.
void Iterations(benchmark::State& bench, const std::string& container) {
  const auto workflow = LoadOrDie(
      bench, R"({"weft":1,"name":"w","nodes":{"l":{)" + container + R"("nodes":{"a":{"set":"${ $index }"}}}}})");
  const auto start = StartOf(workflow);
  for (auto _ : bench) {
    Machine machine;
    benchmark::DoNotOptimize(machine.Apply(start));
  }
  CountNodes(bench, bench.range(0));
}

void LoopOfPureNodes(benchmark::State& bench) {
  const auto count = std::to_string(bench.range(0));
  Iterations(bench, R"("loop":{"while":"$index < )" + count + R"(","max":)" + count + "},");
}
BENCHMARK(LoopOfPureNodes)->Arg(300)->Arg(3000);

void ForeachOfPureNodes(benchmark::State& bench) {
  Iterations(bench, R"("foreach":"[range()" + std::to_string(bench.range(0)) + R"()]",)");
}
BENCHMARK(ForeachOfPureNodes)->Arg(300)->Arg(3000);

void CopyOfAWaitingRun(benchmark::State& bench) {
  const auto workflow = LoadOrDie(bench, Chain(20, R"("shell":"true")"));
  Machine machine;
  machine.Apply(StartOf(workflow));
  for (auto _ : bench) {
    Machine copy(machine);
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(CopyOfAWaitingRun);

}  // namespace
}  // namespace weft::machine
