#include "temporalio/worker/activity_runner.h"

#include <exception>
#include <optional>
#include <utility>

#include "temporalio/converter/failure.h"
#include "temporalio/converter/time.h"

namespace temporalio::internal {
namespace {

using coresdk::activity_result::ActivityExecutionResult;
using coresdk::activity_task::ActivityTask;
using coresdk::activity_task::Start;

// Bursts of short activities reuse these instead of making threads.
constexpr std::size_t kIdleThreads = 4;

// The server writes "none" as zero.
std::optional<std::chrono::milliseconds> Limit(const google::protobuf::Duration& duration) {
  const auto limit = std::chrono::ceil<std::chrono::milliseconds>(FromDuration(duration));
  if (limit.count() <= 0) return std::nullopt;
  return limit;
}

ActivityInfo InfoOf(const Start& start, const std::string& task_queue) {
  ActivityInfo info;
  info.activity_id = start.activity_id();
  info.activity_type = start.activity_type();
  info.task_queue = task_queue;
  info.namespace_name = start.workflow_namespace();
  info.workflow_id = start.workflow_execution().workflow_id();
  info.workflow_run_id = start.workflow_execution().run_id();
  info.workflow_type = start.workflow_type();
  info.attempt = static_cast<int>(start.attempt());
  info.scheduled_at = FromTimestamp(start.current_attempt_scheduled_time());
  info.started_at = FromTimestamp(start.started_time());
  info.schedule_to_close = Limit(start.schedule_to_close_timeout());
  info.start_to_close = Limit(start.start_to_close_timeout());
  info.heartbeat_timeout = Limit(start.heartbeat_timeout());
  return info;
}

CancelReason ReasonOf(const coresdk::activity_task::Cancel& cancel) {
  switch (cancel.reason()) {
    case coresdk::activity_task::NOT_FOUND: return CancelReason::kNotFound;
    case coresdk::activity_task::TIMED_OUT: return CancelReason::kTimedOut;
    case coresdk::activity_task::WORKER_SHUTDOWN: return CancelReason::kWorkerShutdown;
    case coresdk::activity_task::PAUSED: return CancelReason::kPaused;
    case coresdk::activity_task::RESET: return CancelReason::kReset;
    default: return CancelReason::kCancelled;
  }
}

ActivityExecutionResult ToResult(ActivityResult outcome, CancelReason reason) {
  ActivityExecutionResult result;
  if (outcome) {
    *result.mutable_completed()->mutable_result() = *std::move(outcome);
    return result;
  }
  ActivityFailure& failure = outcome.error();
  // The server accepts "cancelled" only if it asked for it. For a shutdown Core makes a failure of it; in the other
  // cases below the server has given the attempt up already.
  const bool cancelled =
      failure.cancelled && (reason == CancelReason::kCancelled || reason == CancelReason::kTimedOut ||
                            reason == CancelReason::kNotFound || reason == CancelReason::kWorkerShutdown);
  if (cancelled) {
    *result.mutable_cancelled()->mutable_failure() =
        CancelledFailure(std::move(failure.message), std::move(failure.details));
  } else {
    ApplicationFailure reported;
    reported.type = std::move(failure.type);
    reported.message = std::move(failure.message);
    reported.non_retryable = failure.non_retryable;
    reported.details = std::move(failure.details);
    *result.mutable_failed()->mutable_failure() = ToFailure(std::move(reported));
  }
  return result;
}

ActivityResult Call(const ActivityHandler& handler, ActivityContext& context) {
  try {
    return handler(context);
  } catch (const std::exception& e) {
    return std::unexpected(ActivityFailure{.type = "Exception", .message = e.what()});
  } catch (...) {
    return std::unexpected(
        ActivityFailure{.type = "Exception", .message = "The activity threw something that is no exception."});
  }
}

}  // namespace

ActivityRunner::ActivityRunner(CoreWorker& core, const WorkerOptions& options, InFlight& in_flight)
    : core_(core), options_(options), in_flight_(in_flight), pool_(options.max_concurrent_activities, kIdleThreads) {}

void ActivityRunner::Handle(const ActivityTask& task) {
  const std::string& token = task.task_token();
  if (task.has_cancel()) {
    std::shared_ptr<ActivityContext> context;
    {
      std::lock_guard lock(mutex_);
      if (const auto found = running_.find(token); found != running_.end()) context = found->second;
    }
    if (context) context->Cancel(ReasonOf(task.cancel()));
    return;
  }
  const Start& start = task.start();
  auto context = std::make_shared<ActivityContext>(
      InfoOf(start, options_.task_queue), std::vector<Payload>(start.input().begin(), start.input().end()),
      std::vector<Payload>(start.heartbeat_details().begin(), start.heartbeat_details().end()),
      [this, token](std::vector<Payload> details) {
        coresdk::ActivityHeartbeat heartbeat;
        heartbeat.set_task_token(token);
        for (Payload& payload : details) *heartbeat.add_details() = std::move(payload);
        core_.RecordHeartbeat(heartbeat);
      });
  {
    std::lock_guard lock(mutex_);
    running_[token] = context;
  }
  pool_.Submit([this, token, context] { Run(token, *context); });
}

void ActivityRunner::Run(const std::string& token, ActivityContext& context) {
  const auto handler = options_.activities.find(context.info().activity_type);
  ActivityResult outcome = handler == options_.activities.end()
                               ? std::unexpected(ActivityFailure{.type = "NotRegistered",
                                                                 .message = "This worker has no activity \"" +
                                                                            context.info().activity_type + "\"."})
                               : Call(handler->second, context);
  {
    std::lock_guard lock(mutex_);
    running_.erase(token);
  }
  coresdk::ActivityTaskCompletion completion;
  completion.set_task_token(token);
  *completion.mutable_result() = ToResult(std::move(outcome), context.cancel_reason());
  core_.CompleteActivity(completion, in_flight_.Begin());
}

}  // namespace temporalio::internal
