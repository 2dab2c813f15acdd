#include "temporalio/worker/workflow_cache.h"

#include <exception>

#include "temporalio/converter/failure.h"

namespace temporalio::internal {
namespace {

using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;

void FailTask(WorkflowActivationCompletion& completion, std::string type, std::string message) {
  ApplicationFailure failure;
  failure.type = std::move(type);
  failure.message = std::move(message);
  *completion.mutable_failed()->mutable_failure() = ToFailure(std::move(failure));
}

}  // namespace

const coresdk::workflow_activation::RemoveFromCache* EvictionOf(const WorkflowActivation& activation) {
  for (const auto& job : activation.jobs())
    if (job.has_remove_from_cache()) return &job.remove_from_cache();
  return nullptr;
}

WorkflowActivationCompletion WorkflowCache::Handle(const WorkflowActivation& activation) {
  WorkflowActivationCompletion completion;
  completion.set_run_id(activation.run_id());
  try {
    if (EvictionOf(activation)) {
      runs_.erase(activation.run_id());
      completion.mutable_successful();
      return completion;
    }
    const Result<Workflow*> workflow = Find(activation);
    if (!workflow) {
      FailTask(completion, std::string(CodeName(workflow.error().code)), workflow.error().message);
      return completion;
    }
    (*workflow)->Activate(activation, completion);
    // No commands is an answer too.
    if (completion.status_case() == WorkflowActivationCompletion::STATUS_NOT_SET) completion.mutable_successful();
  } catch (const std::exception& e) {
    FailTask(completion, "Exception", e.what());
  } catch (...) {
    FailTask(completion, "Exception", "The workflow threw something that is no exception.");
  }
  return completion;
}

Result<Workflow*> WorkflowCache::Find(const WorkflowActivation& activation) {
  for (const auto& job : activation.jobs()) {
    if (!job.has_initialize_workflow()) continue;
    Result<std::unique_ptr<Workflow>> made = factory_(activation.run_id(), job.initialize_workflow());
    if (!made) return std::unexpected(std::move(made).error());
    if (!*made)
      return Fail(Error::Code::kUnimplemented,
                  "This worker has no workflow \"" + job.initialize_workflow().workflow_type() + "\".");
    return (runs_[activation.run_id()] = *std::move(made)).get();
  }
  const auto found = runs_.find(activation.run_id());
  // Core evicts the run for the failure and sends its whole history next.
  if (found == runs_.end()) return Fail(Error::Code::kInternal, "The run is not in the worker's cache.");
  return found->second.get();
}

}  // namespace temporalio::internal
