#include "progress/reason.h"

#include "contract/names.h"

namespace weft::progress {

using expr::Value;
using machine::NodeState;

Value Reason(std::string_view kind, std::string_view message) {
  return Value::Object({{"kind", Value(kind)}, {"message", Value(message)}});
}

Value NobodyPolls(const std::string& queue) {
  const bool servers = queue == contract::kSystemQueue;
  auto reason = Reason(servers ? "server" : "queue", (servers ? "no server polls " : "no worker polls queue ") + queue);
  reason.Set("queue", Value(queue));
  return reason;
}

Value RetryReason(const NodeState& node) {
  auto reason = Value::Object({{"kind", Value("retry")},
                               {"attempt", Value(node.attempts + 1)},
                               {"of", Value(node.max_attempts)},
                               {"until", Value(FormatTimestamp(node.wake_at))}});
  if (node.error) {
    reason.Set("code", Value(node.error->code));
    reason.Set("message", Value(node.error->message));
  }
  return reason;
}

Value WaitReason(const dsl::Node& definition, const NodeState& node) {
  auto reason = Value::EmptyObject();
  if (const auto* event = std::get_if<dsl::Event>(&definition.body)) {
    reason.Set("kind", Value("event"));
    if (event->types.size() == 1) {
      reason.Set("type", Value(event->types.front()));
    } else {
      auto types = Value::EmptyArray();
      for (const auto& type : event->types) types.Append(Value(type));
      reason.Set("type", std::move(types));
    }
    if (node.wait && (*node.wait)->key) reason.Set("key", Value(*(*node.wait)->key));
    if (event->count > 1) {
      reason.Set("received", Value(static_cast<int>(node.wait ? (*node.wait)->received.size() : 0)));
      reason.Set("of", Value(event->count));
    }
  } else if (definition.kind == dsl::Kind::kApproval) {
    reason.Set("kind", Value("approval"));
  } else {
    reason.Set("kind", Value("timer"));
  }
  const auto until = node.wake_at != Timestamp{} ? node.wake_at : node.timeout_at;
  if (until != Timestamp{}) reason.Set("until", Value(FormatTimestamp(until)));
  return reason;
}

Value CompensationReason(const machine::Compensation& owed) {
  auto reason = Reason("compensation", "its compensation is running");
  reason.Set("attempt", Value(owed.attempts));
  if (owed.wake_at != Timestamp{}) {
    reason.Set("message", Value("its compensation failed and will be tried again"));
    reason.Set("until", Value(FormatTimestamp(owed.wake_at)));
  }
  return reason;
}

Value NoWorkerYet() { return Reason("worker", "no worker has taken the result before it yet"); }

}  // namespace weft::progress
