#include "temporalio/client/client.h"

namespace temporalio {

using namespace temporal::api::workflowservice::v1;

Result<RunDescription> Client::Describe(const WorkflowRef& workflow) const {
  auto request = NewRequest<DescribeWorkflowExecutionRequest>();
  request.mutable_execution()->set_workflow_id(workflow.workflow_id);
  request.mutable_execution()->set_run_id(workflow.run_id);
  auto response = Call<DescribeWorkflowExecutionResponse>("DescribeWorkflowExecution", std::move(request));
  if (!response) return std::unexpected(response.error());
  RunInfo info = ToRunInfo(response->workflow_execution_info());
  return RunDescription{std::move(info), *std::move(response)};
}

Result<RunPage> Client::ListRuns(std::string query, int page_size, std::string page_token) const {
  auto request = NewRequest<ListWorkflowExecutionsRequest>();
  request.set_query(std::move(query));
  request.set_page_size(page_size);
  request.set_next_page_token(std::move(page_token));
  auto response =
      Call<ListWorkflowExecutionsResponse>("ListWorkflowExecutions", std::move(request), {}, Undecodable::kKeep);
  if (!response) return std::unexpected(response.error());
  RunPage page{{}, response->next_page_token()};
  for (const auto& info : response->executions()) page.runs.push_back(ToRunInfo(info));
  return page;
}

Result<RunCount> Client::CountRuns(std::string query) const {
  auto request = NewRequest<CountWorkflowExecutionsRequest>();
  request.set_query(std::move(query));
  auto response = Call<CountWorkflowExecutionsResponse>("CountWorkflowExecutions", std::move(request));
  if (!response) return std::unexpected(response.error());
  RunCount count{response->count(), {}};
  for (const auto& group : response->groups()) {
    count.groups.push_back({{group.group_values().begin(), group.group_values().end()}, group.count()});
  }
  return count;
}

Result<ServerInfo> Client::GetSystemInfo() const {
  auto response = Call<GetSystemInfoResponse>("GetSystemInfo", GetSystemInfoRequest());
  if (!response) return std::unexpected(response.error());
  return ServerInfo{response->server_version(), response->capabilities()};
}

Result<DescribeNamespaceResponse> Client::DescribeNamespace() const {
  return Call<DescribeNamespaceResponse>("DescribeNamespace", NewRequest<DescribeNamespaceRequest>());
}

}  // namespace temporalio
