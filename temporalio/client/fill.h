#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "temporalio/client/start.h"
#include "temporalio/converter/time.h"

/// Shared by the client's sources: moves options into requests.
namespace temporalio::internal {

/// 128 random bits as text, for requests that a retry must not do twice.
std::string RandomRequestId();

inline std::string OrRandom(std::string request_id) {
  return request_id.empty() ? RandomRequestId() : std::move(request_id);
}

inline void MoveInto(std::vector<Payload> from, Payloads* to) {
  for (Payload& payload : from) *to->add_payloads() = std::move(payload);
}

template <class Map>
void MoveInto(std::map<std::string, Payload> from, Map* to) {
  for (auto& [name, payload] : from) (*to)[name] = std::move(payload);
}

inline std::vector<Payload> ToVector(const Payloads& payloads) {
  return {payloads.payloads().begin(), payloads.payloads().end()};
}

/// What StartWorkflowExecutionRequest, SignalWithStartWorkflowExecutionRequest and a schedule's
/// NewWorkflowExecutionInfo have in common. Fields left at their default stay unset.
template <class Message>
void FillStart(StartOptions&& options, Message* message) {
  message->set_workflow_id(std::move(options.workflow_id));
  message->mutable_workflow_type()->set_name(std::move(options.workflow_type));
  message->mutable_task_queue()->set_name(std::move(options.task_queue));
  if (!options.input.empty()) MoveInto(std::move(options.input), message->mutable_input());
  message->set_workflow_id_reuse_policy(options.id_reuse_policy);
  if (!options.memo.empty()) MoveInto(std::move(options.memo), message->mutable_memo()->mutable_fields());
  if (!options.search_attributes.empty()) {
    MoveInto(std::move(options.search_attributes), message->mutable_search_attributes()->mutable_indexed_fields());
  }
  if (options.execution_timeout.count() > 0)
    *message->mutable_workflow_execution_timeout() = ToDuration(options.execution_timeout);
  if (options.run_timeout.count() > 0) *message->mutable_workflow_run_timeout() = ToDuration(options.run_timeout);
  if (options.task_timeout.count() > 0) *message->mutable_workflow_task_timeout() = ToDuration(options.task_timeout);
  if (!options.summary.empty())
    *message->mutable_user_metadata()->mutable_summary() = JsonPayload(JsonString(options.summary));
  if (!options.summary_details.empty())
    *message->mutable_user_metadata()->mutable_details() = JsonPayload(JsonString(options.summary_details));
}

}  // namespace temporalio::internal
