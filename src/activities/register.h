#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "activities/activity.h"
#include "base/time.h"
#include "contract/names.h"
#include "temporalio/activity/activity.h"
#include "temporalio/bridge/connection.h"

namespace weft::activities {

struct HandlerOptions {
  /// Gets every line of output; the attempt is named by `workflow_id` and `activity_id` (path and attempt). Called from
  /// the threads that run attempts.
  std::function<void(const temporalio::ActivityInfo&, Stream, std::string_view line)> log;
  /// The secrets of one attempt; none: those that the activities were made with.
  std::function<SecretResolver(const temporalio::ActivityInfo&)> secrets;
  /// Whether Temporal can be reached (see AnswersOf); asked every few seconds while attempts run, on a thread of its
  /// own, and may block that long. If it cannot for `lost_after`, what runs is stopped: by then it runs elsewhere.
  /// None: not watched.
  std::function<bool()> answers;
  Duration lost_after{contract::kHeartbeatTimeoutMs};
  /// Short attempts need none.
  Duration first_heartbeat{5000};
  Duration heartbeat_interval{1000};
};

/// Handlers for the activities of a worker queue, by type. They heartbeat with the end of the output, stop when
/// Temporal or the worker asks for it, and report as the contract says (contract/activity.h).
std::map<std::string, temporalio::ActivityHandler> MakeHandlers(std::shared_ptr<Activities> activities,
                                                                HandlerOptions options);

/// Asks Temporal for a sign of life.
std::function<bool()> AnswersOf(std::shared_ptr<temporalio::Connection> connection);

}  // namespace weft::activities
