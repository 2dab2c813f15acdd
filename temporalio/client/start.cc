#include "temporalio/client/start.h"

#include <google/rpc/status.pb.h>

#include <latch>
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

namespace {

void Fill(StartOptions options, StartWorkflowExecutionRequest* request) {
  request->set_request_id(internal::OrRandom(std::move(options.request_id)));
  request->set_workflow_id_conflict_policy(options.id_conflict_policy);
  if (options.start_delay.count() > 0) *request->mutable_workflow_start_delay() = ToDuration(options.start_delay);
  internal::FillStart(std::move(options), request);
}

Result<StartedRun> RunOf(const Result<StartWorkflowExecutionResponse>& response) {
  if (!response) return std::unexpected(response.error());
  return StartedRun{response->run_id(), response->started()};
}

}  // namespace

Result<StartedRun> Client::StartWorkflow(StartOptions options, CallOptions call) const {
  auto request = NewRequest<StartWorkflowExecutionRequest>();
  Fill(std::move(options), &request);
  return RunOf(Call<StartWorkflowExecutionResponse>("StartWorkflowExecution", std::move(request), std::move(call)));
}

std::vector<Result<StartedRun>> Client::StartWorkflows(std::vector<StartOptions> all, const CallOptions& call) const {
  std::vector<Result<std::string>> answers(all.size());
  std::latch under_way(static_cast<std::ptrdiff_t>(all.size()));
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto request = NewRequest<StartWorkflowExecutionRequest>();
    Fill(std::move(all[i]), &request);
    Start("StartWorkflowExecution", std::move(request), call, [&, i](Result<std::string> answer) {
      answers[i] = std::move(answer);
      under_way.count_down();
    });
  }
  under_way.wait();
  std::vector<Result<StartedRun>> runs;
  runs.reserve(answers.size());
  for (const auto& answer : answers) runs.push_back(RunOf(ReadAnswer<StartWorkflowExecutionResponse>(answer)));
  return runs;
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
