#pragma once

#include <optional>
#include <string>
#include <vector>

#include "contract/activity.h"
#include "machine/command.h"
#include "machine/state.h"

namespace weft::machine {

/// A node of a region's execution. Valid while the region is not dropped.
struct NodeRef {
  RegionState* region = nullptr;
  std::uint32_t node = 0;

  [[nodiscard]] const dsl::Node& definition() const { return region->definition->nodes[node]; }
  [[nodiscard]] NodeState& state() const { return region->nodes[node]; }
  [[nodiscard]] std::string path() const { return region->PathOf(node); }
};

/// What an activity of one attempt is to do; the rest (id, time-outs, heartbeat) follows from the node.
struct ActivityRequest {
  std::string_view type;
  std::string queue;
  contract::ActivityInput input;
};

/// One Apply of the machine: the events of a batch, then one drive, giving commands. Lives as long as the call; all
/// that lasts is in the RunState. Split by theme: run.cc (events), operations.cc (commands, the bounds of a run),
/// drive.cc (which node starts), failure.cc (which failures are handled), end.cc (how regions and the run end),
/// settle.cc (how a node ends), compensate.cc, output.cc, scope.cc (what expressions see), node_<kind>.cc.
class Run {
 public:
  Run(RunState& state, std::vector<std::string>& notices) : state_(state), notices_(notices) {}

  std::vector<Command> Apply(const Batch& batch);

  // --- for the node kinds ---

  [[nodiscard]] RunState& state() { return state_; }
  [[nodiscard]] Timestamp now() const { return state_.now; }

  Result<expr::Value> Evaluate(const expr::Template& expression, NodeRef ref, const expr::Value& dot);
  Result<expr::Evaluated> EvaluateArguments(const expr::Template& arguments, NodeRef ref, const expr::Value& dot);

  /// Queues the attempt's activity; it is scheduled when the bounds of a run allow.
  void ScheduleActivity(NodeRef ref, ActivityRequest request);
  Operation StartTimer(Target target, Duration duration, std::string summary);
  void CancelTimer(Operation& operation);

  /// The attempt gave its raw result; `output:` is still to be applied unless the worker did.
  void Succeed(NodeRef ref, expr::Value raw, bool output_applied = false);
  /// The attempt failed: it is retried, or the node fails.
  void FailAttempt(NodeRef ref, NodeError error, bool timed_out = false, Duration retry_after = Duration(0));
  void FailAttempt(NodeRef ref, const Error& error);
  void SettleCancelled(NodeRef ref);

  /// An error of this node's present attempt.
  [[nodiscard]] static NodeError MakeError(NodeRef ref, std::string code, std::string message);

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
  void AttemptFailed(NodeRef ref, const Failure& failure);
  void WorkerLost(NodeRef ref);
  Result<void> CheckInput() const;
  [[nodiscard]] std::string MemoJson() const;
  void Notice(std::string text) { notices_.push_back(std::move(text)); }

  // operations.cc
  std::optional<Target> TakeTarget(Operation operation, std::string_view what);
  void CancelActivity(Operation& operation);
  void DropCancel(Operation operation);
  void ReleaseHeld();

  // drive.cc
  void EnterRegion(RegionState& region);
  void MarkDependentsDirty(NodeRef ref);
  void Drive();
  void CheckNode(NodeRef ref);
  void StartNode(NodeRef ref);
  void BeginAttempt(NodeRef ref);
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
  void FinishRun();
  void CloseFailed(RunStatus status, NodeError error);

  // settle.cc
  [[nodiscard]] bool MayGoOn(NodeRef ref) const;
  void SetStatus(NodeRef ref, NodeStatus status);
  void Skip(NodeRef ref, SkipReason reason);
  void SettleSucceeded(NodeRef ref, expr::Value output);
  void SettleFailed(NodeRef ref, NodeError error, bool timed_out);
  void Settle(NodeRef ref, NodeStatus status);
  Result<std::size_t> CheckSize(const expr::Value& output) const;
  void Conclude(NodeRef ref, expr::Value output, std::size_t size);

  // compensate.cc
  void OweCompensation(NodeRef ref);
  void CompensateNext(RegionState& region);
  void CompensationEnded(const Target& target, const Failure* failure);
  void RecordCompensation(std::vector<Compensation>::iterator owed, const Failure* failure);
  void CancelCompensations(const RegionState& region);
  std::vector<Compensation>::iterator FindCompensation(std::uint64_t completion);

  // scope.cc
  expr::Scope ScopeOf(const expr::Template& expression, NodeRef ref, const expr::Value& dot);
  expr::Value NodesValue(NodeRef ref, const std::vector<const expr::Read*>& reads);
  Result<expr::Value> InputOf(NodeRef ref);
  [[nodiscard]] expr::Value ErrorSeenBy(NodeRef ref) const;
  [[nodiscard]] expr::Value RunValue() const;

  RunState& state_;
  std::vector<std::string>& notices_;
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

/// A node's path and attempt as an id of at most contract::kMaxOperationId bytes.
std::string OperationId(const std::string& path, int attempt);

/// What a kind does when an attempt of its node begins: settles it, or starts an operation.
using StartKind = void (*)(Run& run, NodeRef ref);
StartKind StartOf(dsl::Kind kind);

}  // namespace weft::machine
