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

void AddDev(CLI::App& app, Action& action);
void AddEvaluate(CLI::App& app, Action& action);
void AddGraph(CLI::App& app, Action& action);
void AddReplay(CLI::App& app, Action& action);
void AddRun(CLI::App& app, Action& action);
void AddSchema(CLI::App& app, Action& action);
void AddServer(CLI::App& app, Action& action);
void AddTest(CLI::App& app, Action& action);
void AddValidate(CLI::App& app, Action& action);
void AddWorker(CLI::App& app, Action& action);

}  // namespace weft::cli
