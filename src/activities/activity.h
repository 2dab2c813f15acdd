#pragma once

#include <expected>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "activities/http_client.h"
#include "activities/log.h"
#include "activities/sandbox.h"
#include "activities/secrets.h"
#include "activities/settings.h"
#include "base/time.h"
#include "contract/activity.h"

/// What nodes do on a worker: shell, python and http. Knows nothing of Temporal; register.h connects the two.
namespace weft::activities {

/// One attempt, seen from inside.
struct Attempt {
  /// The attempt is to end now; its failure has the code `cancelled`.
  std::stop_token stop;
  /// The node's own `timeout` and contract::InstallAllowance; its failure has the code `timeout`.
  std::optional<Duration> timeout;
  /// Called on the thread that runs the attempt.
  LogSink log;
  /// Instead of the worker's own, which know nothing of the run; empty: those.
  SecretResolver secrets{};
};

template <class T>
using Outcome = std::expected<T, contract::ActivityFailure>;

std::unexpected<contract::ActivityFailure> Failure(std::string code, std::string message, expr::Value data = {});
std::unexpected<contract::ActivityFailure> Failure(Error error);

/// What all attempts of a worker share. Threads may use it at once.
class Activities {
 public:
  Activities(Settings settings, SecretResolver secrets)
      : settings_(std::move(settings)), secrets_(std::move(secrets)), sandbox_(settings_), http_(settings_) {}

  /// Runs one attempt of an activity (contract::kShellActivity, …) with its input as it stands in the history; gives
  /// its result as JSON text, within the limits and without secrets, like the failure. Blocks.
  Outcome<std::string> Run(std::string_view type, std::string_view input, const Attempt& attempt);

  /// Whether code nodes can run here; a worker says so when it starts.
  [[nodiscard]] Result<void> ProbeSandbox() const;

 private:
  friend struct Call;

  const Settings settings_;
  const SecretResolver secrets_;
  const Sandbox sandbox_;
  HttpClient http_;
};

/// What one attempt works with.
struct Call {
  const expr::Value& arguments;  ///< secrets filled in
  const std::vector<expr::SecretText>& secrets;
  const Masker& masker;
  const Attempt& attempt;
  const Settings& settings;
  const Sandbox& sandbox;
  HttpClient& http;
};

/// The raw results of the kinds.
Outcome<expr::Value> RunShell(const Call& call);
Outcome<expr::Value> RunPython(const Call& call);
Outcome<expr::Value> CallHttp(const Call& call);

}  // namespace weft::activities
