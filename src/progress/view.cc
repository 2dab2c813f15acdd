#include "progress/view.h"

#include <utility>

#include "contract/ids.h"
#include "machine/node_activity.h"

namespace weft::progress {
namespace {

using expr::Value;
using machine::IsSettled;
using machine::NodeState;
using machine::NodeStatus;
using machine::RegionState;

Value TimeOrNull(Timestamp t) { return t == Timestamp{} ? Value() : Value(FormatTimestamp(t)); }

Value RetryReason(const NodeState& node) {
  auto reason = Value::Object({{"kind", Value("retry")},
                               {"attempt", Value(node.attempts + 1)},
                               {"of", Value(node.max_attempts)},
                               {"until", TimeOrNull(node.wake_at)}});
  if (node.error) {
    reason.Set("code", Value(node.error->code));
    reason.Set("message", Value(node.error->message));
  }
  return reason;
}

/// What a node waits for and, where there is one, the end of its patience.
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
  if (until != Timestamp{}) reason.Set("until", TimeOrNull(until));
  return reason;
}

Value NoWorkerYet() {
  return Value::Object({{"kind", Value("worker")}, {"message", Value("no worker has taken the result before it yet")}});
}

/// Walks the regions of the state ahead beside those of the state that is certain.
class Walk {
 public:
  Walk(const Live& live, bool killed, std::vector<NodeView>& out) : live_(live), killed_(killed), out_(out) {}

  void Region(const RegionState& ahead, const RegionState* certain) {
    for (std::size_t i = 0; i < ahead.nodes.size(); ++i) {
      const auto* known = certain != nullptr && i < certain->nodes.size() ? &certain->nodes[i] : nullptr;
      out_.push_back(Node(ahead, i, known));
      for (const auto& [index, child] : ahead.nodes[i].children) {
        const RegionState* inner = nullptr;
        if (known != nullptr) {
          const auto found = known->children.find(index);
          if (found != known->children.end()) inner = &*found->second;
        }
        Region(*child, inner);
      }
    }
  }

 private:
  NodeView Node(const RegionState& region, std::size_t index, const NodeState* known) const {
    const auto& definition = region.definition->nodes[index];
    const auto& node = region.nodes[index];
    NodeView view;
    view.path = region.PathOf(index);
    view.kind = definition.kind;
    const bool was_pending = known == nullptr || known->status == NodeStatus::kPending;
    if (was_pending && node.status != NodeStatus::kPending) {
      view.reason = NoWorkerYet();
      return view;
    }
    view.status = node.status;
    view.attempts = node.attempts;
    view.max_attempts = node.max_attempts;
    view.started_at = node.started_at;
    view.ended_at = node.ended_at;
    view.input = node.input;
    view.output = node.output;
    view.chosen_case = node.chosen_case;
    view.error = node.error;
    if (killed_ && !IsSettled(node.status) && node.status != NodeStatus::kPending) view.status = NodeStatus::kCancelled;
    if (view.status == NodeStatus::kRetrying) view.reason = RetryReason(node);
    if (view.status == NodeStatus::kWaiting) view.reason = WaitReason(definition, node);
    if (view.status == NodeStatus::kScheduled) Scheduled(region, index, view);
    return view;
  }

  void Scheduled(const RegionState& region, std::size_t index, NodeView& view) const {
    const auto& node = region.nodes[index];
    if (node.queued) {
      view.reason =
          Value::Object({{"kind", Value("limit")}, {"message", Value("many nodes of this run are in flight")}});
      return;
    }
    const auto activity = live_.activities.find(contract::OperationId(region.OperationPathOf(index), node.attempts));
    if (activity != live_.activities.end() && activity->second.taken) {
      view.status = NodeStatus::kRunning;
      view.heartbeat = activity->second.heartbeat;
      return;
    }
    view.reason =
        Value::Object({{"kind", Value("queue")}, {"queue", Value(machine::QueueOf(region.definition->nodes[index]))}});
  }

  const Live& live_;
  bool killed_;
  std::vector<NodeView>& out_;
};

std::string StatusOf(const Fold& fold, const Live& live) {
  if (!fold.closing()) return live.workflow_task_attempt > kStuckAfterAttempts ? "stuck" : "running";
  switch (fold.closing()->kind) {
    case Closing::Kind::kCompleted: return "completed";
    case Closing::Kind::kFailed: return std::string(StatusName(fold.machine().state().status));
    case Closing::Kind::kTimedOut: return "timed_out";
    case Closing::Kind::kCancelled: return "cancelled";
    case Closing::Kind::kTerminated: return "terminated";
    case Closing::Kind::kContinued: return "running";
  }
  return "running";
}

Value ErrorOf(const Fold& fold) {
  if (!fold.closing()) return {};
  const auto error = [](const char* code, std::string message) {
    return Value::Object({{"code", Value(code)}, {"message", Value(message)}});
  };
  switch (fold.closing()->kind) {
    case Closing::Kind::kTerminated: return error("terminated", fold.closing()->reason);
    case Closing::Kind::kTimedOut: return error("timeout", "Temporal closed the run: its time was up");
    default: break;
  }
  const auto& failure = fold.machine().state().error;
  return failure ? failure->ToValue() : Value();
}

}  // namespace

Value NodeView::ToJson() const {
  auto json = Value::Object({{"status", Value(StatusName(status))}, {"attempts", Value(attempts)}});
  if (started_at == Timestamp{}) {
    if (!reason.IsNull()) json.Set("reason", reason);
    return json;
  }
  json.Set("startedAt", TimeOrNull(started_at));
  json.Set("endedAt", TimeOrNull(ended_at));
  json.Set("input", input);
  json.Set("output", output);
  json.Set("error", error ? error->ToValue() : Value());
  if (!chosen_case.empty()) json.Set("case", Value(chosen_case));
  if (!reason.IsNull()) json.Set("reason", reason);
  return json;
}

Value InstanceView::ToJson() const {
  auto about = Value::Object({{"kind", Value(trigger.kind)}});
  if (!trigger.id.empty()) about.Set("id", Value(trigger.id));
  auto all = Value::EmptyObject();
  for (const auto& node : nodes) all.Set(node.path, node.ToJson());
  return Value::Object({{"id", Value(id)},
                        {"workflow", Value(workflow)},
                        {"namespace", Value(ns)},
                        {"revision", revision == 0 ? Value() : Value(revision)},
                        {"status", Value(status)},
                        {"trigger", std::move(about)},
                        {"input", input},
                        {"output", output},
                        {"error", error},
                        {"startedAt", TimeOrNull(started_at)},
                        {"endedAt", TimeOrNull(ended_at)},
                        {"run", Value::Object({{"id", Value(run_id)}, {"events", Value(events)}})},
                        {"nodes", std::move(all)}});
}

InstanceView ViewOf(const Fold& fold, const std::string& run_id, const Live& live) {
  const auto ahead = fold.Ahead();
  const auto& state = ahead.state();
  InstanceView view;
  view.run_id = run_id;
  view.events = fold.last_event_id();
  view.status = StatusOf(fold, live);
  view.error = ErrorOf(fold);
  if (fold.closing() && fold.closing()->kind != Closing::Kind::kContinued) view.ended_at = fold.closing()->at;
  if (state.workflow == nullptr) return view;
  view.id = state.instance_id;
  view.workflow = state.workflow->name;
  view.ns = state.workflow->ns;
  view.revision = state.start.revision;
  view.trigger = state.start.trigger;
  view.input = state.input;
  view.started_at = state.started_at;
  if (fold.closing() && fold.closing()->kind == Closing::Kind::kCompleted) view.output = fold.machine().state().output;
  const bool killed = fold.closing() && (fold.closing()->kind == Closing::Kind::kTerminated ||
                                         fold.closing()->kind == Closing::Kind::kTimedOut);
  Walk(live, killed, view.nodes).Region(state.root, fold.started() ? &fold.machine().state().root : nullptr);
  return view;
}

}  // namespace weft::progress
