#pragma once

#include <functional>
#include <map>
#include <string>

#include "dsl/definition.h"

namespace weft::machine {

/// What a workflow's runs put into a task queue.
struct QueueUse {
  bool workflows = false;   ///< runs: of the workflow itself, or those that its `workflow` nodes start
  bool activities = false;  ///< nodes
  friend bool operator==(const QueueUse&, const QueueUse&) = default;
};
using QueueUses = std::map<std::string, QueueUse, std::less<>>;

/// Every task queue that runs of the workflow may need, by name. Disabled nodes need none.
QueueUses QueuesOf(const dsl::Workflow& workflow);

}  // namespace weft::machine
