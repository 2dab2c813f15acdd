#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "cli/api_client.h"
#include "cli/command.h"
#include "cli/interrupts.h"
#include "cli/node_options.h"
#include "cli/output.h"
#include "cli/temporal.h"
#include "contract/names.h"
#include "worker/host.h"

namespace weft::cli {
namespace {

struct Options {
  std::string temporal;
  std::string server;
  std::vector<std::string> queues;
  std::vector<std::string> http_allow;
  std::string sandbox = "bwrap";
  std::string log = "info";
  worker::Limits limits;
  bool sandbox_network = false;
};

constexpr std::chrono::seconds kFirstPause{1};
constexpr std::chrono::seconds kLongestPause{30};

activities::Settings SettingsOf(const Options& options) {
  activities::Settings settings;
  settings.sandbox = SandboxOf(options.sandbox);
  settings.code_network = options.sandbox_network;
  settings.http_allow = options.http_allow;
  return settings;
}

Result<std::unique_ptr<worker::Host>> Create(const std::shared_ptr<temporalio::Runtime>& runtime,
                                             const std::shared_ptr<activities::ServerLink>& server,
                                             const Options& options) {
  WEFT_TRY(const auto connection, Connect(runtime, options.temporal));
  const auto handlers = server != nullptr ? MakeHandlers(SettingsOf(options), connection, server)
                                          : MakeHandlers(SettingsOf(options), connection);
  std::vector<worker::Queue> queues;
  for (const auto& name : options.queues) {
    queues.push_back({.name = name, .workflows = true, .activities = handlers, .limits = options.limits});
  }
  return worker::Host::Create(connection, std::move(queues));
}

int Work(Options options) {
  if (options.queues.empty()) options.queues.emplace_back(contract::kWorkerQueue);
  LogToStderr(options.log);
  std::stop_source stop;
  // Before the first thread: one that had not blocked the signals would let them end the process.
  const Interrupts interrupts([&stop](int count) {
    if (count > 1) std::_Exit(kFailed);
    spdlog::info("stopping: what runs may end; interrupt again to end at once");
    stop.request_stop();
  });
  std::shared_ptr<activities::ServerLink> server;
  if (!options.server.empty()) {
    const auto token = TokenFor(options.server);
    if (token.empty()) {
      spdlog::warn("WEFT_TOKEN is not set: the server gives secrets and takes log lines only if it asks for no token");
    }
    auto opened = activities::ServerLink::Open(options.server, token);
    if (!opened) {
      Report(opened.error().message);
      return kUsage;
    }
    server = *std::move(opened);
  }
  const auto runtime = StartRuntime();
  if (!runtime) {
    Report(runtime.error().message);
    return kUnreachable;
  }
  auto pause = kFirstPause;
  while (!stop.stop_requested()) {
    auto host = Create(*runtime, server, options);
    if (host) {
      std::string names;
      for (const auto& name : options.queues) names += (names.empty() ? "" : ", ") + name;
      spdlog::info("working on {}", names);
      pause = kFirstPause;
      const auto ended = (*host)->Run(stop.get_token());
      if (ended) return kOk;
      spdlog::error("{}", ended.error().message);
    } else if (host.error().code != "temporal") {
      Report(host.error().message);
      return kUsage;
    } else {
      spdlog::error("{} Trying again in {} s.", host.error().message, pause.count());
    }
    Rest(stop.get_token(), pause);
    pause = std::min(2 * pause, kLongestPause);
  }
  return kOk;
}

}  // namespace

void AddWorker(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "worker", "Run workflows and their nodes until interrupted.",
                           "weft worker --temporal 127.0.0.1:7233\n"
                           "weft worker --temporal temporal.example.com:7233 --server https://weft.example.com\n"
                           "weft worker --queue gpu --sandbox-network");
  verb->add_option("--temporal", options->temporal, "Temporal's HOST:PORT")->group(kSettings);
  verb->add_option("--server", options->server,
                   "Address of a Weft server that keeps secrets and takes log lines (token in WEFT_TOKEN, or that of "
                   "`weft dev` here)")
      ->group(kSettings);
  verb->add_option("--queue", options->queues,
                   "Task queue to work on; repeatable (default: weft, where workflows are started)")
      ->group(kSettings);
  verb->add_option("--log", options->log, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str()
      ->group(kSettings);
  const auto add_limit = [&](const char* name, auto& value, const char* about) {
    verb->add_option(name, value, about)->check(CLI::PositiveNumber)->capture_default_str()->group(kSettings);
  };
  add_limit("--max-cached-runs", options->limits.cached_runs,
            "Runs kept in memory; others are replayed when something happens to them");
  add_limit("--max-activities", options->limits.activities, "Nodes at once, of each queue");
  add_limit("--max-workflow-tasks", options->limits.workflow_tasks, "Steps of runs at once");
  verb->add_flag("--sandbox-network", options->sandbox_network, "Shell and Python may use the network")
      ->group(kProtection);
  AddSandboxOption(*verb, options->sandbox);
  verb->add_option("--http-allow", options->http_allow,
                   "Host or CIDR block that HTTP nodes may call although it is not public; repeatable")
      ->group(kProtection);
  verb->callback([options, &action] { action = [options] { return Work(*options); }; });
}

}  // namespace weft::cli
