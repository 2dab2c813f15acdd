#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "progress/view.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace weft::progress {

/// Whether anybody polls a task queue, as Temporal said a few seconds ago. For one thread.
class Pollers {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Kind { kWorkflows, kActivities };
  using Queue = std::pair<std::string, Kind>;
  static constexpr std::chrono::seconds kFresh{3};

  /// Of those for which the run waits: the ones that have to be asked for again. They count as being asked.
  std::vector<Queue> TakeStale(const InstanceView& view, const std::string& task_queue);
  void Put(const Queue& queue, bool polled) { known_[queue] = {polled, Clock::now()}; }
  /// Writes what is known into `live`.
  void Fill(Live& live) const;

 private:
  struct Known {
    bool polled = true;
    Clock::time_point asked{};
  };
  std::map<Queue, Known> known_;
};

/// Whether somebody was polling lately: a poll lasts a minute, and Temporal lists those who have left for five.
bool IsPolled(const api::workflowservice::v1::DescribeTaskQueueResponse& description, Timestamp now);

}  // namespace weft::progress
