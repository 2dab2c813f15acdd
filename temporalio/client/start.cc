#include "temporalio/client/start.h"

#include <google/rpc/status.pb.h>

#include <random>

#include "temporal/api/errordetails/v1/message.pb.h"
#include "temporalio/client/client.h"
#include "temporalio/client/fill.h"

namespace temporalio {

using namespace temporal::api::workflowservice::v1;

namespace internal {

std::string RandomRequestId() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device device;
  std::string id;
  for (int word = 0; word < 4; ++word) {
    const unsigned bits = device();
    for (int shift = 0; shift < 32; shift += 4) id += kDigits[(bits >> shift) & 15];
  }
  return id;
}

}  // namespace internal

Result<StartedRun> Client::StartWorkflow(StartOptions options, CallOptions call) const {
  auto request = NewRequest<StartWorkflowExecutionRequest>();
  request.set_request_id(internal::OrRandom(std::move(options.request_id)));
  request.set_workflow_id_conflict_policy(options.id_conflict_policy);
  if (options.start_delay.count() > 0) *request.mutable_workflow_start_delay() = ToDuration(options.start_delay);
  internal::FillStart(std::move(options), &request);
  auto response = Call<StartWorkflowExecutionResponse>("StartWorkflowExecution", std::move(request), std::move(call));
  if (!response) return std::unexpected(response.error());
  return StartedRun{response->run_id(), response->started()};
}

Result<StartedRun> Client::SignalWithStart(StartOptions options, Signal signal) const {
  auto request = NewRequest<SignalWithStartWorkflowExecutionRequest>();
  // One id for both halves: the server remembers it for the start and for the signal apart.
  std::string& given = signal.request_id.empty() ? options.request_id : signal.request_id;
  request.set_request_id(internal::OrRandom(std::move(given)));
  request.set_workflow_id_conflict_policy(options.id_conflict_policy);
  if (options.start_delay.count() > 0) *request.mutable_workflow_start_delay() = ToDuration(options.start_delay);
  request.set_signal_name(std::move(signal.name));
  internal::MoveInto(std::move(signal.input), request.mutable_signal_input());
  internal::FillStart(std::move(options), &request);
  auto response =
      Call<SignalWithStartWorkflowExecutionResponse>("SignalWithStartWorkflowExecution", std::move(request));
  if (!response) return std::unexpected(response.error());
  return StartedRun{response->run_id(), response->started()};
}

std::optional<std::string> ExistingRunId(const Error& error) {
  google::rpc::Status status;
  if (error.code != Error::Code::kAlreadyExists || !status.ParseFromString(error.details)) return std::nullopt;
  for (const auto& detail : status.details()) {
    temporal::api::errordetails::v1::WorkflowExecutionAlreadyStartedFailure failure;
    if (detail.UnpackTo(&failure)) return failure.run_id();
  }
  return std::nullopt;
}

}  // namespace temporalio
