#include <chrono>
#include <string>

#include "base/clock.h"
#include "cli/command.h"
#include "cli/display.h"
#include "cli/output.h"
#include "cli/remote.h"
#include "cli/remote_instance.h"

namespace weft::cli {
namespace {

struct Options {
  ServerOptions server;
  std::string id;
  bool watch = false, json = false;
};

int Run(const Options& options) {
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(auto instance, RemoteInstance::Get(client, options.id));
    if (options.watch) {
      const auto display = Display::ForStderr();
      WEFT_TRY_VOID(
          instance.Follow(client, {.changed = [&](const progress::InstanceView& view) { display->Show(view); },
                                   .trouble = [&](const std::string& message) { display->Say(message); }}));
    }
    const auto view = instance.View();
    if (options.json) {
      PrintOutput(instance.document().DumpPretty() + "\n");
    } else if (!options.watch) {
      const auto now = Now();
      PrintOutput(DescribeInstance(view, now));
    } else if (ExitOf(view) != kOk) {
      Report(DescribeFailure(view));
    }
    return options.watch ? ExitOf(view) : kOk;
  });
}

}  // namespace

void AddShow(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "show", "Show an instance: where each of its nodes is, and why it waits.",
                           "weft show default.order-intake.hook.8841\n"
                           "weft show default.order-intake.hook.8841 --watch\n"
                           "weft show default.order-intake.hook.8841 --json");
  verb->add_option("ID", options->id, "The instance")->required();
  verb->add_flag("--watch", options->watch, "Go on showing it until its end; the exit code is then the run's");
  verb->add_flag("--json", options->json, "Print the instance document");
  AddServerOptions(*verb, options->server);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli
