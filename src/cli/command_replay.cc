#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/file.h"
#include "cli/output.h"
#include "cli/temporal.h"
#include "temporalio/client/history.h"
#include "worker/replay.h"

namespace weft::cli {
namespace {

using temporal::api::history::v1::History;

struct Options {
  std::vector<std::string> histories;
  std::string temporal;
};

/// A file's history, or that of the run with this id.
class Source {
 public:
  Source(std::shared_ptr<temporalio::Runtime> runtime, std::string address)
      : runtime_(std::move(runtime)), address_(std::move(address)) {}

  Result<History> Get(const std::string& name) {
    const auto text = ReadTextFile(name);
    if (text) return worker::ParseHistory(*text);
    if (text.error().code != kNoSuchFile) return std::unexpected(text.error());
    if (!connection_) {
      WEFT_TRY(connection_, Connect(runtime_, address_));
    }
    auto history = temporalio::FetchHistory(temporalio::Client(connection_), {name, ""});
    if (!history && history.error().code == temporalio::Error::Code::kNotFound) {
      return Fail("not_found", name + " is neither a file nor the id of a run in this Temporal namespace.");
    }
    if (!history) return Fail("temporal", history.error().message);
    return *std::move(history);
  }

 private:
  std::shared_ptr<temporalio::Runtime> runtime_;
  std::string address_;
  std::shared_ptr<temporalio::Connection> connection_;
};

int Replay(const Options& options) {
  LogToStderr("off");
  const auto runtime = StartRuntime();
  if (!runtime) {
    Report(runtime.error().message);
    return kUnreachable;
  }
  Source source(*runtime, options.temporal);
  int exit = kOk;
  for (const auto& name : options.histories) {
    const auto history = source.Get(name);
    if (!history) {
      Report(name + ": " + history.error().message);
      if (history.error().code == "temporal") return kUnreachable;
      exit = kUsage;
      continue;
    }
    const auto replayed = worker::Replay(*runtime, name, *history);
    if (replayed) {
      PrintOutput(name + ": same (" + std::to_string(history->events_size()) + " events)\n");
      continue;
    }
    PrintOutput(name + ": different: " + replayed.error().message + "\n");
    if (exit == kOk) exit = kFailed;
  }
  return exit;
}

}  // namespace

void AddReplay(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "replay", "Run recorded histories through this version; any difference is an error.",
                           "weft replay default.order-intake.manual.01JD…\n"
                           "weft replay tests/replay/histories/*.json");
  verb->add_option("ID", options->histories, "Ids of runs, or files written by `temporal workflow show -o json`")
      ->required();
  verb->add_option("--temporal", options->temporal, "Temporal's HOST:PORT")->group(kSettings);
  verb->callback([options, &action] { action = [options] { return Replay(*options); }; });
}

}  // namespace weft::cli
