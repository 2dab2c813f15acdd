#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <stop_token>
#include <string>

#include "temporalio/activity/activity.h"
#include "temporalio/bridge/connection.h"
#include "temporalio/converter/codec.h"
#include "temporalio/error.h"
#include "temporalio/worker/workflow.h"

namespace temporalio {

namespace internal {
class CoreWorker;
}

struct WorkerOptions {
  std::string task_queue;
  /// Empty: the worker takes no workflow tasks.
  WorkflowFactory workflows;
  /// By activity type; empty: the worker takes no activities. An unknown type fails the attempt, which may be retried.
  std::map<std::string, ActivityHandler> activities;

  /// Runs kept in memory. Others are replayed from their history when something happens to them.
  unsigned max_cached_workflows = 1000;
  std::size_t max_concurrent_workflow_tasks = 100;
  /// Also the greatest number of activity threads; they are made on demand.
  std::size_t max_concurrent_activities = 100;
  /// How long a workflow task waits for this worker, which has the run cached, before any worker may take it.
  std::chrono::milliseconds sticky_timeout{5000};
  /// Interval of heartbeats to the server for activities without a heartbeat timeout, and the longest one for those
  /// with one (otherwise 0.8 of the timeout). Cancellation arrives no faster.
  std::chrono::milliseconds default_heartbeat_throttle{1000};
  std::chrono::milliseconds max_heartbeat_throttle{2000};
  /// How long running activities may go on after stop was requested before they are asked to stop.
  std::chrono::milliseconds graceful_shutdown_period{10000};
  /// Empty: the connection's.
  std::string identity;
  /// Shown by the server for each workflow task; empty: none.
  std::string build_id;
  /// A replay that differs from its history fails the run, instead of its workflow task again and again until a worker
  /// with fitting code comes.
  bool nondeterminism_as_workflow_fail = false;
  /// Decodes all that Temporal sends and encodes all that goes back; null: payloads travel as they are. A workflow task
  /// or activity attempt whose payloads cannot be decoded fails with the codec's message and is tried again.
  std::shared_ptr<const PayloadCodec> codec;
};

/// Polls one task queue. Several workers may share a connection and a process, each on threads of its own: one for
/// workflow tasks, one that takes activities, and those that run them.
class Worker {
 public:
  /// Fails with kUnavailable, naming the address, if Temporal does not answer, with kNotFound if it has no such
  /// namespace, with kAlreadyExists if the connection has a worker for the task queue already, with kInvalidArgument if
  /// the options cannot work.
  static Result<std::unique_ptr<Worker>> Create(std::shared_ptr<Connection> connection, WorkerOptions options);
  /// A worker that never ran is shut down in order too.
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Works until stop is requested, then takes nothing new, lets what runs end (activities are asked to stop after the
  /// grace period), reports all results and returns. To be called once. While Temporal is away it goes on trying, and
  /// Core's log says so. Fails if polling fails for good, in an orderly way too. It waits for activity handlers as long
  /// as they take: a process that must end in time needs a deadline of its own.
  ///
  /// Servers without the capability worker_poll_complete_on_shutdown (1.29 has it not) may hand a task to a poll that
  /// is given up at that very moment; such an attempt never begins and is over when its heartbeat or start-to-close
  /// time-out is.
  Result<void> Run(std::stop_token stop);

  /// For tests of the worker's threads: the same worker on another Core.
  static std::unique_ptr<Worker> ForTesting(std::unique_ptr<internal::CoreWorker> core, WorkerOptions options);

 private:
  Worker(std::unique_ptr<internal::CoreWorker> core, WorkerOptions options);

  std::unique_ptr<internal::CoreWorker> core_;
  WorkerOptions options_;
  bool ran_ = false;
};

}  // namespace temporalio
