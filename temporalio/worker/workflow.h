#pragma once

#include <functional>
#include <memory>
#include <string>

#include "temporal/sdk/core/workflow_activation/workflow_activation.pb.h"
#include "temporal/sdk/core/workflow_completion/workflow_completion.pb.h"
#include "temporalio/error.h"

namespace temporalio {

/// The state machine of one cached run. Calls never overlap, but may come from different threads over time. It must be
/// a pure function of its activations: the same ones, replayed in another process, must give the same commands.
class Workflow {
 public:
  /// Also called to drop the run from the cache (memory pressure, end of the run or of the worker); not an occasion to
  /// act.
  virtual ~Workflow() = default;

  /// Called for each activation but evictions, which the worker handles; queries and updates included. Fills
  /// `completion.successful` with commands, or `completion.failed`: that fails the workflow *task*, which the server
  /// then tries again, not the workflow. So does an exception. The run id is filled in already.
  virtual void Activate(const coresdk::workflow_activation::WorkflowActivation& activation,
                        coresdk::workflow_completion::WorkflowActivationCompletion& completion) = 0;
};

/// Makes the state machine of a run, before its first activation is passed to it. An error (or null, or an exception)
/// fails the workflow task, which the server then tries again.
using WorkflowFactory = std::function<Result<std::unique_ptr<Workflow>>(
    const std::string& run_id, const coresdk::workflow_activation::InitializeWorkflow& start)>;

}  // namespace temporalio
