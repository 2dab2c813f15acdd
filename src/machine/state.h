#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "machine/event.h"

/// A run's state: plain data, read by the live view, changed only by the machine.
namespace weft::machine {

enum class NodeStatus {
  kPending, kScheduled, kRunning, kWaiting, kRetrying,
  kSucceeded, kFailed, kTimedOut, kSkipped, kCancelled, kCompensated,
};
/// The word of the instance document: `pending`, `timed_out`, …
std::string_view StatusName(NodeStatus status);
bool IsSettled(NodeStatus status);

/// How a skipped node's out-edges settle: because it was not chosen, or because of a failure before it.
enum class SkipReason { kDead, kBroken };

/// The error object of the language: `{ code, message, node, attempt, retryable, cause, data }`.
struct NodeError {
  std::string code;
  std::string message;
  std::string node;  ///< path
  int attempt = 0;
  bool retryable = false;
  expr::Value cause;
  expr::Value data;

  [[nodiscard]] expr::Value ToValue() const;
};

struct RegionState;

struct NodeState {
  NodeStatus status = NodeStatus::kPending;
  SkipReason skip_reason = SkipReason::kDead;
  int attempts = 0;       ///< how often it was scheduled
  int lost_workers = 0;   ///< attempts that ended because their worker was lost
  expr::Value input;
  expr::Value output;
  std::optional<NodeError> error;
  std::string chosen_case;
  Timestamp started_at{};  ///< when the first attempt was scheduled
  Timestamp ended_at{};
  Timestamp retry_at{};    ///< while kRetrying
  Operation operation = 0; ///< the activity, timer or child in flight; 0: none
  bool queued = false;     ///< ready, but held back by the bounds of a run
  bool cancel_requested = false;
  /// Of a failed node with `.failed` or `.done` edges: whether one of them started. Unset: not decided yet.
  std::optional<bool> handled;
  std::uint64_t completion = 0;  ///< order of settling within the run, from 1
  std::size_t output_size = 0;   ///< bytes of the output as JSON, an upper bound
};

/// One execution of a region: the run itself, or an iteration or attempt of a nested one.
struct RegionState {
  const dsl::Region* definition = nullptr;
  std::string path;  ///< prefix of its nodes' paths, with its final slash; empty for the run's own
  std::vector<NodeState> nodes;
  expr::Value dot;  ///< what its roots get as `.`
  /// Ending badly, in order: what runs is awaited, compensations, `always` nodes, the end.
  enum class Phase { kRunning, kStopping, kCompensating, kCleaning, kSettled };
  Phase phase = Phase::kRunning;
  std::optional<NodeError> failure;  ///< the first unhandled one
  std::size_t unsettled = 0;
  std::set<std::size_t> dirty;  ///< nodes whose in-edges may have changed

  [[nodiscard]] std::string PathOf(std::size_t node) const { return path + definition->nodes[node].id; }
};

enum class RunStatus { kRunning, kCompleted, kFailed, kTimedOut, kCancelled, kContinued };
std::string_view StatusName(RunStatus status);

struct RunState {
  RunStatus status = RunStatus::kRunning;
  std::shared_ptr<const dsl::Workflow> workflow;
  contract::StartInput start;
  std::string instance_id;
  expr::Value input;
  expr::Value output;
  std::optional<NodeError> error;
  Timestamp started_at{};
  Timestamp ended_at{};
  Timestamp now{};
  RegionState root;
  bool cancelling = false;      ///< somebody asked to cancel
  bool timed_out = false;       ///< the run's own `timeout` passed
  std::size_t in_flight = 0;    ///< operations that Temporal counts
  std::uint64_t completions = 0;
  Operation last_operation = 0;
  Operation run_timer = 0;
  std::size_t state_size = 0;   ///< bytes of all outputs, an upper bound
};

}  // namespace weft::machine
