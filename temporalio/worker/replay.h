#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/bridge/runtime.h"
#include "temporalio/error.h"
#include "temporalio/worker/workflow.h"

namespace temporalio {

/// What a replay found. Neither: the code gives what the history holds.
struct ReplayResult {
  /// The code no longer gives what the history holds: Core's words, which name the event.
  std::optional<std::string> nondeterminism;
  /// The replay did not get that far: the code failed a workflow task, or Core cannot read the history.
  std::optional<std::string> failure;

  bool ok() const { return !nondeterminism && !failure; }
};

/// Called with each activation before its Workflow, evictions excepted.
using ReplayObserver = std::function<void(const coresdk::workflow_activation::WorkflowActivation&)>;

/// Replays a recorded history without a server, as a worker would after a restart. `history` holds all events of one
/// run, from its start. Fails with kInvalidArgument if it does not, else only if Core itself fails.
Result<ReplayResult> Replay(const std::shared_ptr<Runtime>& runtime, const std::string& workflow_id,
                            const temporal::api::history::v1::History& history, const WorkflowFactory& workflows,
                            const ReplayObserver& observer = {});

}  // namespace temporalio
