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
  std::string id, from, input;
  bool latest = false, dry_run = false;
};

int Run(const Options& options) {
  auto body = Value::EmptyObject();
  if (!options.from.empty()) body.Set("from", Value(options.from));
  if (options.latest) body.Set("latest", Value(true));
  if (options.dry_run) body.Set("dryRun", Value(true));
  if (!options.input.empty()) {
    const auto input = ReadJsonArgument("--input", options.input);
    if (!input) return ReportFailure(input.error());
    body.Set("input", *input);
  }
  return WithServer(options.server, [&](ApiClient& client) -> Result<int> {
    WEFT_TRY(const auto answer, client.Post(InstancePath(options.id) + "/rerun", body));
    PrintOutput(options.dry_run ? answer.DumpPretty() + "\n" : answer.Get("id").AsString() + "\n");
    return kOk;
  });
}

}  // namespace

void AddRerun(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "rerun", "Run an instance again, whole or from a node on; prints the new one's id.",
                           "weft rerun default.order-intake.hook.8841\n"
                           "weft rerun default.order-intake.hook.8841 --from ship\n"
                           "weft rerun default.order-intake.hook.8841 --from ship --latest --dry-run");
  verb->add_option("ID", options->id, "The instance")->required();
  verb->add_option("--from", options->from, "Begin at this node; results of those before it are taken over");
  verb->add_option("--input", options->input, "Another input: JSON, @FILE, or - for standard input");
  verb->add_flag("--latest", options->latest, "With the workflow's latest revision instead of the instance's own");
  verb->add_flag("--dry-run", options->dry_run, "Only say which nodes would run again");
  AddServerOptions(*verb, options->server);
  verb->callback([options, &action] { action = [options] { return Run(*options); }; });
}

}  // namespace weft::cli
