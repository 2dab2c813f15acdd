#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/test_file.h"
#include "machine/machine.h"

namespace weft::cli {

/// What became of a node, also of an iteration whose state the machine has dropped.
struct NodeTrace {
  machine::NodeStatus status = machine::NodeStatus::kPending;
  int attempts = 0;
  expr::Value output;
  std::optional<machine::NodeError> error;
  std::string chosen_case;

  /// `{ status, attempts, output, error, case }`, what there is of it.
  [[nodiscard]] expr::Value ToValue() const;
};

/// What a run in memory came to.
struct Trace {
  std::string status;  ///< as of an instance; `waiting`: nothing more would ever happen
  expr::Value output;
  expr::Value error;                                    ///< of the run; null: none
  std::map<std::string, NodeTrace, std::less<>> nodes;  ///< by path
  std::vector<std::string> started;                     ///< paths, in the order in which the nodes began
  expr::Value emitted = expr::Value::EmptyArray();
  expr::Value notified = expr::Value::EmptyArray();
  Duration duration{0};               ///< in the run's own time
  std::vector<std::string> problems;  ///< what the test lacks to describe the run
  bool whole = true;                  ///< false: cut short by the problems
  std::vector<std::string> notices;   ///< of the machine
};

/// Runs the workflow of a test in memory: nodes that act give what the test says, events come when it says so, and time
/// is skipped. Gives the same for the same test, on every machine.
Trace Simulate(const TestFile& test);

}  // namespace weft::cli
