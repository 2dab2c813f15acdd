#include "temporalio/activity/activity.h"

#include <utility>

namespace temporalio {

ActivityContext::ActivityContext(ActivityInfo info, std::vector<Payload> input, std::vector<Payload> last_heartbeat,
                                 HeartbeatSink heartbeat)
    : info_(std::move(info)),
      input_(std::move(input)),
      last_heartbeat_(std::move(last_heartbeat)),
      heartbeat_(std::move(heartbeat)) {}

void ActivityContext::Heartbeat(std::vector<Payload> details) const {
  if (heartbeat_) heartbeat_(std::move(details));
}

void ActivityContext::Cancel(CancelReason reason) {
  CancelReason none = CancelReason::kNone;
  // The reason is there before anyone can see that stop was requested.
  if (reason_.compare_exchange_strong(none, reason)) stop_.request_stop();
}

}  // namespace temporalio
