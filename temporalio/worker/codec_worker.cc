#include "temporalio/worker/codec_worker.h"

#include <string>
#include <utility>

#include "temporalio/converter/failure.h"

namespace temporalio::internal {
namespace {

using coresdk::ActivityHeartbeat;
using coresdk::ActivityTaskCompletion;
using coresdk::activity_task::ActivityTask;
using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;

// In the clear: the codec's messages hold nothing of a payload, and whoever reads them may lack the key.
Failure ToFailure(const Error& error) {
  ApplicationFailure failure;
  failure.type = CodeName(error.code);
  failure.message = error.message;
  return temporalio::ToFailure(std::move(failure));
}

WorkflowActivationCompletion FailedTask(const std::string& run_id, const Error& error) {
  WorkflowActivationCompletion completion;
  completion.set_run_id(run_id);
  *completion.mutable_failed()->mutable_failure() = ToFailure(error);
  return completion;
}

ActivityTaskCompletion FailedAttempt(const std::string& token, const Error& error) {
  ActivityTaskCompletion completion;
  completion.set_task_token(token);
  *completion.mutable_result()->mutable_failed()->mutable_failure() = ToFailure(error);
  return completion;
}

}  // namespace

Result<std::optional<WorkflowActivation>> CodecWorker::PollWorkflow() {
  while (true) {
    Result<std::optional<WorkflowActivation>> polled = core_->PollWorkflow();
    if (!polled || !*polled) return polled;
    const Result<void> decoded = DecodePayloads(*codec_, &**polled);
    if (decoded) return polled;
    core_->CompleteWorkflow(FailedTask((*polled)->run_id(), decoded.error()), answered_.Begin());
  }
}

Result<std::optional<ActivityTask>> CodecWorker::PollActivity() {
  while (true) {
    Result<std::optional<ActivityTask>> polled = core_->PollActivity();
    if (!polled || !*polled) return polled;
    const Result<void> decoded = DecodePayloads(*codec_, &**polled);
    if (decoded) return polled;
    core_->CompleteActivity(FailedAttempt((*polled)->task_token(), decoded.error()), answered_.Begin());
  }
}

void CodecWorker::CompleteWorkflow(const WorkflowActivationCompletion& completion, std::function<void()> done) {
  WorkflowActivationCompletion coded = completion;
  if (const Result<void> encoded = EncodePayloads(*codec_, &coded); !encoded)
    coded = FailedTask(completion.run_id(), encoded.error());
  core_->CompleteWorkflow(coded, std::move(done));
}

void CodecWorker::CompleteActivity(const ActivityTaskCompletion& completion, std::function<void()> done) {
  ActivityTaskCompletion coded = completion;
  if (const Result<void> encoded = EncodePayloads(*codec_, &coded); !encoded)
    coded = FailedAttempt(completion.task_token(), encoded.error());
  core_->CompleteActivity(coded, std::move(done));
}

void CodecWorker::RecordHeartbeat(const ActivityHeartbeat& heartbeat) {
  ActivityHeartbeat coded = heartbeat;
  if (!EncodePayloads(*codec_, &coded)) coded.clear_details();
  core_->RecordHeartbeat(coded);
}

Result<void> CodecWorker::FinalizeShutdown() {
  answered_.Wait();
  return core_->FinalizeShutdown();
}

}  // namespace temporalio::internal
