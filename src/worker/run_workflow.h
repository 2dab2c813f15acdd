#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "machine/machine.h"
#include "machine/numbering.h"
#include "progress/translate.h"
#include "temporalio/worker/workflow.h"

namespace weft::worker {

/// Called after each batch of a run; for tests and for the log of notices.
using BatchObserver = std::function<void(const machine::Batch&, const std::vector<machine::Command>&)>;

/// One run on this worker: activations become batches for the interpreter, its commands become Temporal's. Holds no
/// logic of its own beyond that translation, so that the fold of the same history (progress/) sees the same run.
class RunWorkflow final : public temporalio::Workflow {
 public:
  /// `definitions` is shared by the runs of one worker and outlives them all.
  RunWorkflow(std::shared_ptr<progress::Definitions> definitions, BatchObserver observer)
      : definitions_(std::move(definitions)), observer_(std::move(observer)) {}

  void Activate(const coresdk::workflow_activation::WorkflowActivation& activation,
                coresdk::workflow_completion::WorkflowActivationCompletion& completion) override;

 private:
  Result<void> AddJob(const coresdk::workflow_activation::WorkflowActivationJob& job, machine::Batch& batch);
  void AddResolved(const coresdk::workflow_activation::ResolveActivity& job, machine::Batch& batch);
  void AddChildStart(const coresdk::workflow_activation::ResolveChildWorkflowExecutionStart& job,
                     machine::Batch& batch);
  void AddChildEnd(const coresdk::workflow_activation::ResolveChildWorkflowExecution& job, machine::Batch& batch);
  void LogNotices(bool replaying) const;

  std::shared_ptr<progress::Definitions> definitions_;
  BatchObserver observer_;
  std::string workflow_type_;
  machine::Machine machine_;
  machine::Numbering numbering_;
};

/// Makes the runs of one worker.
temporalio::WorkflowFactory MakeWorkflowFactory(BatchObserver observer = {});

}  // namespace weft::worker
