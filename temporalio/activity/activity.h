#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "temporalio/converter/payload.h"

namespace temporalio {

enum class CancelReason {
  kNone,            ///< Not cancelled.
  kCancelled,       ///< The workflow, or someone through the server, asked for it.
  kTimedOut,        ///< The server has given this attempt up.
  kNotFound,        ///< The server knows this attempt no longer: its run has closed, or another attempt has begun.
  kWorkerShutdown,  ///< The worker ends and its grace period has passed.
  kPaused,          ///< Someone paused the activity; the attempt will be started again later.
  kReset,           ///< Someone reset the activity; another attempt will begin.
};

/// What one attempt is told about itself.
struct ActivityInfo {
  std::string activity_id;
  std::string activity_type;
  std::string task_queue;
  std::string namespace_name;
  std::string workflow_id;
  std::string workflow_run_id;
  std::string workflow_type;
  /// Counts from 1.
  int attempt = 1;
  /// When this attempt was scheduled and when it began, by the server's clock.
  std::chrono::system_clock::time_point scheduled_at;
  std::chrono::system_clock::time_point started_at;
  /// Unset: no such limit.
  std::optional<std::chrono::milliseconds> schedule_to_close;
  std::optional<std::chrono::milliseconds> start_to_close;
  std::optional<std::chrono::milliseconds> heartbeat_timeout;
};

/// One attempt of an activity, as its handler sees it. Heartbeat, stop_token and cancel_reason may be used from any
/// thread while the handler runs; the rest does not change.
class ActivityContext {
 public:
  using HeartbeatSink = std::function<void(std::vector<Payload> details)>;

  /// The worker makes it; tests of handlers may do so too.
  ActivityContext(ActivityInfo info, std::vector<Payload> input, std::vector<Payload> last_heartbeat,
                  HeartbeatSink heartbeat);
  ActivityContext(const ActivityContext&) = delete;
  ActivityContext& operator=(const ActivityContext&) = delete;

  const ActivityInfo& info() const { return info_; }
  const std::vector<Payload>& input() const { return input_; }
  /// The details of the last heartbeat of the attempt before, empty if there was none.
  const std::vector<Payload>& last_heartbeat() const { return last_heartbeat_; }

  /// Tells the server that the attempt is alive, with details that people and the next attempt can read. Never blocks;
  /// Core sends at most one per throttle interval, always the newest. A request to cancel arrives only in the answers,
  /// so an activity that never heartbeats is never cancelled.
  void Heartbeat(std::vector<Payload> details = {}) const;

  /// Stop is requested when the attempt should end; `cancel_reason` then says why. A handler that stops for it returns
  /// a failure with `cancelled`.
  std::stop_token stop_token() const { return stop_.get_token(); }
  CancelReason cancel_reason() const { return reason_; }

  /// Only the first reason counts.
  void Cancel(CancelReason reason);

 private:
  const ActivityInfo info_;
  const std::vector<Payload> input_;
  const std::vector<Payload> last_heartbeat_;
  const HeartbeatSink heartbeat_;
  std::atomic<CancelReason> reason_ = CancelReason::kNone;
  std::stop_source stop_;
};

/// Why an attempt failed.
struct ActivityFailure {
  /// A stable name for programs.
  std::string type;
  std::string message;
  /// The server makes no further attempt.
  bool non_retryable = false;
  std::vector<Payload> details{};
  /// The attempt stopped because it was asked to. Counts as cancelled only if the reason was kCancelled; else the
  /// attempt counts as failed.
  bool cancelled = false;
};

using ActivityResult = std::expected<Payload, ActivityFailure>;

/// Runs one attempt; blocks as long as it takes. Called from several threads at once. An exception counts as a failure
/// of type `Exception` that may be retried.
using ActivityHandler = std::function<ActivityResult(ActivityContext&)>;

}  // namespace temporalio
