#include <string>
#include <utility>
#include <vector>

#include "cli/command.h"
#include "cli/file.h"
#include "cli/inline_python.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

struct Options {
  ServerOptions server;
  std::vector<std::string> files;
  bool json = false;
};

Result<expr::Value> Deploy(ApiClient& client, const std::string& text) {
  WEFT_TRY(const auto answer, client.Send("POST", "/api/v1/workflows", text, "application/yaml"));
  WEFT_TRY(auto deployed, expr::Value::Parse(answer.body));
  deployed.Set("created", expr::Value(answer.status == 201));
  return deployed;
}

int Run(const Options& options) {
  // Nothing is deployed unless all of it is valid.
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& path : options.files) {
    const auto file = ReadValidWorkflow(path);
    if (!file) return ReportFailure(file.error());
    auto text = InlinePython(path, file->text);
    if (!text) return ReportFailure(text.error());
    files.emplace_back(path, *std::move(text));
  }
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    auto all = expr::Value::EmptyArray();
    for (const auto& [path, text] : files) {
      auto deployed = Deploy(client, text);
      if (!deployed) return Fail(deployed.error().code, path + ": " + deployed.error().message);
      if (!options.json) {
        PrintOutput(deployed->Get("namespace").AsString() + '/' + deployed->Get("name").AsString() + " revision " +
                    deployed->Get("revision").Dump() +
                    (deployed->Get("created").AsBool() ? "\n" : " (nothing changed)\n"));
      }
      all.Append(*std::move(deployed));
    }
    if (options.json) PrintOutput(all.DumpPretty() + "\n");
    return kOk;
  });
}

}  // namespace

void AddDeploy(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "deploy", "Make workflow files the latest revisions on a server.",
                           "weft deploy workflow.yaml\n"
                           "weft deploy flows/*.yaml --server https://weft.example.com");
  verb->add_option("FILE", options->files, "Workflow file; - is standard input")->required();
  verb->add_flag("--json", options->json, "Print what was deployed as JSON");
  AddServerOptions(*verb, options->server);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli
