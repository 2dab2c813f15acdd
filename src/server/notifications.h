#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "activities/settings.h"
#include "base/seal.h"
#include "expr/value.h"
#include "notify/outbox.h"
#include "server/closed_runs.h"
#include "server/long_waits.h"
#include "server/notify_transport.h"
#include "server/stuck_runs.h"
#include "store/sql.h"
#include "temporalio/activity/activity.h"
#include "temporalio/client/client.h"

namespace weft::server {

/// All that a server does to tell people: sends what is to be sent, answers the activity `notify`, and looks after runs
/// that cannot speak for themselves.
class Notifications {
 public:
  /// `outgoing`: which addresses messages may go to. `base_url` gives the server's public address for links, or
  /// nothing; it is asked for each message.
  Notifications(store::Database& database, const temporalio::Client& client, const SealingKey& key,
                const activities::Settings& outgoing, std::function<std::string()> base_url);

  /// Works until stop is requested; blocks. Once.
  void Run(const std::stop_token& stop);

  /// What SystemServices::notify takes. Any thread; waits at most some seconds, and not once Run is stopping.
  Result<std::string> Notify(const temporalio::ActivityInfo& info, const expr::Value& args);

  notify::Outbox& outbox() { return outbox_; }

 private:
  NotifyTransport transport_;
  notify::Outbox outbox_;
  ClosedRuns closed_;
  LongWaits waits_;
  StuckRuns stuck_;
  std::stop_source ending_;
};

}  // namespace weft::server
