#include <string>

#include "cli/command.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

using expr::Value;

struct Options {
  ServerOptions server;
  std::string id, node, data;
  bool reject = false;
};

int Run(const Options& options) {
  auto body =
      Value::Object({{"node", Value(options.node)}, {"decision", Value(options.reject ? "rejected" : "approved")}});
  if (!options.data.empty()) {
    const auto data = ReadJsonArgument("--data", options.data);
    if (!data) return ReportFailure(data.error());
    body.Set("data", *data);
  }
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY_VOID(client.Post(InstancePath(options.id) + "/approve", body));
    Report(options.id + ": " + options.node + (options.reject ? " rejected" : " approved"));
    return kOk;
  });
}

}  // namespace

void AddApprove(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "approve", "Answer a node that waits for an approval. A second answer is refused.",
                           "weft approve default.expenses.manual.17 review\n"
                           "weft approve default.expenses.manual.17 review --data '{\"limit\":500}'\n"
                           "weft approve default.expenses.manual.17 review --reject");
  verb->add_option("ID", options->id, "The instance")->required();
  verb->add_option("NODE", options->node, "The path of the approval")->required();
  verb->add_flag("--reject", options->reject, "Reject it instead");
  verb->add_option("--data", options->data, "What its form asks for: JSON, @FILE, or - for standard input");
  AddServerOptions(*verb, options->server);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli
