#include <csignal>
#include <exception>
#include <string>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/settings.h"
#include "cli/version.h"

namespace weft::cli {
namespace {

int Main(int argc, char** argv) {
  CLI::App app{"Weft turns a workflow written as a short YAML file into a durable run on Temporal.", "weft"};
  app.require_subcommand(1);
  app.set_version_flag("--version", VersionText());
  app.get_formatter()->column_width(34);
  app.footer(
      "\nExit codes: 0 completed or valid; 1 the run failed, timed out or was cancelled; 2 bad usage, file or input;\n"
      "3 Temporal or the server cannot be reached.\n\n`weft VERB --help` explains a verb.");

  Action action;
  AddRun(app, action);
  AddValidate(app, action);
  AddTest(app, action);
  AddGraph(app, action);
  AddSchema(app, action);
  AddDev(app, action);
  AddServer(app, action);
  AddWorker(app, action);
  AddDeploy(app, action);
  AddStart(app, action);
  AddList(app, action);
  AddShow(app, action);
  AddLogs(app, action);
  AddCancel(app, action);
  AddTerminate(app, action);
  AddRerun(app, action);
  AddApprove(app, action);
  AddEvent(app, action);
  AddPause(app, action);
  AddResume(app, action);
  AddFire(app, action);
  AddBackfill(app, action);
  AddQueues(app, action);
  AddSecret(app, action);
  AddChannel(app, action);
  AddToken(app, action);
  AddReplay(app, action);
  AddEvaluate(app, action);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    PrintOutput(app.help());
    return kOk;
  } catch (const CLI::CallForVersion& version) {
    PrintOutput(std::string(version.what()) + "\n");
    return kOk;
  } catch (const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const std::string help = chosen.empty() ? "weft --help" : "weft " + chosen.front()->get_name() + " --help";
    Report(std::string(error.what()) + " (see: " + help + ")");
    return kUsage;
  }
  if (const auto applied = ApplySettings(app, *app.get_subcommands().front()); !applied) {
    Report(applied.error().message);
    return kUsage;
  }
  return action();
}

}  // namespace
}  // namespace weft::cli

int main(int argc, char** argv) {
  // A reader that goes away (`weft graph | head`) is seen by the write that fails.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return weft::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    weft::cli::Report(std::string("internal error: ") + error.what());
    return weft::cli::kFailed;
  }
}
