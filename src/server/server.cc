#include "server/server.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "activities/secrets.h"
#include "base/clock.h"
#include "base/host.h"
#include "contract/names.h"
#include "progress/hub.h"
#include "server/access.h"
#include "server/archiver.h"
#include "server/auth.h"
#include "server/metrics.h"
#include "server/notifications.h"
#include "server/routes.h"
#include "server/services.h"
#include "server/stored_logs.h"
#include "server/system_activities.h"
#include "store/secrets.h"
#include "temporalio/client/schedule.h"
#include "temporalio/worker/worker.h"
#include "triggers/approvals.h"
#include "triggers/correlator.h"
#include "triggers/event_dispatcher.h"
#include "triggers/inbox.h"
#include "triggers/schedule_reconciler.h"
#include "triggers/slots.h"
#include "triggers/start.h"
#include "triggers/wait_reconciler.h"
#include "triggers/webhook.h"

namespace weft::server {
namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::seconds kPause{2};

/// Whether nobody but this machine can reach the server: another name of its own means that a proxy passes calls on.
bool IsOnlyHere(const ServerOptions& options) {
  return IsLoopbackHost(options.listener.host) && std::ranges::all_of(options.hosts, IsLoopbackHost) &&
         (options.public_url.empty() || IsLoopbackHost(HostOf(options.public_url)));
}

AuthOptions AuthOf(const ServerOptions& options, const SealingKey& key, store::Database& database) {
  AuthOptions auth;
  if (options.authenticate) auth.check = StoreTokens(database, options.own_token, options.worker_token);
  auth.hosts = options.hosts;
  if (!options.public_url.empty()) auth.hosts.push_back(HostOf(options.public_url));
  auth.session_key = key;
  auth.session_token = options.own_token;
  auth.secure_cookies = options.public_url.starts_with("https://");
  return auth;
}

triggers::WebhookOptions HooksOf(const ServerOptions& options, const SealingKey& key, store::Database& database) {
  return {.secret = StoreSecrets(database, key, activities::LocalSecrets()),
          .token = HookTokens(StoreTokens(database, options.own_token)),
          .loopback = IsOnlyHere(options)};
}

}  // namespace

/// In the order in which they need each other.
struct Server::Parts {
  Parts(const std::shared_ptr<temporalio::Connection>& to, ServerOptions given, std::unique_ptr<store::Database> opened,
        const SealingKey& sealing)
      : options(std::move(given)),
        key(sealing),
        connection(to),
        client(to),
        database(std::move(opened)),
        starter(*database, client),
        inbox(*database, starter, {}),
        events(*database, client),
        correlator(*database, client, starter.definitions(),
                   {.deliveries_due = [this] { events.Wake(); }, .starts_due = [this] { inbox.Wake(); }}),
        approvals(*database, client),
        slots(*database, client),
        waits(*database, client, slots),
        schedules(*database, temporalio::ScheduleClient(client)),
        webhooks(*database, starter, inbox, HooksOf(options, key, *database)),
        notifications(*database, client, key, options.outgoing, [this] { return Url(); }),
        archiver(*database, client, {}),
        hub(client, {.logs = StoredLines(*database)}),
        auth(AuthOf(options, key, *database)) {
    services.auth = &auth;
    services.metrics = &metrics;
    services.ready = {{"store", [this] { return CheckStore(); }}, {"temporal", [this] { return CheckTemporal(); }}};
    services.database = database.get();
    services.key = &key;
    services.client = client;
    services.hub = &hub;
    services.outbox = &notifications.outbox();
    services.approvals = &approvals;
    services.correlator = &correlator;
    services.definitions = &starter.definitions();
    services.inbox = &inbox;
    services.schedules = &schedules;
    services.starter = &starter;
    services.webhooks = &webhooks;
  }

  /// Where people reach the server.
  [[nodiscard]] std::string Url() const {
    return options.public_url.empty() && listener ? listener->url() : options.public_url;
  }
  Result<void> CheckStore() {
    return database->Read([](store::Transaction& t) -> Result<void> {
      WEFT_TRY_VOID(t.Query("SELECT 1"));
      return {};
    });
  }
  Result<void> CheckTemporal() const {
    if (const auto answered = client.GetSystemInfo(); !answered) return Fail("temporal", answered.error().message);
    return {};
  }

  /// Answers the queue of system activities, from when Temporal answers, again and again while it refuses.
  void RunSystemQueue(const std::stop_token& stop);

  ServerOptions options;
  const SealingKey key;
  const std::shared_ptr<temporalio::Connection> connection;
  const temporalio::Client client;
  const std::unique_ptr<store::Database> database;
  triggers::Starter starter;
  triggers::Inbox inbox;
  triggers::EventDispatcher events;
  triggers::Correlator correlator;
  triggers::Approvals approvals;
  triggers::Slots slots;
  triggers::WaitReconciler waits;
  triggers::ScheduleReconciler schedules;
  triggers::Webhooks webhooks;
  Notifications notifications;
  Archiver archiver;
  progress::Hub hub;
  Metrics metrics;
  Auth auth;
  Services services;
  std::unique_ptr<Listener> listener;
};

void Server::Parts::RunSystemQueue(const std::stop_token& stop) {
  connection->AwaitServer(stop);
  while (!stop.stop_requested()) {
    temporalio::WorkerOptions queue;
    queue.task_queue = contract::kSystemQueue;
    queue.activities = SystemActivities(
        {.database = *database,
         .correlator = correlator,
         .slots = slots,
         .notify = [this](const auto& info, const auto& args) { return notifications.Notify(info, args); }});
    auto worker = temporalio::Worker::Create(connection, std::move(queue));
    const auto ended = worker ? (*worker)->Run(stop) : std::unexpected(worker.error());
    if (ended) return;
    spdlog::error("the system queue is not answered: {} Trying again.", ended.error().message);
    Rest(stop, kPause);
  }
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::Start(const std::shared_ptr<temporalio::Connection>& connection,
                                              ServerOptions options) {
  WEFT_TRY(const auto key, store::LoadSecretKey(options.data / "key"));
  WEFT_TRY(auto database, store::Database::Open(options.database));
  auto parts = std::make_unique<Parts>(connection, std::move(options), std::move(database), key);
  WEFT_TRY(parts->listener,
           Listener::Start(parts->options.listener, Router(AllRoutes(parts->services)), parts->auth, parts->metrics));
  return std::unique_ptr<Server>(new Server(std::move(parts)));
}

void Server::Run(const std::stop_token& stop) {
  auto& parts = *parts_;
  std::vector<std::jthread> loops;
  const auto loop = [&](auto body) { loops.emplace_back([body, &stop] { body(stop); }); };
  loop([&](const std::stop_token& s) { parts.inbox.Run(s); });
  loop([&](const std::stop_token& s) { parts.events.Run(s); });
  loop([&](const std::stop_token& s) { parts.approvals.Run(s); });
  loop([&](const std::stop_token& s) { parts.waits.Run(s); });
  loop([&](const std::stop_token& s) { parts.schedules.Run(s); });
  loop([&](const std::stop_token& s) { parts.notifications.Run(s); });
  loop([&](const std::stop_token& s) { parts.archiver.Run(s); });
  parts.RunSystemQueue(stop);
  parts.webhooks.Stop();
  parts.listener->Stop(kPatience);
}

std::string Server::url() const { return parts_->Url(); }

std::string Server::local_url() const { return parts_->listener->url(); }

std::string Server::OneTimeUrl() { return url() + "/?token=" + parts_->auth.NewOneTimeToken(); }

store::Database& Server::database() { return *parts_->database; }

void Server::Deployed() { parts_->schedules.Wake(); }

}  // namespace weft::server
