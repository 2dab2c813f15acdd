#include <string>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/remote.h"

namespace weft::cli {
namespace {

struct Options {
  ServerOptions server;
  std::string id, reason;
};

int Run(const Options& options, const std::string& how) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    auto body = expr::Value::EmptyObject();
    if (!options.reason.empty()) body.Set("reason", expr::Value(options.reason));
    WEFT_TRY(const auto answer, client.Post(InstancePath(options.id) + '/' + how, body));
    Report(options.id + ": " + answer.Get("status").AsString());
    return kOk;
  });
}

void Add(CLI::App& app, Action& action, const std::string& how, const std::string& about, const std::string& examples) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, how, about, examples);
  verb->add_option("ID", options->id, "The instance")->required();
  verb->add_option("--reason", options->reason, "Why; recorded with it");
  AddServerOptions(*verb, options->server);
  verb->callback([options, how, &action] { action = [options, how] { return Run(*options, how); }; });
}

}  // namespace

void AddCancel(CLI::App& app, Action& action) {
  Add(app, action, "cancel",
      "Ask an instance to end in good order: what runs is cancelled, compensations and clean-up run. Asked again, it "
      "leaves those out.",
      "weft cancel default.order-intake.hook.8841\n"
      "weft cancel default.order-intake.hook.8841 --reason \"wrong order\"");
}

void AddTerminate(CLI::App& app, Action& action) {
  Add(app, action, "terminate", "End an instance at once, without compensations and clean-up.",
      "weft terminate default.order-intake.hook.8841 --reason \"stuck\"");
}

}  // namespace weft::cli
