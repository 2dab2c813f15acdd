#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "progress/fold.h"

namespace weft::progress {

/// What only the server knows of a run, from DescribeWorkflowExecution: whether a worker has taken an activity, what it
/// said last, whether the run's own workflow task fails.
struct Live {
  struct Activity {
    bool taken = false;     ///< by a worker
    std::string heartbeat;  ///< details of the last heartbeat, JSON, or empty
  };
  std::map<std::string, Activity, std::less<>> activities;  ///< by activity id
  int workflow_task_attempt = 0;
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
  std::string chosen_case;
  std::optional<machine::NodeError> error;
  /// Why it waits: `{ "kind": "event" / "approval" / "timer" / "retry" / "queue" / "limit" / "worker", … }`, or null.
  expr::Value reason;
  std::string heartbeat;

  [[nodiscard]] expr::Value ToJson() const;
};

/// A run as people see it: interfaces.md's instance document, as data. Nodes are in the order of their declaration.
struct InstanceView {
  std::string id;
  std::string run_id;
  std::string workflow, ns;
  int revision = 0;
  std::string status;
  contract::TriggerInfo trigger;
  expr::Value input, output, error;
  Timestamp started_at{}, ended_at{};
  std::int64_t events = 0;
  std::vector<NodeView> nodes;

  [[nodiscard]] bool closed() const { return ended_at != Timestamp{}; }
  [[nodiscard]] expr::Value ToJson() const;
};

/// The run as it is now: the fold's state, what happened since (a node may have ended while its successors wait for a
/// worker to take the result), and what only the server knows.
InstanceView ViewOf(const Fold& fold, const std::string& run_id, const Live& live);

}  // namespace weft::progress
