#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "machine/command.h"
#include "machine/event.h"

/// A run's state: plain data, read by the live view, changed only by the machine. Copyable as a whole.
namespace weft::machine {

enum class NodeStatus {
  kPending,
  kScheduled,
  kRunning,
  kWaiting,
  kRetrying,
  kSucceeded,
  kFailed,
  kTimedOut,
  kSkipped,
  kCancelled,
  kCompensated,
};
inline constexpr std::size_t kNodeStatuses = 11;
/// The word of the instance document: `pending`, `timed_out`, …
std::string_view StatusName(NodeStatus status);
bool IsSettled(NodeStatus status);
/// Begun and not settled.
bool IsActive(NodeStatus status);

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

/// Where a region's execution is: for each enclosing container its node's index and the iteration or attempt.
using RegionAddress = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// A copyable owner of a T that may be incomplete where the Box is declared.
template <class T>
class Box {
 public:
  Box() : value_(std::make_unique<T>()) {}
  Box(const Box& other) : value_(std::make_unique<T>(*other.value_)) {}
  Box(Box&&) noexcept = default;
  Box& operator=(Box other) noexcept {
    value_.swap(other.value_);
    return *this;
  }
  ~Box() = default;
  T& operator*() const { return *value_; }
  T* operator->() const { return value_.get(); }

 private:
  std::unique_ptr<T> value_;
};

struct RegionState;

/// A compensation that is owed: evaluated when its node succeeded, so that it needs nothing of the run any more.
struct Compensation {
  std::uint64_t completion = 0;  ///< of its node; newer ones are paid first
  std::string path;
  RegionAddress region;
  std::uint32_t node = 0;
  dsl::Kind kind = dsl::Kind::kShell;
  std::string queue;
  std::string input;          ///< activity's or workflow's input, JSON text
  std::string workflow = {};  ///< of that kind: its name
  std::optional<int> revision = {};
  std::string child = {};  ///< id of the child in flight
  std::string problem;     ///< why the input could not be evaluated, or empty
  std::optional<dsl::Retry> retry;
  Duration timeout{};
  int attempts = 0;
  int lost_workers = 0;
  int unserved = 0;
  Timestamp wake_at{};      ///< while the next attempt waits: when it begins
  Operation operation = 0;  ///< the activity or child, or the timer before the next attempt; 0: none
  bool cancel_requested = false;
};

/// What a foreach, loop or group keeps of its present attempt.
struct Iterations {
  expr::Value list;                  ///< foreach: what it goes over
  std::vector<expr::Value> outputs;  ///< foreach: of the iterations that ended, by index
  expr::Value last;                  ///< loop: output of the last iteration, at first the loop's own `.`
  std::uint32_t next = 0;            ///< index of the iteration that begins next
  std::uint32_t succeeded = 0;
  std::uint32_t failed = 0;
  std::size_t bytes = 0;             ///< of the outputs kept here, part of RunState::state_size
  std::size_t list_bytes = 0;        ///< of the list, likewise
  std::optional<NodeError> failure;  ///< why the attempt is ending
  bool timed_out = false;
};

/// What an event or approval node waits for.
struct Wait {
  std::uint64_t order = 0;         ///< key in RunState::waits
  std::optional<std::string> key;  ///< only events with this key
  expr::Scope names;               ///< what `match` sees besides `.`: everything as it was when the wait began
  std::string taker;               ///< key in RunState::taken
  std::vector<expr::Value> received;
  std::size_t bytes = 0;     ///< of what was received
  std::string subscription;  ///< id of the subscription; empty: none was needed
};

struct NodeState {
  NodeStatus status = NodeStatus::kPending;
  SkipReason skip_reason = SkipReason::kDead;
  int attempts = 0;  ///< how often it was scheduled
  int max_attempts = 1;
  int lost_workers = 0;  ///< attempts that ended because their worker was lost
  int unserved = 0;      ///< attempts that never began, because their secrets could not be asked for
  expr::Value input;
  expr::Value output;
  std::optional<NodeError> error;
  std::string chosen_case;
  Timestamp started_at{};  ///< when the first attempt was scheduled
  Timestamp attempt_at{};  ///< when the latest attempt was scheduled
  Timestamp ended_at{};
  Timestamp wake_at{};      ///< while kRetrying, or waiting for a time: when that ends
  Timestamp timeout_at{};   ///< when the attempt's time is over, where the machine keeps it
  Operation operation = 0;  ///< the activity, timer or child in flight; 0: none
  Operation timeout_timer = 0;
  bool timing_out = false;  ///< its attempt's time is over; what runs is being cancelled
  std::string child;        ///< workflow: id of the child that was started
  bool queued = false;      ///< ready, but held back by the bounds of a run
  bool cancel_requested = false;
  std::uint32_t unsettled_sources = 0;  ///< nodes with an edge to this one that have not settled
  /// Of a failed node with `.failed` or `.done` edges: whether one of them started. Unset: not decided yet.
  std::optional<bool> handled;
  std::uint64_t completion = 0;  ///< order of settling within the run, from 1
  std::uint64_t begun = 0;       ///< RunState::completions when the latest attempt began
  std::size_t output_size = 0;   ///< bytes of the output as JSON, an upper bound
  /// Executions of the inner region that are not settled, by iteration or attempt.
  std::map<std::uint32_t, Box<RegionState>> children;
  std::optional<Box<Iterations>> iterations;
  std::optional<Box<Wait>> wait;
};

/// One execution of a region: the run itself, or an iteration or attempt of a nested one.
struct RegionState {
  const dsl::Region* definition = nullptr;
  RegionAddress address;
  std::string path;  ///< prefix of its nodes' paths, with its final slash; empty for the run's own
  /// The same for ids of operations, with the number of each container's attempt from the second on: `each#2/7/`.
  std::string operation_path;
  std::vector<NodeState> nodes;
  /// RunState::completions when it was entered: tells this execution from an earlier one at the same address.
  std::uint64_t entered = 0;
  expr::Value dot;  ///< what its roots get as `.`
  expr::Value item, index, previous;
  std::vector<std::pair<std::string, expr::Value>> aliases;  ///< items of the enclosing foreach, outermost first
  expr::Value output;                                        ///< once it has succeeded
  /// Ending badly, in order: what runs is awaited, compensations, `always` nodes, the end.
  enum class Phase { kRunning, kStopping, kCompensating, kCleaning, kSettled };
  Phase phase = Phase::kRunning;
  bool stopping = false;             ///< failed, cancelled or timed out: nothing new starts
  std::optional<NodeError> failure;  ///< the first unhandled one
  std::size_t unsettled = 0;
  std::size_t active = 0;       ///< nodes that have begun and not settled
  std::size_t undecided = 0;    ///< failed nodes of which it is not known yet whether they are handled
  std::set<std::size_t> dirty;  ///< nodes whose in-edges may have changed

  [[nodiscard]] std::string PathOf(std::size_t node) const { return path + definition->nodes[node].id; }
  [[nodiscard]] std::string OperationPathOf(std::size_t node) const {
    return operation_path + definition->nodes[node].id;
  }
};

/// kNotTriggered: a condition of its trigger, or its `concurrency`, kept it from running.
enum class RunStatus { kRunning, kCompleted, kFailed, kTimedOut, kCancelled, kContinued, kNotTriggered };
std::string_view StatusName(RunStatus status);

/// What an operation in flight belongs to.
struct Target {
  enum class Purpose {
    kAttempt,
    kRetry,
    kTimeout,
    kCompensation,
    kCompensationRetry,
    kRunTimeout,
    kMore,
    kSubscribe,
    kUnsubscribe,
    kNotification,
    kAcquire,
    kRelease,
    kPatience,
  };
  Purpose purpose = Purpose::kAttempt;
  RegionAddress region = {};
  std::uint32_t node = 0;
  std::uint64_t compensation = 0;  ///< Compensation::completion
  std::string subscription = {};   ///< Wait::subscription
  Timestamp since = {};            ///< of what Temporal knows of: when it was told
  bool unsubscribe = false;        ///< its node no longer waits: to be followed by `unsubscribe`
};

/// An event that came by a signal and is kept for nodes that begin to wait later.
struct BufferedEvent {
  expr::Value event;
  bool addressed = false;  ///< sent to this instance: its key does not matter
  std::uint64_t hash = 0;  ///< of source and id
  std::size_t bytes = 0;
};

struct RunState {
  RunStatus status = RunStatus::kRunning;
  std::shared_ptr<const dsl::Workflow> workflow;
  contract::StartInput start;
  std::string instance_id;
  std::string run_id;  ///< the first run's
  expr::Value input;
  expr::Value output;
  std::optional<NodeError> error;
  Timestamp started_at{};
  Timestamp scheduled_at{};
  Timestamp ended_at{};
  Timestamp now{};
  RegionState root;
  bool cancelling = false;                  ///< somebody asked to cancel
  bool cancelled = false;                   ///< and nothing had ended the run before
  bool cancelled_twice = false;             ///< goes straight to the end
  bool timed_out = false;                   ///< the run's own `timeout` passed
  std::map<Operation, Target> operations;   ///< in flight
  std::deque<Command> held;                 ///< starts held back by the bounds of a run
  std::set<RegionAddress> dirty_regions;    ///< where something is left to do; empty unless a drive was cut short
  std::vector<Compensation> compensations;  ///< owed, oldest first
  std::map<std::uint64_t, Target> waits;    ///< event and approval nodes that wait, in the order they began
  std::uint64_t last_wait = 0;
  std::deque<BufferedEvent> events;  ///< oldest first
  std::size_t event_bytes = 0;
  /// Which events each node has taken: hashes of source and id, oldest first.
  std::map<std::string, std::deque<std::uint64_t>> taken;
  std::size_t in_flight = 0;                          ///< activities and children that Temporal knows of
  std::array<std::uint32_t, kNodeStatuses> counts{};  ///< nodes by status, of all regions that are not dropped
  std::uint64_t completions = 0;
  Operation last_operation = 0;
  Operation more_timer = 0;
  /// How the run ends, while that is still being reported.
  std::optional<RunStatus> ending;
  bool reported = false;
  expr::Value slot;                  ///< of `concurrency`: what it takes
  bool queued = false;               ///< waits for it
  bool granted = false;              ///< has it
  bool continuing = false;           ///< nothing starts until what runs has ended and the run continues as new
  std::int64_t continue_after = 0;   ///< length of history before which that is not tried again
  Operation patience_timer = 0;      ///< until that is given up for now
  std::vector<std::string> leaving;  ///< carried over: subscriptions to be taken back
  std::size_t state_size = 0;        ///< bytes of all outputs and owed compensations, an upper bound
};

}  // namespace weft::machine
