#include "machine/run.h"

#include <algorithm>

#include "contract/names.h"
#include "machine/node_activity.h"
#include "machine/node_region.h"
#include "machine/node_wait.h"
#include "machine/node_workflow.h"
#include "machine/retry.h"

namespace weft::machine {

using expr::Value;

std::vector<Command> Run::Apply(const Batch& batch) {
  state_.now = std::max(state_.now, batch.now);
  if (state_.status != RunStatus::kRunning) {
    for (std::size_t i = 0; i < batch.events.size(); ++i) Notice("ignored an event after the end of the run");
    return {};
  }
  for (const auto& event : batch.events) {
    std::visit([this](const auto& e) { On(e); }, event);
    if (state_.status != RunStatus::kRunning) return std::move(commands_);
  }
  Drive();
  if (state_.status == RunStatus::kRunning) {
    const bool holds_back = HoldsBack(batch);
    if (holds_back && state_.in_flight == 0 && ContinueAsNew(batch)) return std::move(commands_);
    if (!holds_back || state_.in_flight == 0) ReleaseHeld();
    if (memo_due_ || (commands_.empty() && !batch.events.empty())) commands_.emplace_back(UpsertMemo{MemoJson()});
  }
  return std::move(commands_);
}

void Run::On(const CancelRequested& /*event*/) {
  auto& root = state_.root;
  if (root.phase == RegionState::Phase::kSettled) return Notice("ignored a request to cancel: the run is closing");
  if (!state_.cancelling) {
    state_.cancelling = true;
    state_.cancelled = !root.failure && !root.stopping;
    return StopRegion(root);
  }
  state_.cancelled_twice = true;
  AbandonRegion(root);
}

void Run::On(const TimerFired& event) {
  using Purpose = Target::Purpose;
  DropCancel(event.operation);
  const auto target = TakeTarget(event.operation, "timer");
  if (!target) return;
  switch (target->purpose) {
    case Purpose::kMore: state_.more_timer = 0; return;
    case Purpose::kPatience: state_.patience_timer = 0; return;
    case Purpose::kRunTimeout:
      if (state_.root.failure || state_.root.stopping) return;
      state_.timed_out = true;
      return StopRegion(state_.root);
    case Purpose::kCompensationRetry:
      FindCompensation(target->compensation)->operation = 0;
      return CompensateNext(*Find(target->region));
    default: break;
  }
  const NodeRef ref{Find(target->region), target->node};
  if (target->purpose == Purpose::kTimeout) return AttemptTimedOut(ref);
  ref.state().operation = 0;
  if (target->purpose == Purpose::kRetry) return BeginAttempt(ref);
  ref.state().wake_at = {};
  SetStatus(ref, NodeStatus::kRunning);
  if (ref.definition().kind == dsl::Kind::kLoop) return LoopDelayEnded(*this, ref);
  WaitEnded(*this, ref);
}

void Run::On(const ActivityCompleted& event) {
  using Purpose = Target::Purpose;
  DropCancel(event.operation);
  const auto target = TakeTarget(event.operation, "result of an activity");
  if (!target) return;
  --state_.in_flight;
  switch (target->purpose) {
    case Purpose::kCompensation: return CompensationStep(*target, event.result);
    case Purpose::kSubscribe:
      if (target->unsubscribe) Unsubscribe(target->subscription);
      return;
    case Purpose::kUnsubscribe: return;
    case Purpose::kAcquire: return Acquired(event.result);
    case Purpose::kRelease: return GoOnClosing();
    default: break;
  }
  const NodeRef ref{Find(target->region), target->node};
  ref.state().operation = 0;
  AttemptCompleted(ref, event.result);
}

void Run::AttemptCompleted(NodeRef ref, const std::string& result) {
  if (ref.definition().kind == dsl::Kind::kWorkflow && ref.state().child.empty()) {
    if (!MayGoOn(ref)) return SettleCancelled(ref);
    if (ref.state().timing_out)
      return FailAttempt(ref, MakeError(ref, "timeout", "not finished within the node's `timeout`"), true);
    return WorkflowResolved(*this, ref, result);
  }
  auto value = result.empty() ? Result<Value>(Value()) : Value::Parse(result);
  if (!value) return FailAttempt(ref, MakeError(ref, "internal", "the result is not JSON: " + value.error().message));
  ref.state().error.reset();
  Succeed(ref, *std::move(value), ref.definition().output_on_worker);
}

void Run::On(const ActivityFailed& event) {
  using Purpose = Target::Purpose;
  DropCancel(event.operation);
  const auto target = TakeTarget(event.operation, "failure of an activity");
  if (!target) return;
  --state_.in_flight;
  switch (target->purpose) {
    case Purpose::kCompensation: return CompensationEnded(*target, &event.failure);
    case Purpose::kAcquire:
      state_.queued = false;
      if (state_.root.stopping || state_.ending) return;
      return CloseFailed(RunStatus::kFailed, ErrorOf({event.failure.code, event.failure.message}));
    case Purpose::kRelease: return GoOnClosing();
    case Purpose::kUnsubscribe: return Notice("an unsubscription failed: " + event.failure.message);
    case Purpose::kSubscribe:
      if (target->unsubscribe) return Notice("a subscription failed: " + event.failure.message);
      break;
    default: break;
  }
  const NodeRef ref{Find(target->region), target->node};
  if (target->purpose == Purpose::kSubscribe) {
    const auto kind = event.failure.kind;
    if (kind == Failure::Kind::kTimeout || kind == Failure::Kind::kWorkerLost) return Subscribe(ref);
    (*ref.state().wait)->subscription.clear();
  }
  ref.state().operation = 0;
  AttemptFailed(ref, event.failure);
}

void Run::AttemptFailed(NodeRef ref, const Failure& failure) {
  auto& node = ref.state();
  if (failure.kind == Failure::Kind::kCancelled) {
    if (node.cancel_requested) return SettleCancelled(ref);
    if (node.timing_out)
      return FailAttempt(ref, MakeError(ref, "timeout", "not finished within the node's `timeout`"), true);
  }
  const auto details = contract::ActivityFailure::FromParts(failure.code, failure.message, failure.details);
  auto error = MakeError(ref, failure.code, failure.message);
  error.data = details.data;
  switch (failure.kind) {
    case Failure::Kind::kFailed: {
      if (error.code.empty()) error.code = "internal";
      if (error.code == contract::kSecretUnavailable && IsWorkerActivity(ref.definition().kind))
        return Unserved(ref, std::move(error));
      const bool timed_out = error.code == "timeout";
      return FailAttempt(ref, std::move(error), timed_out, Duration(details.retry_after_ms));
    }
    case Failure::Kind::kTimeout:
      error.code = "timeout";
      error.message = "the attempt did not end within its `timeout`";
      return FailAttempt(ref, std::move(error), true);
    case Failure::Kind::kDeadline:
      // What ended the retrying is less telling than what went wrong before.
      if (node.error) return SettleFailed(ref, *node.error, true);
      error.code = "timeout";
      error.message = "not finished within the node's `deadline`";
      return SettleFailed(ref, std::move(error), true);
    case Failure::Kind::kWorkerLost: return WorkerLost(ref);
    case Failure::Kind::kCancelled:
    case Failure::Kind::kTerminated:
    case Failure::Kind::kNotStarted: error.code = "cancelled"; return FailAttempt(ref, std::move(error));
  }
}

void Run::WorkerLost(NodeRef ref) {
  constexpr int kFurtherTimes = 3;
  auto& node = ref.state();
  auto error = MakeError(ref, "worker_lost", "the worker that ran this attempt was lost");
  if (ref.definition().once || node.lost_workers >= kFurtherTimes || !MayGoOn(ref)) {
    return SettleFailed(ref, std::move(error), false);
  }
  const auto& deadline = ref.definition().deadline;
  if (deadline && state_.now >= node.started_at + *deadline) return SettleFailed(ref, std::move(error), true);
  ++node.lost_workers;
  node.error = std::move(error);
  BeginAttempt(ref);
}

void Run::Unserved(NodeRef ref, NodeError error) {
  auto& node = ref.state();
  ++node.unserved;
  error.retryable = true;
  if (!MayGoOn(ref)) return SettleFailed(ref, std::move(error), false);
  RetryAfter(ref, std::move(error), false, RetryDelay(dsl::Retry{}, node.unserved, RetrySeed(ref)));
}

void Run::On(const ChildStarted& event) {
  const auto found = state_.operations.find(event.operation);
  if (found == state_.operations.end()) return Notice("ignored the late start of a child");
  if (found->second.purpose == Target::Purpose::kNotification) return Reported(event.operation);
  if (found->second.purpose != Target::Purpose::kAttempt) return;
  const NodeRef ref{Find(found->second.region), found->second.node};
  auto& node = ref.state();
  SetStatus(ref, NodeStatus::kRunning);
  if (!std::get<dsl::WorkflowCall>(ref.definition().body).detach) return;
  DropCancel(event.operation);
  TakeTarget(event.operation, "start of a child");
  --state_.in_flight;
  node.operation = 0;
  Succeed(ref, Value::Object({{"id", Value(node.child)}}));
}

void Run::On(const ChildCompleted& event) {
  DropCancel(event.operation);
  const auto target = TakeTarget(event.operation, "result of a child");
  if (!target) return;
  --state_.in_flight;
  if (target->purpose == Target::Purpose::kCompensation) return CompensationEnded(*target, nullptr);
  const NodeRef ref{Find(target->region), target->node};
  ref.state().operation = 0;
  AttemptCompleted(ref, event.result);
}

void Run::On(const ChildFailed& event) {
  DropCancel(event.operation);
  const auto reported = state_.operations.find(event.operation);
  if (reported != state_.operations.end() && reported->second.purpose == Target::Purpose::kNotification) {
    Notice("the end of the run is reported by another: " + event.failure.message);
    return Reported(event.operation);
  }
  const auto target = TakeTarget(event.operation, "failure of a child");
  if (!target) return;
  --state_.in_flight;
  if (target->purpose == Target::Purpose::kCompensation) return CompensationEnded(*target, &event.failure);
  const NodeRef ref{Find(target->region), target->node};
  ref.state().operation = 0;
  const bool by_us = ref.state().cancel_requested || ref.state().timing_out;
  if (by_us && event.failure.kind == Failure::Kind::kCancelled) return AttemptFailed(ref, event.failure);
  FailAttempt(ref, ChildError(ref, event.failure));
}

void Run::On(const Ignored& /*event*/) {}

std::string Run::MemoJson() const {
  constexpr std::size_t kPaths = 5;
  constexpr std::size_t kPathBytes = 120;
  auto at = Value::EmptyArray();
  const auto visit = [&](const auto& self, const RegionState& region) -> void {
    for (std::size_t i = 0; region.active > 0 && i < region.nodes.size() && at.size() < kPaths; ++i) {
      const auto& node = region.nodes[i];
      if (!IsActive(node.status)) continue;
      for (const auto& [index, child] : node.children) self(self, *child);
      if (!node.children.empty() || at.size() == kPaths) continue;
      auto path = region.PathOf(i);
      if (path.size() > kPathBytes) path = "…" + path.substr(path.size() - kPathBytes);
      at.Append(Value(path));
    }
  };
  visit(visit, state_.root);
  auto counts = Value::EmptyObject();
  for (std::size_t i = 0; i < kNodeStatuses; ++i) {
    if (state_.counts[i] > 0)
      counts.Set(StatusName(static_cast<NodeStatus>(i)), Value(static_cast<std::int64_t>(state_.counts[i])));
  }
  return Value::Object({{"at", at}, {"counts", counts}}).Dump();
}

}  // namespace weft::machine
