#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

/// The command line: one `command_<verb>.cc` per verb, each with the function that registers it, named here.
namespace weft::cli {

/// Exit codes of every verb.
enum Exit : int {
  kOk = 0,           ///< completed, valid
  kFailed = 1,       ///< the run failed, timed out or was cancelled
  kUsage = 2,        ///< bad usage, file or input
  kUnreachable = 3,  ///< Temporal or the server cannot be reached
};

/// What to do once the command line is read; gives the exit code. Each verb sets it when it is the chosen one.
using Action = std::function<int()>;

// Groups of options, as `--help` shows them. See settings.h for what the first two mean.
inline constexpr const char* kSettings = "Settings (also WEFT_NAME in the environment, name: in weft.yaml)";
inline constexpr const char* kProtection = "Protection (also WEFT_NAME in the environment)";

/// A verb with its `--help`; `examples` are lines for a shell, shown below it.
CLI::App* AddVerb(CLI::App& app, const std::string& name, const std::string& about, const std::string& examples);
/// A verb below a verb, with the options of both.
CLI::App* AddSubVerb(CLI::App& verb, const std::string& name, const std::string& about, const std::string& examples,
                     Action& action, const Action& run);

void AddApprove(CLI::App& app, Action& action);
void AddBackfill(CLI::App& app, Action& action);
void AddCancel(CLI::App& app, Action& action);
void AddChannel(CLI::App& app, Action& action);
void AddDeploy(CLI::App& app, Action& action);
void AddDev(CLI::App& app, Action& action);
void AddEvaluate(CLI::App& app, Action& action);
void AddEvent(CLI::App& app, Action& action);
void AddFire(CLI::App& app, Action& action);
void AddGraph(CLI::App& app, Action& action);
void AddList(CLI::App& app, Action& action);
void AddLogs(CLI::App& app, Action& action);
void AddPause(CLI::App& app, Action& action);
void AddQueues(CLI::App& app, Action& action);
void AddReplay(CLI::App& app, Action& action);
void AddRerun(CLI::App& app, Action& action);
void AddResume(CLI::App& app, Action& action);
void AddRun(CLI::App& app, Action& action);
void AddSchema(CLI::App& app, Action& action);
void AddSecret(CLI::App& app, Action& action);
void AddServer(CLI::App& app, Action& action);
void AddShow(CLI::App& app, Action& action);
void AddStart(CLI::App& app, Action& action);
void AddTerminate(CLI::App& app, Action& action);
void AddTest(CLI::App& app, Action& action);
void AddToken(CLI::App& app, Action& action);
void AddValidate(CLI::App& app, Action& action);
void AddWorker(CLI::App& app, Action& action);

}  // namespace weft::cli
