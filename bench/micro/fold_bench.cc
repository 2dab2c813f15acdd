#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <string>
#include <vector>

#include "dsl/load.h"
#include "progress/fold.h"
#include "progress/view.h"
#include "tests/progress/history_writer.h"

namespace weft::testing {
namespace {

/// Twenty scripts side by side that fail again and again: about eleven events an attempt.
std::string Workflow() {
  std::string text = "weft: 1\nname: test\nnodes:\n";
  for (int i = 0; i < 20; ++i) {
    text +=
        "  n" + std::to_string(i) + ": { shell: 'try again', retry: { attempts: 10000, delay: 1s, max_delay: 1s } }\n";
  }
  return text;
}

std::vector<HistoryWriter::HistoryEvent> History(std::size_t events) {
  HistoryWriter writer(dsl::Load(Workflow()).workflow, expr::Value::EmptyObject());
  writer.RunTask();
  while (writer.events().size() < events) {
    for (const auto& id : writer.Activities()) {
      writer.FailActivity(id, "shell.exit", "the script ended with exit code 1");
      writer.RunTask();
    }
    while (writer.FireTimer()) writer.RunTask();
  }
  return writer.events();
}

long PeakKilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void Fold(benchmark::State& state) {
  const auto events = History(static_cast<std::size_t>(state.range(0)));
  // What the fold needs beyond the events themselves, which a reader hands to it page by page.
  const long before = PeakKilobytes();
  for (auto _ : state) {
    progress::Definitions definitions;
    progress::Fold fold(definitions, "");
    for (const auto& event : events) {
      if (const auto fed = fold.Feed(event); !fed) state.SkipWithError(fed.error().message.c_str());
    }
    benchmark::DoNotOptimize(fold.machine().state().completions);
  }
  const auto folded = static_cast<double>(state.iterations()) * static_cast<double>(events.size());
  state.counters["events/s"] = benchmark::Counter(folded, benchmark::Counter::kIsRate);
  state.counters["KB above"] = static_cast<double>(PeakKilobytes() - before);
}
BENCHMARK(Fold)->Arg(1000)->Arg(50'000)->Unit(benchmark::kMillisecond);

/// Opening a run whose history is read: cold, all of it is folded and shown; warm, what has come since.
void Open(benchmark::State& state) {
  const auto events = History(50'000);
  const auto warm = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    progress::Definitions definitions;
    progress::Track track(definitions, "");
    std::size_t next = 0;
    const auto feed = [&](std::size_t end) {
      for (; next < end; ++next) {
        if (const auto fed = track.Feed(events[next]); !fed) state.SkipWithError(fed.error().message.c_str());
      }
    };
    feed(warm == 0 ? 0 : events.size() - warm);
    state.ResumeTiming();
    feed(events.size());
    benchmark::DoNotOptimize(progress::ViewOf(track, "run", {}).ToJson().Dump());
  }
}
BENCHMARK(Open)->ArgName("new events")->Arg(0)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::testing
