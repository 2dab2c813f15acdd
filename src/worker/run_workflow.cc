#include "worker/run_workflow.h"

#include <spdlog/spdlog.h>

#include "contract/names.h"
#include "temporalio/converter/failure.h"
#include "worker/commands.h"

namespace weft::worker {
namespace {

using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_activation::WorkflowActivationJob;
using coresdk::workflow_completion::WorkflowActivationCompletion;
using machine::Numbering;
using progress::NormalFailure;
using progress::Origin;

template <class Payloads>
std::string FirstJson(const Payloads& payloads) {
  return payloads.empty() ? std::string() : payloads[0].data();
}

temporalio::Failure FailureOf(std::string type, std::string message) {
  return temporalio::ToFailure({.type = std::move(type),
                                .message = std::move(message),
                                .details = {},
                                .non_retryable = false,
                                .next_retry_delay = {},
                                .cause = {}});
}

/// A query has an activation of its own and an update may share one with other jobs; neither reaches the machine, whose
/// state anyone can fold from the history. An update is accepted, then failed: refusing it would leave no trace.
bool Answer(const WorkflowActivationJob& job, WorkflowActivationCompletion& completion) {
  auto& commands = *completion.mutable_successful()->mutable_commands();
  if (job.has_query_workflow()) {
    auto& answer = *commands.Add()->mutable_respond_to_query();
    answer.set_query_id(job.query_workflow().query_id());
    *answer.mutable_failed() = FailureOf("unsupported", "runs answer no queries; their state is in their history");
    return true;
  }
  if (job.has_do_update()) {
    const auto& id = job.do_update().protocol_instance_id();
    auto& accepted = *commands.Add()->mutable_update_response();
    accepted.set_protocol_instance_id(id);
    accepted.mutable_accepted();
    auto& failed = *commands.Add()->mutable_update_response();
    failed.set_protocol_instance_id(id);
    *failed.mutable_rejected() = FailureOf("unsupported", "runs take no updates; send a signal or an event");
    return true;
  }
  return false;
}

}  // namespace

void RunWorkflow::Activate(const WorkflowActivation& activation, WorkflowActivationCompletion& completion) {
  completion.mutable_successful();
  machine::Batch batch{.now = progress::FromProto(activation.timestamp()),
                       .history_length = activation.history_length(),
                       .history_size = static_cast<std::int64_t>(activation.history_size_bytes()),
                       .continue_suggested = activation.continue_as_new_suggested(),
                       .events = {}};
  for (const auto& job : activation.jobs()) {
    if (Answer(job, completion)) continue;
    if (const auto added = AddJob(job, batch); !added) {
      *completion.mutable_failed()->mutable_failure() = FailureOf(added.error().code, added.error().message);
      return;
    }
  }
  if (batch.events.empty()) return;
  const auto commands = machine_.Apply(batch);
  for (const auto& event : batch.events) numbering_.Forget(event);
  if (observer_) observer_(batch, commands);
  LogNotices(activation.is_replaying());
  for (const auto& command : commands) {
    ToCore(command, numbering_.Number(command), workflow_type_, *completion.mutable_successful()->add_commands());
  }
}

Result<void> RunWorkflow::AddJob(const WorkflowActivationJob& job, machine::Batch& batch) {
  switch (job.variant_case()) {
    case WorkflowActivationJob::kInitializeWorkflow: {
      const auto& start = job.initialize_workflow();
      workflow_type_ = start.workflow_type();
      WEFT_TRY(auto started, progress::MakeStarted(
                                 start.arguments(), start.workflow_id(), start.first_execution_run_id(),
                                 progress::FromProto(start.start_time()), start.search_attributes(), *definitions_));
      batch.events.emplace_back(std::move(started));
      return {};
    }
    case WorkflowActivationJob::kFireTimer:
      if (const auto operation = numbering_.Find(Numbering::Sequence::kTimer, job.fire_timer().seq())) {
        batch.events.emplace_back(machine::TimerFired{*operation});
      }
      return {};
    case WorkflowActivationJob::kUpdateRandomSeed: batch.events.emplace_back(machine::Ignored{}); return {};
    case WorkflowActivationJob::kCancelWorkflow:
      batch.events.emplace_back(machine::CancelRequested{job.cancel_workflow().reason()});
      return {};
    case WorkflowActivationJob::kSignalWorkflow:
      batch.events.emplace_back(
          progress::MakeSignal(job.signal_workflow().signal_name(), FirstJson(job.signal_workflow().input())));
      return {};
    case WorkflowActivationJob::kResolveActivity: AddResolved(job.resolve_activity(), batch); return {};
    case WorkflowActivationJob::kResolveChildWorkflowExecutionStart:
      AddChildStart(job.resolve_child_workflow_execution_start(), batch);
      return {};
    case WorkflowActivationJob::kResolveChildWorkflowExecution:
      AddChildEnd(job.resolve_child_workflow_execution(), batch);
      return {};
    default: return {};
  }
}

void RunWorkflow::AddResolved(const coresdk::workflow_activation::ResolveActivity& job, machine::Batch& batch) {
  const auto operation = numbering_.Find(Numbering::Sequence::kActivity, job.seq());
  if (!operation) return;
  const auto& result = job.result();
  if (result.has_completed()) {
    batch.events.emplace_back(machine::ActivityCompleted{*operation, result.completed().result().data()});
  } else if (result.has_failed()) {
    batch.events.emplace_back(
        machine::ActivityFailed{*operation, NormalFailure(result.failed().failure(), Origin::kActivity)});
  } else {
    batch.events.emplace_back(machine::ActivityFailed{*operation, progress::Cancelled()});
  }
}

void RunWorkflow::AddChildStart(const coresdk::workflow_activation::ResolveChildWorkflowExecutionStart& job,
                                machine::Batch& batch) {
  const auto operation = numbering_.Find(Numbering::Sequence::kChild, job.seq());
  if (!operation) return;
  if (job.has_succeeded()) {
    batch.events.emplace_back(machine::ChildStarted{*operation, job.succeeded().run_id()});
  } else if (job.has_failed()) {
    const bool exists = job.failed().cause() ==
                        coresdk::child_workflow::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS;
    batch.events.emplace_back(machine::ChildFailed{*operation, progress::NotStarted(exists)});
  } else {
    batch.events.emplace_back(machine::ChildFailed{*operation, progress::Cancelled()});
  }
}

void RunWorkflow::AddChildEnd(const coresdk::workflow_activation::ResolveChildWorkflowExecution& job,
                              machine::Batch& batch) {
  const auto operation = numbering_.Find(Numbering::Sequence::kChild, job.seq());
  if (!operation) return;
  const auto& result = job.result();
  if (result.has_completed()) {
    batch.events.emplace_back(machine::ChildCompleted{*operation, result.completed().result().data()});
  } else if (result.has_failed()) {
    batch.events.emplace_back(
        machine::ChildFailed{*operation, NormalFailure(result.failed().failure(), Origin::kChild)});
  } else {
    batch.events.emplace_back(machine::ChildFailed{*operation, progress::Cancelled()});
  }
}

void RunWorkflow::LogNotices(bool replaying) const {
  if (replaying) return;
  for (const auto& notice : machine_.notices()) spdlog::warn("{}: {}", machine_.state().instance_id, notice);
}

temporalio::WorkflowFactory MakeWorkflowFactory(BatchObserver observer) {
  auto definitions = std::make_shared<progress::Definitions>();
  return [definitions, observer = std::move(observer)](const std::string&,
                                                       const coresdk::workflow_activation::InitializeWorkflow&)
             -> temporalio::Result<std::unique_ptr<temporalio::Workflow>> {
    return std::make_unique<RunWorkflow>(definitions, observer);
  };
}

}  // namespace weft::worker
