#pragma once

#include <memory>

#include "temporalio/converter/codec.h"
#include "temporalio/worker/core_worker.h"
#include "temporalio/worker/in_flight.h"

namespace temporalio::internal {

/// A Core whose tasks are decoded before anyone sees them, and whose completions are encoded. A task that cannot be
/// decoded is answered here, with the codec's message, and fails; so does one whose result cannot be encoded.
class CodecWorker final : public CoreWorker {
 public:
  CodecWorker(std::unique_ptr<CoreWorker> core, std::shared_ptr<const PayloadCodec> codec)
      : core_(std::move(core)), codec_(std::move(codec)) {}

  Result<std::optional<coresdk::workflow_activation::WorkflowActivation>> PollWorkflow() override;
  Result<std::optional<coresdk::activity_task::ActivityTask>> PollActivity() override;
  void CompleteWorkflow(const coresdk::workflow_completion::WorkflowActivationCompletion& completion,
                        std::function<void()> done) override;
  void CompleteActivity(const coresdk::ActivityTaskCompletion& completion, std::function<void()> done) override;
  /// Details that cannot be encoded are left out: the sign of life counts.
  void RecordHeartbeat(const coresdk::ActivityHeartbeat& heartbeat) override;
  void InitiateShutdown() override { core_->InitiateShutdown(); }
  Result<void> FinalizeShutdown() override;

 private:
  const std::unique_ptr<CoreWorker> core_;
  const std::shared_ptr<const PayloadCodec> codec_;
  InFlight answered_;  // the tasks that no one above has seen
};

}  // namespace temporalio::internal
