#pragma once

#include <map>
#include <memory>
#include <string>

#include "temporal/sdk/core/workflow_activation/workflow_activation.pb.h"
#include "temporal/sdk/core/workflow_completion/workflow_completion.pb.h"
#include "temporalio/worker/workflow.h"

namespace temporalio::internal {

/// The runs a worker holds in memory. For one thread.
class WorkflowCache {
 public:
  explicit WorkflowCache(WorkflowFactory factory) : factory_(std::move(factory)) {}

  /// Applies an activation to its run, which it makes or drops if the activation says so. Every activation gets an
  /// answer, whatever the Workflow does.
  coresdk::workflow_completion::WorkflowActivationCompletion Handle(
      const coresdk::workflow_activation::WorkflowActivation& activation);

 private:
  Result<Workflow*> Find(const coresdk::workflow_activation::WorkflowActivation& activation);

  const WorkflowFactory factory_;
  std::map<std::string, std::unique_ptr<Workflow>> runs_;
};

/// The eviction, if that is what the activation is.
const coresdk::workflow_activation::RemoveFromCache* EvictionOf(
    const coresdk::workflow_activation::WorkflowActivation& activation);

}  // namespace temporalio::internal
