#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "contract/start.h"
#include "dsl/definition.h"
#include "expr/value.h"

/// What happens to a run, as the interpreter sees it. Made by the worker from Core's activations and by the fold from
/// histories; both give the same batches (see progress/).
namespace weft::machine {

/// An operation that the machine started (activity, timer or child), numbered by the machine in the order it gave them.
using Operation = std::uint64_t;

/// The run begins.
struct Started {
  std::shared_ptr<const dsl::Workflow> workflow;
  contract::StartInput start;
  expr::Value input;
  std::string instance_id;  ///< the workflow id
  Timestamp started_at{};   ///< the first run's start
  /// The slot of a cron run (Temporal's TemporalScheduledStartTime), else the epoch.
  Timestamp scheduled_at{};
  /// The first run's Temporal id; part of the ids of notifications, which are sent once for each instance.
  std::string run_id{};
};

struct SignalReceived {
  std::string name;
  expr::Value payload;
};

struct CancelRequested {
  std::string reason;
};

struct TimerFired {
  Operation operation = 0;
};

/// Why an operation failed, in the one form that activations and histories are both brought to.
struct Failure {
  enum class Kind { kFailed, kCancelled, kTimeout, kWorkerLost, kDeadline, kTerminated, kNotStarted };
  Kind kind = Kind::kFailed;
  std::string code;  ///< ApplicationFailure's type
  std::string message;
  std::string details;  ///< first details payload as JSON text, or empty
};

/// What went wrong, as errors tell it. Temporal has no words for some kinds of failures.
struct FailureReason {
  std::string code, message;
};
FailureReason ReasonOf(const Failure& failure);

struct ActivityCompleted {
  Operation operation = 0;
  std::string result;  ///< JSON text
};

struct ActivityFailed {
  Operation operation = 0;
  Failure failure;
};

struct ChildStarted {
  Operation operation = 0;
  std::string run_id;
};

struct ChildCompleted {
  Operation operation = 0;
  std::string result;  ///< JSON text
};

struct ChildFailed {
  Operation operation = 0;
  Failure failure;
};

/// A job that means nothing to the machine (a new random seed after a reset) but makes the batch non-empty.
struct Ignored {};

using Event = std::variant<Started, SignalReceived, CancelRequested, TimerFired, ActivityCompleted, ActivityFailed,
                           ChildStarted, ChildCompleted, ChildFailed, Ignored>;

/// All that one workflow task brings. Nothing else may influence the machine.
struct Batch {
  Timestamp now{};
  std::int64_t history_length = 0;
  std::int64_t history_size = 0;  ///< bytes
  bool continue_suggested = false;
  std::vector<Event> events;
};

}  // namespace weft::machine
