#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/error.h"
#include "expr/value.h"
#include "store/sql.h"
#include "temporalio/activity/activity.h"
#include "triggers/correlator.h"
#include "triggers/slots.h"

namespace weft::server {

/// What the activities of the system queue need. Nothing is owned: it outlives the worker.
struct SystemServices {
  store::Database& database;
  triggers::Correlator& correlator;
  triggers::Slots& slots;
  /// Sends a notification and answers with its receipt as JSON. `args` are those of the activity `notify`; attempts of
  /// one activity are one notification.
  std::function<Result<std::string>(const temporalio::ActivityInfo& info, const expr::Value& args)> notify;
};

/// What runs ask of servers, on the queue `weft-system`: waits for events and approvals, events of `emit` nodes,
/// notifications, definitions of children, slots of `concurrency`. All of it may be repeated. What only time can mend
/// (`store.*`, `temporal`, `queued`) is tried again by Temporal, for as long as it takes; other failures are the
/// node's.
std::map<std::string, temporalio::ActivityHandler> SystemActivities(const SystemServices& services);

}  // namespace weft::server
