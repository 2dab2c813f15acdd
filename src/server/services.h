#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/seal.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::triggers {
class Approvals;
class Correlator;
class Definitions;
class Inbox;
class ScheduleReconciler;
class Starter;
class Webhooks;
}  // namespace weft::triggers

namespace weft::notify {
class Outbox;
}  // namespace weft::notify

namespace weft::progress {
class Hub;
}  // namespace weft::progress

namespace weft::server {

class Auth;
class Metrics;

/// One thing that the server needs to answer requests; may block.
struct ReadyCheck {
  std::string name;  ///< `store`, `temporal`
  std::function<Result<void>()> check;
};

/// What handlers need of the process. The server fills in all of it before it makes the routes; a test what its routes
/// use. Nothing is owned: it outlives the routes.
struct Services {
  Auth* auth = nullptr;
  Metrics* metrics = nullptr;
  std::vector<ReadyCheck> ready;
  store::Database* database = nullptr;
  const SealingKey* key = nullptr;  ///< of what the store keeps sealed
  std::optional<temporalio::Client> client;
  triggers::Approvals* approvals = nullptr;
  triggers::Correlator* correlator = nullptr;
  triggers::Definitions* definitions = nullptr;
  progress::Hub* hub = nullptr;
  triggers::Inbox* inbox = nullptr;
  notify::Outbox* outbox = nullptr;
  triggers::ScheduleReconciler* schedules = nullptr;
  triggers::Starter* starter = nullptr;
  triggers::Webhooks* webhooks = nullptr;
};

}  // namespace weft::server
