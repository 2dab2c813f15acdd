#include "progress/pollers.h"

#include <algorithm>

namespace weft::progress {

std::vector<Pollers::Queue> Pollers::TakeStale(const InstanceView& view, const std::string& task_queue) {
  std::vector<Queue> stale;
  const auto now = Clock::now();
  std::erase_if(known_, [now](const auto& entry) { return now - entry.second.asked > 20 * kFresh; });
  const auto check = [&](Queue queue) {
    auto& known = known_[queue];
    if (now - known.asked < kFresh) return;
    known.asked = now;
    stale.push_back(std::move(queue));
  };
  for (const auto& queue : view.queues) check({queue, Kind::kActivities});
  if (view.task_waits && !task_queue.empty()) check({task_queue, Kind::kWorkflows});
  return stale;
}

void Pollers::Fill(Live& live) const {
  live.unpolled.clear();
  for (const auto& [queue, known] : known_) {
    if (!known.polled && queue.second == Kind::kActivities) live.unpolled.insert(queue.first);
  }
  const auto own = known_.find({live.task_queue, Kind::kWorkflows});
  live.task_queue_unpolled = own != known_.end() && !own->second.polled;
}

bool IsPolled(const api::workflowservice::v1::DescribeTaskQueueResponse& description, Timestamp now) {
  static constexpr std::chrono::seconds kLongest{75};
  return std::ranges::any_of(description.pollers(), [now](const auto& poller) {
    return now - FromProto(poller.last_access_time()) < kLongest;
  });
}

}  // namespace weft::progress
