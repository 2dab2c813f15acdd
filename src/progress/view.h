#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "progress/track.h"

namespace weft::progress {

/// What only the server knows of a run, from DescribeWorkflowExecution and DescribeTaskQueue: whether a worker has
/// taken an activity, what it said last, whether the run's own workflow task fails, which queues nobody polls.
struct Live {
  struct Activity {
    bool taken = false;  ///< by a worker
    bool paused = false;
    std::string worker;
    std::string heartbeat;  ///< details of the last heartbeat, JSON, or empty
    friend bool operator==(const Activity&, const Activity&) = default;
  };
  std::map<std::string, Activity, std::less<>> activities;  ///< by activity id
  int workflow_task_attempt = 0;
  bool paused = false;
  bool away = false;                              ///< Temporal does not answer: what is known may be old
  std::string task_queue;                         ///< of the run itself
  bool task_queue_unpolled = false;               ///< nobody polls it for the tasks of runs
  std::set<std::string, std::less<>> unpolled{};  ///< queues that nobody polls for activities
  friend bool operator==(const Live&, const Live&) = default;
};

/// Beyond so many attempts of one workflow task a run counts as stuck: it will not go on without help.
inline constexpr int kStuckAfterAttempts = 3;

/// A node as people see it.
struct NodeView {
  std::string path;  ///< `each/7/ship`
  dsl::Kind kind = dsl::Kind::kSet;
  machine::NodeStatus status = machine::NodeStatus::kPending;
  int attempts = 0;
  int max_attempts = 1;
  Timestamp started_at{}, ended_at{};  ///< the epoch: not yet
  expr::Value input, output;
  bool omitted = false;  ///< input and output are too large to be shown unless asked for
  std::string chosen_case;
  std::optional<machine::NodeError> error;
  bool handled = false;  ///< it failed, and another node goes on from that
  /// Why it waits: `{ "kind": "event" / "approval" / "timer" / "retry" / "queue" / "server" / "limit" / "worker" /
  /// "paused" / "child" / "compensation", …, "message" }`, or null.
  expr::Value reason;
  expr::Value counts;  ///< of a foreach or loop: its iterations by status, or null
  std::string child;   ///< of a workflow node: the instance it started
  std::vector<Attempt> tries;
  std::string heartbeat;

  [[nodiscard]] expr::Value ToJson() const;
};

/// A run as people see it: interfaces.md's instance document, as data. Nodes are in the order of their declaration.
struct InstanceView {
  std::string id;
  std::string run_id;
  std::string first_run_id;
  std::string workflow, ns;
  int revision = 0;
  std::string status;
  contract::TriggerInfo trigger;
  expr::Value input, output, error;
  expr::Value reason;       ///< why the run as a whole does not go on, or null
  bool cancelling = false;  ///< somebody has asked to cancel it
  Timestamp started_at{}, ended_at{};
  std::int64_t events = 0;
  std::vector<NodeView> nodes;
  /// Queues where an activity of this run waits that no worker has taken.
  std::set<std::string, std::less<>> queues;
  bool task_waits = false;  ///< the same for the run's own task

  [[nodiscard]] bool closed() const { return ended_at != Timestamp{}; }
  /// Everything but the nodes.
  [[nodiscard]] expr::Value Head() const;
  [[nodiscard]] expr::Value ToJson() const;
};

/// The run as it is now: the fold's state, what happened since (a node may have ended while its successors wait for a
/// worker to take the result), and what only the server knows. With the track's `whole`: only the nodes from there
/// down.
InstanceView ViewOf(const Track& track, const std::string& run_id, const Live& live);

}  // namespace weft::progress
