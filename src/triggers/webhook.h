#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <semaphore>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "triggers/inbox.h"
#include "triggers/payload.h"

namespace weft::triggers {

/// Gives the value of a namespace's secret by its name; fails with `secret`. Called from several threads.
using SecretLookup = std::function<Result<std::string>(const std::string& ns, const std::string& name)>;
/// Whether an API token may start workflows of a namespace. Called from several threads.
using TokenCheck = std::function<Result<bool>(const std::string& token, const std::string& ns)>;

struct WebhookOptions {
  SecretLookup secret;
  TokenCheck token;
  /// Only this machine reaches the server: triggers that say nothing of `auth` take requests of anyone but web pages.
  bool loopback = false;
  /// Callers that wait for a run's output (`respond: result`), together; more are answered with 429.
  int most_waiting = 24;
  /// `respond_timeout` of triggers that name none.
  Duration respond_timeout{30'000};
};

struct HookAnswer {
  int status = 202;
  std::string body{};              ///< JSON
  std::optional<Error> problem{};  ///< in place of status and body; its code decides the status
  std::string extra = "{}";        ///< members of the problem, a JSON object
  std::vector<std::pair<std::string, std::string>> headers{};
};

/// Answers webhooks: finds the trigger, checks the sender, stores the delivery, starts the run. Any thread; blocks on
/// store and Temporal, and with `respond: result` until the run has ended.
class Webhooks {
 public:
  Webhooks(store::Database& database, Starter& starter, Inbox& inbox, WebhookOptions options);

  HookAnswer Answer(const HookRequest& request);

  /// Ends all waiting for outputs, so that the server can stop.
  void Stop() { stopping_.request_stop(); }

  /// The largest body that any trigger can take: what is larger could not be started.
  static constexpr std::size_t kMaxBody = std::size_t{1'900'000};

 private:
  struct Target;
  Result<Target> Find(const HookRequest& request);
  [[nodiscard]] Result<std::string> SecretOf(const Target& target) const;
  [[nodiscard]] Result<void> Authenticate(const Target& target, const HookRequest& request) const;
  HookAnswer Take(const Target& target, const HookRequest& request);
  HookAnswer WaitForOutput(const Target& target, const store::Delivery& delivery);

  store::Database& database_;
  Starter& starter_;
  Inbox& inbox_;
  const WebhookOptions options_;
  std::counting_semaphore<> waiting_;
  std::stop_source stopping_;
};

}  // namespace weft::triggers
