#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "temporal/sdk/core/activity_task/activity_task.pb.h"
#include "temporal/sdk/core/core_interface.pb.h"
#include "temporal/sdk/core/workflow_activation/workflow_activation.pb.h"
#include "temporal/sdk/core/workflow_completion/workflow_completion.pb.h"
#include "temporalio/error.h"

namespace temporalio::internal {

/// What a worker needs of Core: the seam at which tests put another one. The contract is Core's.
class CoreWorker {
 public:
  virtual ~CoreWorker() = default;

  /// Block until there is work; nothing: shut down, and all work has been handed out and (activities) completed. At
  /// most one call of each is in progress. After an error (which is for good) they may be called on.
  virtual Result<std::optional<coresdk::workflow_activation::WorkflowActivation>> PollWorkflow() = 0;
  virtual Result<std::optional<coresdk::activity_task::ActivityTask>> PollActivity() = 0;

  /// Return at once; `done` runs on any thread when Core has let go of the completion, and never throws. From any
  /// thread.
  virtual void CompleteWorkflow(const coresdk::workflow_completion::WorkflowActivationCompletion& completion,
                                std::function<void()> done) = 0;
  virtual void CompleteActivity(const coresdk::ActivityTaskCompletion& completion, std::function<void()> done) = 0;

  /// Never blocks. From any thread.
  virtual void RecordHeartbeat(const coresdk::ActivityHeartbeat& heartbeat) = 0;

  /// From any thread, more than once.
  virtual void InitiateShutdown() = 0;
  /// The last call: both polls have returned nothing, all `done`s have run.
  virtual Result<void> FinalizeShutdown() = 0;
};

}  // namespace temporalio::internal
