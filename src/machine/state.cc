#include "machine/state.h"

namespace weft::machine {

std::string_view StatusName(NodeStatus status) {
  switch (status) {
    case NodeStatus::kPending: return "pending";
    case NodeStatus::kScheduled: return "scheduled";
    case NodeStatus::kRunning: return "running";
    case NodeStatus::kWaiting: return "waiting";
    case NodeStatus::kRetrying: return "retrying";
    case NodeStatus::kSucceeded: return "succeeded";
    case NodeStatus::kFailed: return "failed";
    case NodeStatus::kTimedOut: return "timed_out";
    case NodeStatus::kSkipped: return "skipped";
    case NodeStatus::kCancelled: return "cancelled";
    case NodeStatus::kCompensated: return "compensated";
  }
  return "pending";
}

bool IsSettled(NodeStatus status) {
  switch (status) {
    case NodeStatus::kSucceeded:
    case NodeStatus::kFailed:
    case NodeStatus::kTimedOut:
    case NodeStatus::kSkipped:
    case NodeStatus::kCancelled:
    case NodeStatus::kCompensated: return true;
    default: return false;
  }
}

bool IsActive(NodeStatus status) { return status != NodeStatus::kPending && !IsSettled(status); }

std::string_view StatusName(RunStatus status) {
  switch (status) {
    case RunStatus::kRunning: return "running";
    case RunStatus::kCompleted: return "completed";
    case RunStatus::kFailed: return "failed";
    case RunStatus::kTimedOut: return "timed_out";
    case RunStatus::kCancelled: return "cancelled";
    case RunStatus::kContinued: return "running";
    case RunStatus::kNotTriggered: return "not_triggered";
  }
  return "running";
}

expr::Value NodeError::ToValue() const {
  using expr::Value;
  return Value::Object({{"code", Value(code)},
                        {"message", Value(message)},
                        {"node", node.empty() ? Value() : Value(node)},
                        {"attempt", Value(attempt)},
                        {"retryable", Value(retryable)},
                        {"cause", cause},
                        {"data", data}});
}

}  // namespace weft::machine
