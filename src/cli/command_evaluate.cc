#include "cli/command.h"
#include "server/evaluate.h"

namespace weft::cli {

// What servers run in a process of its own; not for people.
void AddEvaluate(CLI::App& app, Action& action) {
  auto* verb = app.add_subcommand(server::kEvaluateVerb);
  verb->group("");
  verb->callback([&action] { action = server::EvaluateStandardInput; });
}

}  // namespace weft::cli
