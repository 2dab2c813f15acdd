#include <string>

#include "cli/command.h"
#include "cli/display.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/remote_instance.h"

namespace weft::cli {
namespace {

using expr::Value;

struct Options {
  ServerOptions server;
  std::string name, input, key;
  int revision = 0;
  bool wait = false;
};

Result<int> Wait(ApiClient& client, const std::string& id) {
  const auto display = Display::ForStderr();
  WEFT_TRY(auto instance, RemoteInstance::Get(client, id));
  WEFT_TRY_VOID(instance.Follow(client, {.changed = [&](const progress::InstanceView& view) { display->Show(view); },
                                         .trouble = [&](const std::string& message) { display->Say(message); }}));
  const auto view = instance.View();
  if (ExitOf(view) != kOk) {
    Report(DescribeFailure(view));
    return kFailed;
  }
  PrintOutput(view.output.DumpPretty() + "\n");
  return kOk;
}

int Run(const Options& options) {
  const auto input = ReadJsonArgument("--input", options.input);
  if (!input) return ReportFailure(input.error());
  auto body = Value::Object({{"input", *input}});
  if (!options.key.empty()) body.Set("key", Value(options.key));
  if (options.revision > 0) body.Set("revision", Value(options.revision));
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(const auto started, client.Post(WorkflowName(options.name).path() + "/instances", body));
    const auto id = started.Get("id").AsString();
    if (options.wait) return Wait(client, id);
    PrintOutput(id + "\n");
    return kOk;
  });
}

}  // namespace

void AddStart(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "start", "Start an instance of a deployed workflow; prints its id.",
                           "weft start order-intake --input '{\"orderId\":\"8841\"}'\n"
                           "weft start shop/order-intake --input @order.json --key 8841\n"
                           "weft start order-intake --input @order.json --wait");
  verb->add_option("NAME", options->name, "The workflow: NAME or NAMESPACE/NAME")->required();
  verb->add_option("--input", options->input, "The input: JSON, @FILE, or - for standard input");
  verb->add_option("--key", options->key, "While an instance of this key runs, no other is started");
  verb->add_option("--revision", options->revision, "A revision other than the latest")->check(CLI::PositiveNumber);
  verb->add_flag("--wait", options->wait, "Show it until its end and print its output instead");
  AddServerOptions(*verb, options->server);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli
