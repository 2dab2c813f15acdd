#include "temporalio/client/client.h"
#include "temporalio/client/fill.h"

namespace temporalio {

using namespace temporal::api::workflowservice::v1;

namespace {

template <class Request>
void SetWorkflow(const WorkflowRef& workflow, Request* request) {
  request->mutable_workflow_execution()->set_workflow_id(workflow.workflow_id);
  request->mutable_workflow_execution()->set_run_id(workflow.run_id);
}

template <class Response>
Result<void> Done(const Result<Response>& response) {
  if (!response) return std::unexpected(response.error());
  return {};
}

}  // namespace

Result<void> Client::SignalWorkflow(const WorkflowRef& workflow, Signal signal) const {
  auto request = NewRequest<SignalWorkflowExecutionRequest>();
  SetWorkflow(workflow, &request);
  request.set_signal_name(std::move(signal.name));
  internal::MoveInto(std::move(signal.input), request.mutable_input());
  request.set_request_id(internal::OrRandom(std::move(signal.request_id)));
  return Done(Call<SignalWorkflowExecutionResponse>("SignalWorkflowExecution", std::move(request)));
}

Result<void> Client::RequestCancel(const WorkflowRef& workflow, std::string reason) const {
  auto request = NewRequest<RequestCancelWorkflowExecutionRequest>();
  SetWorkflow(workflow, &request);
  request.set_reason(std::move(reason));
  request.set_request_id(internal::RandomRequestId());
  return Done(Call<RequestCancelWorkflowExecutionResponse>("RequestCancelWorkflowExecution", std::move(request)));
}

Result<void> Client::Terminate(const WorkflowRef& workflow, std::string reason, std::vector<Payload> details) const {
  auto request = NewRequest<TerminateWorkflowExecutionRequest>();
  SetWorkflow(workflow, &request);
  request.set_reason(std::move(reason));
  if (!details.empty()) internal::MoveInto(std::move(details), request.mutable_details());
  return Done(Call<TerminateWorkflowExecutionResponse>("TerminateWorkflowExecution", std::move(request)));
}

Result<std::string> Client::Reset(const WorkflowRef& workflow, ResetOptions options) const {
  auto request = NewRequest<ResetWorkflowExecutionRequest>();
  SetWorkflow(workflow, &request);
  request.set_reason(std::move(options.reason));
  request.set_workflow_task_finish_event_id(options.workflow_task_event_id);
  for (const auto kind : options.do_not_reapply) request.add_reset_reapply_exclude_types(kind);
  request.set_request_id(internal::OrRandom(std::move(options.request_id)));
  auto response = Call<ResetWorkflowExecutionResponse>("ResetWorkflowExecution", std::move(request));
  if (!response) return std::unexpected(response.error());
  return response->run_id();
}

}  // namespace temporalio
