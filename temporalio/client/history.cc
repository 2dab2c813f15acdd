#include "temporalio/client/history.h"

#include <utility>

namespace temporalio {

using temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryRequest;
using temporal::api::workflowservice::v1::GetWorkflowExecutionHistoryResponse;

HistoryReader::HistoryReader(Client client, WorkflowRef workflow, HistoryOptions options)
    : client_(std::move(client)), workflow_(std::move(workflow)), options_(std::move(options)) {}

Result<std::optional<History>> HistoryReader::Next(std::stop_token stop) {
  while (!done_) {
    auto request = client_.NewRequest<GetWorkflowExecutionHistoryRequest>();
    request.mutable_execution()->set_workflow_id(workflow_.workflow_id);
    request.mutable_execution()->set_run_id(workflow_.run_id);
    request.set_wait_new_event(options_.follow);
    request.set_history_event_filter_type(options_.close_event_only
                                              ? temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT
                                              : temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_ALL_EVENT);
    request.set_maximum_page_size(options_.page_size);
    request.set_next_page_token(options_.token);
    CallOptions call;
    call.stop = stop;
    // The server answers a long poll after twenty seconds at the latest, with nothing if nothing happened.
    if (options_.follow) call.timeout = std::chrono::seconds(70);
    auto response = client_.Call<GetWorkflowExecutionHistoryResponse>("GetWorkflowExecutionHistory", std::move(request),
                                                                      std::move(call));
    if (!response) return std::unexpected(response.error());
    options_.token = response->next_page_token();
    done_ = options_.token.empty();
    if (response->history().events_size() > 0) return std::move(*response->mutable_history());
  }
  return std::nullopt;
}

Result<History> FetchHistory(const Client& client, const WorkflowRef& workflow, std::stop_token stop) {
  HistoryReader reader(client, workflow);
  History all;
  while (true) {
    Result<std::optional<History>> page = reader.Next(stop);
    if (!page) return std::unexpected(page.error());
    if (!*page) return all;
    for (auto& event : *(*page)->mutable_events()) *all.add_events() = std::move(event);
  }
}

}  // namespace temporalio
