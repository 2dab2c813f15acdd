#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/activity.h"
#include "contract/ids.h"
#include "machine/command.h"
#include "machine/machine.h"
#include "machine/state.h"

namespace weft::machine {

/// A node of a region's execution. Valid while the region is not dropped.
struct NodeRef {
  RegionState* region = nullptr;
  std::uint32_t node = 0;

  [[nodiscard]] const dsl::Node& definition() const { return region->definition->nodes[node]; }
  [[nodiscard]] NodeState& state() const { return region->nodes[node]; }
  [[nodiscard]] std::string path() const { return region->PathOf(node); }
  [[nodiscard]] std::string operation_path() const { return region->OperationPathOf(node); }
};

/// What an activity of one attempt is to do; the rest (id, time-outs, heartbeat) follows from the node.
struct ActivityRequest {
  std::string_view type;
  std::string queue;
  contract::ActivityInput input;
};

/// How an execution of an inner region ended.
struct RegionEnd {
  std::optional<NodeError> failure;
  bool cancelled = false;
  expr::Value output;
};

struct Observers {
  Observer changed;
  RegionObserver ended;
  CompensationObserver compensated;
};

/// One Apply of the machine: the events of a batch, then one drive, giving commands. Lives as long as the call; all
/// that lasts is in the RunState. Split by theme: run.cc (events), operations.cc (commands, the bounds of a run),
/// drive.cc (which node starts), failure.cc (which failures are handled), end.cc (how regions and the run end),
/// settle.cc (how a node ends), compensate.cc, output.cc, scope.cc (what expressions see), node_<kind>.cc.
class Run {
 public:
  Run(RunState& state, std::vector<std::string>& notices, const Observers& observers)
      : state_(state), notices_(notices), observers_(observers) {}

  std::vector<Command> Apply(const Batch& batch);

  // --- for the node kinds ---

  [[nodiscard]] RunState& state() { return state_; }
  [[nodiscard]] Timestamp now() const { return state_.now; }

  Result<expr::Value> Evaluate(const expr::Template& expression, NodeRef ref, const expr::Value& dot);
  Result<expr::Evaluated> EvaluateArguments(const expr::Template& arguments, NodeRef ref, const expr::Value& dot);

  /// Queues the attempt's activity; it is scheduled when the bounds of a run allow.
  void Schedule(NodeRef ref, ActivityRequest request);
  Operation StartTimer(Target target, Duration duration, std::string summary);
  void CancelTimer(Operation& operation);
  void StartChild(NodeRef ref, machine::StartChild child);
  /// The node waits until then.
  void WaitFor(NodeRef ref, Timestamp end);

  // --- for the kinds with inner regions ---

  /// Begins an iteration or attempt; what it sees follows from the container's state.
  void EnterChild(NodeRef ref, std::uint32_t key);
  /// Ends the attempt as soon as nothing runs in it any more; `failure` says why unless something did before.
  void EndContainer(NodeRef ref, std::optional<NodeError> failure = {});
  /// As Evaluate, as the iteration `index` sees it.
  Result<expr::Value> EvaluateInLoop(const expr::Template& expression, NodeRef ref, const expr::Value& dot,
                                     std::uint32_t index);
  /// What a foreach goes over becomes part of the run's state.
  Result<void> KeepList(NodeRef ref, const expr::Value& list);
  /// The output of an iteration becomes part of the run's state.
  Result<void> KeepIteration(NodeRef ref, const expr::Value& output);
  /// What was kept of the attempt's iterations is not needed any more.
  void ForgetIterations(NodeRef ref);
  void ReleaseIterations(NodeRef ref);

  // --- for the kinds that wait for signals ---

  void BeginWait(NodeRef ref, Wait wait);
  void Subscribe(NodeRef ref);
  /// Whether the wait took the event.
  bool Offer(NodeRef ref, const BufferedEvent& event);
  void EndWait(NodeRef ref);
  /// That the memo is to be written at the end of this drive: a long wait begins or ends.
  void WriteMemo() { memo_due_ = true; }
  void Notice(std::string text) { notices_.push_back(std::move(text)); }

  /// The attempt gave its raw result; `output:` is still to be applied unless the worker did.
  void Succeed(NodeRef ref, expr::Value raw, bool output_applied = false);
  /// The attempt failed: it is retried, or the node fails.
  void FailAttempt(NodeRef ref, NodeError error, bool timed_out = false, Duration retry_after = Duration(0));
  void FailAttempt(NodeRef ref, const Error& error);
  [[nodiscard]] std::string RetrySeed(NodeRef ref) const;
  /// Another attempt after `delay`, unless the node's deadline comes first.
  void RetryAfter(NodeRef ref, NodeError error, bool timed_out, Duration delay);
  void SettleCancelled(NodeRef ref);

  expr::Scope ScopeOf(const expr::Template& expression, NodeRef ref, const expr::Value& dot);

  /// An error of this node's present attempt.
  [[nodiscard]] static NodeError MakeError(NodeRef ref, std::string code, std::string message);
  [[nodiscard]] static NodeError MakeError(std::string path, int attempt, std::string code, std::string message);

 private:
  // run.cc
  void On(const Started& event);
  void On(const SignalReceived& event);
  void On(const CancelRequested& event);
  void On(const TimerFired& event);
  void On(const ActivityCompleted& event);
  void On(const ActivityFailed& event);
  void On(const ChildStarted& event);
  void On(const ChildCompleted& event);
  void On(const ChildFailed& event);
  void On(const Ignored& event);
  void AttemptCompleted(NodeRef ref, const std::string& result);
  void AttemptFailed(NodeRef ref, const Failure& failure);
  void WorkerLost(NodeRef ref);
  void Unserved(NodeRef ref, NodeError error);
  [[nodiscard]] std::string MemoJson() const;

  // start.cc
  Result<bool> EvaluateTrigger();
  Result<void> CheckInput() const;
  void Acquire();
  void Acquired(const std::string& result);

  // operations.cc
  std::optional<Target> TakeTarget(Operation operation, std::string_view what);
  static ScheduleActivity ActivityCommand(Operation operation, std::string id, std::string_view type,
                                          std::string_view queue, std::string input, std::optional<Duration> timeout);
  /// Of an activity or a child; 0 afterwards if Temporal had not been told of it yet.
  void CancelStarted(Operation& operation, bool child);
  [[nodiscard]] bool IsHeld(Operation operation) const;
  void DropCancel(Operation operation);
  void ReleaseHeld();

  // continue.cc
  [[nodiscard]] bool HoldsBack(const Batch& batch);
  bool ContinueAsNew(const Batch& batch);
  Result<void> Resume();
  void ResumeRegion(RegionState& region);
  void ResumeNode(NodeRef ref);

  // close.cc
  void FinishRun();
  void CloseFailed(RunStatus status, NodeError error);
  [[nodiscard]] static NodeError ErrorOf(const Error& error);
  void EndAs(RunStatus status);
  void GoOnClosing();
  bool Report();
  void Reported(Operation operation);
  void Close();

  // drive.cc
  void EnterRegion(RegionState& region);
  void MarkDependentsDirty(NodeRef ref);
  void Drive();
  void CheckNode(NodeRef ref);
  void StartNode(NodeRef ref);
  void BeginAttempt(NodeRef ref);
  void ArmTimeout(NodeRef ref);
  void AttemptTimedOut(NodeRef ref);
  void CancelLosers(NodeRef ref);
  [[nodiscard]] RegionState* Find(const RegionAddress& address);

  // failure.cc
  void MarkHandled(NodeRef ref);
  void DecideFailure(NodeRef source);
  void DecideUnhandled(NodeRef source);
  bool DecideBlockedFailure(RegionState& region);
  void FailRegion(RegionState& region, const NodeError& error);

  // end.cc
  void StopRegion(RegionState& region);
  void AbandonRegion(RegionState& region);
  void CancelNode(NodeRef ref);
  void Advance(RegionState& region);
  void RegionSucceeded(RegionState& region);
  void RegionSettled(RegionState& region);
  void DropRegion(NodeRef ref, std::uint32_t key);
  static void Furnish(NodeRef ref, std::uint32_t key, RegionState& child);

  // settle.cc
  [[nodiscard]] bool MayGoOn(NodeRef ref) const;
  void SetStatus(NodeRef ref, NodeStatus status);
  void Changed(NodeRef ref) const {
    if (observers_.changed) observers_.changed(*ref.region, ref.node);
  }
  void Skip(NodeRef ref, SkipReason reason);
  void SettleSucceeded(NodeRef ref, expr::Value output);
  void SettleFailed(NodeRef ref, NodeError error, bool timed_out);
  void Settle(NodeRef ref, NodeStatus status);
  Result<std::size_t> CheckSize(const expr::Value& output) const;
  void Conclude(NodeRef ref, expr::Value output, std::size_t size);

  // signals.cc
  void EventReceived(const expr::Value& payload);
  void ApprovalReceived(const expr::Value& payload);
  void ScheduleSystem(Target target, std::string_view type, std::string id, expr::Value args);
  void Unsubscribe(const std::string& subscription);

  // compensate.cc
  void OweCompensation(NodeRef ref);
  Result<std::string> CompensationInput(NodeRef ref, const dsl::Node& body);
  void ReplaceInner(NodeRef ref);
  [[nodiscard]] bool PaysCompensations(const RegionState& region);
  [[nodiscard]] static bool PaysFor(const RegionState& region, const Compensation& owed);
  void CompensateNext(RegionState& region);
  void BeginCompensation(Compensation& owed, const RegionAddress& payer);
  void CompensationStep(const Target& target, const std::string& result);
  void CompensationEnded(const Target& target, const Failure* failure);
  void RecordCompensation(std::vector<Compensation>::iterator owed, const Failure* failure);
  void CancelCompensations(const RegionState& region);
  std::vector<Compensation>::iterator FindCompensation(std::uint64_t completion);

  // scope.cc
  expr::Value NodesValue(NodeRef ref, const std::vector<const expr::Read*>& reads);
  Result<expr::Value> InputOf(NodeRef ref);
  [[nodiscard]] expr::Value ErrorSeenBy(NodeRef ref) const;
  [[nodiscard]] expr::Value RunValue() const;

  RunState& state_;
  std::vector<std::string>& notices_;
  const Observers& observers_;
  std::vector<Command> commands_;
  /// What this drive may still spend, in steps of expressions, before it goes on from a timer: a workflow task has to
  /// end within seconds.
  std::int64_t budget_ = kStepsPerDrive;
  bool memo_due_ = false;

  static constexpr std::int64_t kStepsPerDrive = 5'000'000;
  static constexpr std::int64_t kStepsPerNode = 200;
};

/// The output of a region all of whose nodes have settled, by the rule of the graph.
expr::Value OutputOf(const RegionState& region);

using contract::OperationId;

/// Whether the kind's work is an activity whose time-outs Temporal keeps; the machine keeps those of the others.
bool HasTaskTimeouts(dsl::Kind kind);

/// Of a foreach, loop or group; else null.
const dsl::Region* InnerRegionOf(const dsl::Node& definition);

/// What a container does when an execution of its inner region has ended.
void IterationEnded(Run& run, NodeRef ref, std::uint32_t key, RegionEnd end);

/// What a kind does when an attempt of its node begins: settles it, or starts an operation.
using StartKind = void (*)(Run& run, NodeRef ref);
StartKind StartOf(dsl::Kind kind);

}  // namespace weft::machine
