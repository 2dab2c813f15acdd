#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "temporal/sdk/core/activity_result/activity_result.pb.h"
#include "temporal/sdk/core/activity_task/activity_task.pb.h"
#include "temporalio/activity/activity.h"
#include "temporalio/worker/core_worker.h"
#include "temporalio/worker/in_flight.h"
#include "temporalio/worker/thread_pool.h"
#include "temporalio/worker/worker.h"

namespace temporalio::internal {

/// Runs the activities of a worker on threads of its own and reports their results.
class ActivityRunner {
 public:
  /// All must outlive it. Throws std::system_error if the system has no thread to give.
  ActivityRunner(CoreWorker& core, const WorkerOptions& options, InFlight& in_flight);
  /// Waits until all have ended and their results are on the way.
  ~ActivityRunner() = default;

  /// Starts or cancels one; returns at once. For one thread.
  void Handle(const coresdk::activity_task::ActivityTask& task);

 private:
  void Run(const std::string& token, ActivityContext& context);

  CoreWorker& core_;
  const WorkerOptions& options_;
  InFlight& in_flight_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<ActivityContext>> running_;  // by task token
  ThreadPool pool_;                                                  // last: its threads use the rest
};

}  // namespace temporalio::internal
