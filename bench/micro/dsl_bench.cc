#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

#include "dsl/document.h"
#include "dsl/graph.h"
#include "dsl/load.h"

namespace weft::dsl {
namespace {

/// A file as people write them: chains of calls, scripts, switches and joins, some expressions in each.
std::string WorkflowOf(int nodes) {
  std::string text = "weft: 1\nname: large\nvars: { host: 127.0.0.1 }\nretry: 3\nnodes:\n";
  for (int i = 0; i + 4 <= nodes; i += 4) {
    text += fmt::format(
        "  call{0}:\n"
        "{1}"
        "    http: {{ url: \"http://${{ $vars.host }}:9000/stock/${{ $input.orders[{0}].id }}\", query: {{ n: {0} }} "
        "}}\n"
        "    output: \"${{ {{ id: .id, left: (.count - 1) }} }}\"\n"
        "  route{0}:\n"
        "    needs: call{0}\n"
        "    switch:\n"
        "      - {{ case: few, when: \"${{ .left < 10 }}\" }}\n"
        "      - {{ case: many }}\n"
        "  ship{0}:\n"
        "    needs: route{0}.many\n"
        "    shell: |\n"
        "      set -u\n"
        "      echo \"shipping $ORDER\"\n"
        "    env: {{ ORDER: \"${{ $nodes.call{0}.output.id }}\" }}\n"
        "    timeout: 5m\n"
        "  done{0}:\n"
        "    needs: [ship{0}, route{0}.few]\n"
        "    set: {{ id: \"${{ $nodes.call{0}.output.id }}\", text: \"order ${{ $input.orders[{0}].id }} is done\" "
        "}}\n",
        i, i == 0 ? "" : fmt::format("    needs: done{}\n", i - 4));
  }
  return text;
}

void Load(benchmark::State& state) {
  const auto text = WorkflowOf(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    const auto loaded = dsl::Load(text);
    if (!loaded.workflow) state.SkipWithError(FormatDiagnostics("large.yaml", text, loaded.diagnostics).c_str());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(Load)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void ParseYaml(benchmark::State& state) {
  const auto text = WorkflowOf(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    std::vector<Diagnostic> problems;
    benchmark::DoNotOptimize(Document::FromYaml(text, problems));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(ParseYaml)->Arg(1000)->Unit(benchmark::kMillisecond);

void LoadNormalised(benchmark::State& state) {
  const auto loaded = dsl::Load(WorkflowOf(static_cast<int>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(dsl::LoadNormalised(loaded.workflow->normalised));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(loaded.workflow->normalised.size()));
}
BENCHMARK(LoadNormalised)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

void Graph(benchmark::State& state) {
  const auto loaded = dsl::Load(WorkflowOf(static_cast<int>(state.range(0))));
  for (auto _ : state) benchmark::DoNotOptimize(GraphJson(*loaded.workflow));
}
BENCHMARK(Graph)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::dsl
