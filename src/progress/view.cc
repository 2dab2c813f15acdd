#include "progress/view.h"

#include <algorithm>
#include <utility>

#include "contract/ids.h"
#include "contract/names.h"
#include "machine/node_activity.h"
#include "progress/reason.h"

namespace weft::progress {
namespace {

using expr::Value;
using machine::IsActive;
using machine::IsSettled;
using machine::NodeState;
using machine::NodeStatus;
using machine::RegionState;
using machine::RunState;

/// Of what state what is shown of a region comes from.
struct Sight {
  const RunState& run;
  const EndedByPath& ended;
};

/// Walks the regions of the state ahead beside those of the state that is certain.
class Walk {
 public:
  Walk(const Track& track, const Sight& ahead, const Live& live, bool killed, InstanceView& out)
      : track_(track), ahead_(ahead), live_(live), killed_(killed), out_(out) {}

  void Region(const RegionState& ahead, const RegionState* certain, bool omitted = false) {
    for (std::size_t i = 0; i < ahead.nodes.size(); ++i) {
      const auto path = ahead.PathOf(i);
      if (!MayHold(path)) continue;
      const auto* known = certain != nullptr && i < certain->nodes.size() ? &certain->nodes[i] : nullptr;
      const auto* regions = EndedOf(ahead, i, path);
      if (IsWanted(path)) {
        auto view = Node(ahead, i, known);
        if (omitted) view.omitted = true;
        view.counts = Counts(ahead.definition->nodes[i], ahead.nodes[i], regions);
        out_.nodes.push_back(std::move(view));
      }
      Inner(ahead, i, known, regions);
    }
  }

 private:
  [[nodiscard]] static bool Below(std::string_view path, std::string_view whole) {
    return path.starts_with(whole) && (path.size() == whole.size() || path[whole.size()] == '/');
  }
  /// Whether the path leads to what was asked for, or lies in it.
  [[nodiscard]] bool MayHold(std::string_view path) const {
    return track_.whole().empty() || Below(path, track_.whole()) || Below(track_.whole(), path);
  }
  [[nodiscard]] bool IsWanted(std::string_view path) const {
    return track_.whole().empty() || Below(path, track_.whole());
  }

  /// Regions of the node's present attempt that have ended.
  [[nodiscard]] const EndedRegions* EndedOf(const RegionState& region, std::size_t index,
                                            const std::string& path) const {
    const auto found = ahead_.ended.find(path);
    if (found == ahead_.ended.end()) return nullptr;
    const auto& node = region.nodes[index];
    const auto operation = region.OperationPathOf(index);
    const auto attempt = (node.attempts > 1 ? contract::OperationId(operation, node.attempts) : operation) + '/';
    const bool begun_again = IsActive(node.status) && found->second.attempt != attempt;
    return begun_again && node.status != NodeStatus::kRetrying ? nullptr : &found->second;
  }

  static Value Counts(const dsl::Node& definition, const NodeState& node, const EndedRegions* ended) {
    if (definition.kind != dsl::Kind::kForeach && definition.kind != dsl::Kind::kLoop) return {};
    if (!node.iterations && ended == nullptr) return {};
    auto counts = Value::EmptyObject();
    const auto set = [&](const char* name, std::size_t count) {
      if (count > 0) counts.Set(name, Value(static_cast<std::int64_t>(count)));
    };
    const std::size_t succeeded = node.iterations ? (*node.iterations)->succeeded : ended->succeeded;
    const std::size_t failed = node.iterations ? (*node.iterations)->failed : ended->failed;
    const std::size_t total = node.iterations ? (*node.iterations)->outputs.size() : ended->total;
    const auto seen = succeeded + failed + node.children.size();
    set("succeeded", succeeded);
    set("failed", failed);
    set("running", node.children.size());
    if (total > seen) set(IsSettled(node.status) ? "cancelled" : "pending", total - seen);
    return counts;
  }

  void Inner(const RegionState& region, std::size_t index, const NodeState* known, const EndedRegions* ended) {
    const auto& node = region.nodes[index];
    const bool numbered = region.definition->nodes[index].kind != dsl::Kind::kGroup;
    const auto active = [&](std::uint32_t key, const RegionState& child) {
      const RegionState* inner = nullptr;
      if (known != nullptr) {
        const auto found = known->children.find(key);
        if (found != known->children.end()) inner = &*found->second;
      }
      Region(child, inner);
    };
    if (!numbered) {
      if (!node.children.empty()) return active(node.children.begin()->first, *node.children.begin()->second);
      if (ended != nullptr && !ended->kept.empty()) Ended(ended->kept.rbegin()->second, known);
      return;
    }
    std::map<std::uint32_t, const EndedRegion*> kept;
    if (ended != nullptr) {
      for (const auto& [key, one] : ended->kept) kept.emplace(key, &one);
    }
    std::size_t room = kMostIterations;
    for (const auto& [key, child] : node.children) kept[key] = nullptr;
    for (const auto& [key, one] : kept) {
      if (!MayHold(region.PathOf(index) + '/' + std::to_string(key))) continue;
      // Those that are active come first where there is no room for all.
      if (one != nullptr && room <= node.children.size()) continue;
      if (room == 0) break;
      --room;
      if (one != nullptr) {
        Ended(*one, known);
      } else {
        active(key, *node.children.at(key));
      }
    }
  }

  void Ended(const EndedRegion& one, const NodeState* known) {
    const auto key = one.state.address.back().second;
    const RegionState* certain = &one.state;
    if (known != nullptr) {
      const auto found = known->children.find(key);
      if (found != known->children.end()) certain = &*found->second;
    }
    Region(one.state, certain, one.omitted);
  }

  NodeView Node(const RegionState& region, std::size_t index, const NodeState* known) {
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
    view.handled = node.handled.value_or(false);
    view.child = node.child;
    view.tries = track_.AttemptsOf(view.path);
    if (killed_ && !IsSettled(node.status) && node.status != NodeStatus::kPending) view.status = NodeStatus::kCancelled;
    if (view.status == NodeStatus::kRetrying) view.reason = RetryReason(node);
    if (view.status == NodeStatus::kWaiting) Waiting(definition, node, view);
    if (view.status == NodeStatus::kScheduled) Scheduled(region, index, view);
    if (IsSettled(view.status)) Compensating(region, index, view);
    return view;
  }

  void Waiting(const dsl::Node& definition, const NodeState& node, NodeView& view) {
    view.reason = WaitReason(definition, node);
    if (!node.wait || (*node.wait)->subscription.empty()) return;
    const auto& subscription = (*node.wait)->subscription;
    const bool asked = std::ranges::any_of(ahead_.run.operations, [&](const auto& entry) {
      return entry.second.purpose == machine::Target::Purpose::kSubscribe && entry.second.subscription == subscription;
    });
    if (!asked || IsTaken(subscription)) return;
    const std::string queue(contract::kSystemQueue);
    out_.queues.insert(queue);
    if (!live_.unpolled.contains(queue)) return;
    view.reason.Set("subscribed", Value(false));
    view.reason.Set("message", NobodyPolls(queue).Get("message"));
  }

  void Compensating(const RegionState& region, std::size_t index, NodeView& view) const {
    const auto owed = std::ranges::find_if(ahead_.run.compensations, [&](const machine::Compensation& one) {
      return one.operation != 0 && one.node == index && one.region == region.address && one.completion > region.entered;
    });
    if (owed != ahead_.run.compensations.end() && !killed_) view.reason = CompensationReason(*owed);
  }

  [[nodiscard]] bool IsTaken(const std::string& activity) const {
    const auto found = live_.activities.find(activity);
    return found != live_.activities.end() && found->second.taken;
  }

  void Scheduled(const RegionState& region, std::size_t index, NodeView& view) {
    const auto& definition = region.definition->nodes[index];
    const auto& node = region.nodes[index];
    if (node.queued) {
      view.reason = Reason("limit", "many nodes of this run are in flight");
      return;
    }
    if (!node.child.empty()) {
      view.reason = Reason("child", "the instance it starts has not started yet");
      return;
    }
    const auto activity = live_.activities.find(contract::OperationId(region.OperationPathOf(index), node.attempts));
    if (activity != live_.activities.end()) {
      if (activity->second.taken) {
        view.status = NodeStatus::kRunning;
        view.heartbeat = activity->second.heartbeat;
        return;
      }
      if (activity->second.paused) {
        view.reason = Reason("paused", "paused by an operator of Temporal");
        return;
      }
    }
    const auto queue =
        definition.kind == dsl::Kind::kWorkflow ? std::string(contract::kSystemQueue) : machine::QueueOf(definition);
    out_.queues.insert(queue);
    view.reason = live_.unpolled.contains(queue) ? NobodyPolls(queue)
                                                 : Value::Object({{"kind", Value("queue")}, {"queue", Value(queue)}});
  }

  const Track& track_;
  const Sight& ahead_;
  const Live& live_;
  bool killed_;
  InstanceView& out_;
};

bool IsStuck(const Track& track, const Live& live) {
  return !track.fold().closing() && live.workflow_task_attempt > kStuckAfterAttempts;
}

std::string StatusOf(const Track& track, const RunState& state, const Live& live) {
  const auto& closing = track.fold().closing();
  if (!closing) return IsStuck(track, live) ? "stuck" : state.queued ? "queued" : "running";
  switch (closing->kind) {
    case Closing::Kind::kCompleted:
      return state.status == machine::RunStatus::kNotTriggered ? "not_triggered" : "completed";
    case Closing::Kind::kFailed: return state.status == machine::RunStatus::kTimedOut ? "timed_out" : "failed";
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

/// Why the run as a whole does not go on.
Value RunReason(const Track& track, const RunState& state, const Live& live, InstanceView& view) {
  const auto& failure = track.fold().failure();
  if (track.fold().closing()) return failure ? Reason(failure->code, failure->message) : Value();
  if (live.away) return Reason("temporal", "Temporal does not answer; this is how it was when it last did");
  if (live.paused) return Reason("paused", "paused by an operator of Temporal");
  if (IsStuck(track, live)) {
    const auto& why = track.task_failure();
    auto reason = Reason("stuck", why.empty() ? "its workflow task fails again and again" : why);
    reason.Set("attempts", Value(live.workflow_task_attempt));
    return reason;
  }
  if (failure) return Reason(failure->code, failure->message);
  view.task_waits = track.task_pending();
  if (view.task_waits && live.task_queue_unpolled) return NobodyPolls(live.task_queue);
  const std::string system(contract::kSystemQueue);
  if (state.queued) {
    view.queues.insert(system);
    if (live.unpolled.contains(system)) return NobodyPolls(system);
    auto reason = Reason("concurrency", "waits for a slot of its `concurrency`");
    reason.Set("key", state.slot.Get("key"));
    return reason;
  }
  if (state.ending) return Reason("notification", "has ended; its notification is being started");
  if (state.cancelling) return Reason("cancelling", "is being cancelled");
  if (state.continuing) return Reason("history", "starts nothing new until what runs has ended: its history is long");
  return {};
}

}  // namespace

InstanceView ViewOf(const Track& track, const std::string& run_id, const Live& live) {
  const auto& fold = track.fold();
  const auto news = track.LookAhead();
  const Sight ahead{news ? news->machine.state() : fold.machine().state(), news ? news->ended : track.ended()};
  const auto& state = ahead.run;
  InstanceView view;
  view.run_id = run_id;
  view.first_run_id = track.first_run_id();
  view.events = fold.last_event_id();
  view.status = StatusOf(track, fold.machine().state(), live);
  view.error = ErrorOf(fold);
  if (fold.closing() && fold.closing()->kind != Closing::Kind::kContinued) view.ended_at = fold.closing()->at;
  view.reason = RunReason(track, fold.machine().state(), live, view);
  if (state.workflow == nullptr) {
    const auto& type = track.workflow_type();
    const auto dot = std::min(type.find('.'), type.size());
    view.id = track.workflow_id();
    view.ns = type.substr(0, dot);
    view.workflow = type.substr(std::min(dot + 1, type.size()));
    view.started_at = track.started_at();
    return view;
  }
  view.id = state.instance_id;
  view.workflow = state.workflow->name;
  view.ns = state.workflow->ns;
  view.revision = state.start.revision;
  view.trigger = state.start.trigger;
  view.input = state.input;
  view.started_at = state.started_at;
  view.cancelling = state.cancelling;
  if (fold.closing() && fold.closing()->kind == Closing::Kind::kCompleted) view.output = fold.machine().state().output;
  const bool killed = fold.closing() && (fold.closing()->kind == Closing::Kind::kTerminated ||
                                         fold.closing()->kind == Closing::Kind::kTimedOut);
  Walk(track, ahead, live, killed, view).Region(state.root, fold.started() ? &fold.machine().state().root : nullptr);
  return view;
}

}  // namespace weft::progress
