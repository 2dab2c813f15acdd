#include <string>

#include "cli/command.h"
#include "cli/file.h"
#include "cli/output.h"
#include "dsl/graph.h"

namespace weft::cli {
namespace {

int Graph(const std::string& path, const std::string& format) {
  const auto file = ReadValidWorkflow(path);
  if (!file) {
    Report(file.error().message);
    return kUsage;
  }
  const dsl::Workflow& workflow = *file->loaded.workflow;
  if (format == "json") {
    PrintOutput(dsl::GraphJson(workflow).DumpPretty() + "\n");
  } else {
    PrintOutput(format == "dot" ? dsl::GraphDot(workflow) : dsl::GraphMermaid(workflow));
  }
  return kOk;
}

}  // namespace

void AddGraph(CLI::App& app, Action& action) {
  struct Options {
    std::string file, format = "mermaid";
  };
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "graph", "Print a workflow's graph.",
                           "weft graph workflow.yaml\n"
                           "weft graph workflow.yaml --format dot | dot -Tsvg > workflow.svg");
  verb->add_option("FILE", options->file, "Workflow file; - is standard input")->required();
  verb->add_option("--format", options->format, "mermaid, dot or json")
      ->check(CLI::IsMember({"mermaid", "dot", "json"}))
      ->capture_default_str();
  verb->callback([options, &action] { action = [options] { return Graph(options->file, options->format); }; });
}

}  // namespace weft::cli
