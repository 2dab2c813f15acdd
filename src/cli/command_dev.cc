#include <spdlog/spdlog.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/encode.h"
#include "base/seal.h"
#include "cli/command.h"
#include "cli/data_directory.h"
#include "cli/deploy_directory.h"
#include "cli/interrupts.h"
#include "cli/node_options.h"
#include "cli/output.h"
#include "cli/own_temporal.h"
#include "cli/serving.h"
#include "cli/temporal.h"
#include "contract/names.h"
#include "worker/host.h"

namespace weft::cli {
namespace {

struct Options {
  ServingOptions serving;
  std::string workflows;
  std::string temporal;
  std::uint16_t temporal_port = 7233;
  std::string sandbox = "bwrap";
  std::string log = "warn";
};

activities::Settings SettingsOf(const Options& options) {
  activities::Settings settings;
  settings.sandbox = SandboxOf(options.sandbox);
  settings.code_network = true;
  settings.http_loopback = true;
  return settings;
}

/// Works from when Temporal answers until stop is requested. The process's exit code: a worker that cannot work ends
/// it.
int WorkOn(const std::shared_ptr<temporalio::Connection>& connection, worker::Queue queue, std::stop_source stop) {
  if (!connection->AwaitServer(stop.get_token())) return kOk;
  std::vector<worker::Queue> queues;
  queues.push_back(std::move(queue));
  const auto host = worker::Host::Create(connection, std::move(queues));
  const auto ended = host ? (*host)->Run(stop.get_token()) : std::unexpected(host.error());
  if (ended) return kOk;
  Report("the worker ended: " + ended.error().message);
  stop.request_stop();
  return kUnreachable;
}

int Develop(Options options) {
  LogToStderr(options.log);
  std::stop_source stop;
  const Interrupts interrupts([&stop](int count) {
    if (count > 1) std::_Exit(kFailed);
    Report("stopping; what runs goes on when it is started again");
    stop.request_stop();
  });
  auto& serving = options.serving;
  if (serving.data.empty()) serving.data = DefaultDataDirectory();
  if (const auto made = MakeDataDirectory(serving.data); !made) return RefuseToServe(made.error());
  const auto lock = LockDataDirectory(serving.data);
  if (!lock) return RefuseToServe(lock.error());
  const auto token = OwnToken(serving.data);
  if (!token) return RefuseToServe(token.error());

  const auto runtime = StartRuntime();
  if (!runtime) return RefuseToServe(runtime.error());
  const bool own = options.temporal.empty() && !EnvironmentNamesTemporal();
  if (own) {
    if (const auto free = OwnTemporal::CheckPort(options.temporal_port); !free) return RefuseToServe(free.error());
    options.temporal = OwnTemporal::TargetOn(options.temporal_port);
  }
  std::unique_ptr<OwnTemporal> temporal;
  const auto connection = OpenConnection(*runtime, options.temporal);
  if (!connection) return RefuseToServe(connection.error());

  server::ServerOptions what;
  what.listener.port = serving.port;
  what.database.url = serving.data + "/weft.db";
  what.data = serving.data;
  what.own_token = *token;
  const auto key = NewSealingKey();
  what.worker_token = Base64({reinterpret_cast<const char*>(key.data()), key.size()});
  const auto worker_token = what.worker_token;
  what.public_url = serving.public_url;
  what.hosts = serving.hosts;
  what.outgoing = SettingsOf(options);
  const auto server = server::Server::Start(*connection, std::move(what));
  if (!server) return RefuseToServe(server.error());

  const auto link = activities::ServerLink::Open((*server)->local_url(), worker_token);
  if (!link) return RefuseToServe(link.error());
  if (own) {
    auto started = OwnTemporal::Start(*runtime, serving.data + "/temporal.db", options.temporal_port);
    if (!started) return RefuseToServe(started.error());
    temporal = *std::move(started);
    MakePrivate(serving.data);
    if (!(*connection)->AwaitServer(stop.get_token())) return kOk;
  }
  int exit = kOk;
  std::jthread working([&, stop] {
    exit = WorkOn(*connection,
                  {.name = std::string(contract::kWorkerQueue),
                   .workflows = true,
                   .activities = MakeHandlers(SettingsOf(options), *connection, *link)},
                  stop);
  });

  std::optional<DeployDirectory> directory;
  std::jthread deploying;
  if (!options.workflows.empty()) {
    directory.emplace(options.workflows, (*server)->database(), [&server] { (*server)->Deployed(); });
    if (const auto updated = directory->Update(); !updated) {
      stop.request_stop();
      return RefuseToServe(updated.error());
    }
    deploying = std::jthread([&directory, stop] { directory->Run(stop.get_token()); });
  }
  PrintOutput((*server)->OneTimeUrl() + "\n");
  (*server)->Run(stop.get_token());
  working.join();
  return exit;
}

}  // namespace

void AddDev(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* verb = AddVerb(app, "dev", "Everything on one machine: Temporal, server, worker and web interface.",
                           "weft dev\n"
                           "weft dev examples\n"
                           "weft dev --port 9000 --data ./data workflows");
  verb->add_option("DIRECTORY", options->workflows,
                   "Its workflow files are deployed, and deployed again when they change")
      ->check(CLI::ExistingDirectory);
  AddServingOptions(*verb, options->serving);
  verb->add_option("--temporal-port", options->temporal_port, "Port of the Temporal that is started")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str()
      ->group(kSettings);
  verb->add_option("--temporal", options->temporal, "HOST:PORT of a Temporal to use instead of starting one")
      ->group(kSettings);
  verb->add_option("--log", options->log, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str()
      ->group(kSettings);
  AddSandboxOption(*verb, options->sandbox);
  verb->callback([options, &action] { action = [options] { return Develop(*options); }; });
}

}  // namespace weft::cli
