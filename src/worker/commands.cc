#include "worker/commands.h"

#include "contract/names.h"
#include "contract/start.h"
#include "temporalio/converter/failure.h"
#include "temporalio/converter/payload.h"
#include "temporalio/converter/time.h"

namespace weft::worker {
namespace {

using coresdk::workflow_commands::WorkflowCommand;
using temporalio::JsonPayload;
using temporalio::ToDuration;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

std::string Quoted(std::string_view text) { return expr::Value(text).Dump(); }

void SetSummary(const std::string& summary, WorkflowCommand& out) {
  if (!summary.empty()) *out.mutable_user_metadata()->mutable_summary() = JsonPayload(Quoted(summary));
}

constexpr std::chrono::seconds kLongestSystemPause{30};

void OfActivity(const machine::ScheduleActivity& command, std::uint32_t number, WorkflowCommand& out) {
  auto& activity = *out.mutable_schedule_activity();
  activity.set_seq(number);
  activity.set_activity_id(command.id);
  activity.set_activity_type(command.type);
  activity.set_task_queue(command.queue);
  *activity.add_arguments() = JsonPayload(command.input);
  *activity.mutable_start_to_close_timeout() = ToDuration(command.start_to_close);
  if (command.schedule_to_close) *activity.mutable_schedule_to_close_timeout() = ToDuration(*command.schedule_to_close);
  if (command.heartbeat) *activity.mutable_heartbeat_timeout() = ToDuration(*command.heartbeat);
  // Retries of nodes are the machine's; what servers do is repeated by Temporal until one has done it.
  auto& retry = *activity.mutable_retry_policy();
  retry.set_maximum_attempts(command.durable ? 0 : 1);
  if (command.durable) *retry.mutable_maximum_interval() = ToDuration(kLongestSystemPause);
  activity.set_cancellation_type(coresdk::workflow_commands::WAIT_CANCELLATION_COMPLETED);
}

void OfChild(const machine::StartChild& command, std::uint32_t number, WorkflowCommand& out) {
  namespace enums = temporal::api::enums::v1;
  auto& child = *out.mutable_start_child_workflow_execution();
  child.set_seq(number);
  child.set_workflow_id(command.workflow_id);
  child.set_workflow_type(command.type);
  child.set_task_queue(command.queue);
  for (const auto& input : command.inputs) *child.add_input() = JsonPayload(input);
  // No part of the machine's command: what it is made of is there, and replays do not compare it.
  if (const auto start = contract::StartInput::FromJson(command.inputs.front())) {
    (*child.mutable_memo())[std::string(contract::kStartMemoField)] = JsonPayload(start->ToMemo().Dump());
  }
  child.set_parent_close_policy(command.abandon ? coresdk::child_workflow::PARENT_CLOSE_POLICY_ABANDON
                                                : coresdk::child_workflow::PARENT_CLOSE_POLICY_REQUEST_CANCEL);
  child.set_workflow_id_reuse_policy(command.reject_duplicate ? enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
                                                              : enums::WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE);
  child.set_cancellation_type(coresdk::child_workflow::WAIT_CANCELLATION_COMPLETED);
  SetSummary(command.summary, out);
}

void OfContinuation(const machine::ContinueAsNew& command, const std::string& workflow_type, WorkflowCommand& out) {
  auto& next = *out.mutable_continue_as_new_workflow_execution();
  next.set_workflow_type(workflow_type);
  for (const auto& input : command.inputs) *next.add_arguments() = JsonPayload(input);
}

}  // namespace

void ToCore(const machine::Command& command, std::optional<std::uint32_t> number, const std::string& workflow_type,
            WorkflowCommand& out) {
  const auto seq = number.value_or(0);
  std::visit(Overloaded{
                 [&](const machine::StartTimer& c) {
                   out.mutable_start_timer()->set_seq(seq);
                   *out.mutable_start_timer()->mutable_start_to_fire_timeout() = ToDuration(c.duration);
                   SetSummary(c.summary, out);
                 },
                 [&](const machine::CancelTimer&) { out.mutable_cancel_timer()->set_seq(seq); },
                 [&](const machine::ScheduleActivity& c) { OfActivity(c, seq, out); },
                 [&](const machine::CancelActivity&) { out.mutable_request_cancel_activity()->set_seq(seq); },
                 [&](const machine::StartChild& c) { OfChild(c, seq, out); },
                 [&](const machine::CancelChild&) {
                   out.mutable_cancel_child_workflow_execution()->set_child_workflow_seq(seq);
                 },
                 [&](const machine::UpsertMemo& c) {
                   auto& memo = *out.mutable_modify_workflow_properties()->mutable_upserted_memo();
                   (*memo.mutable_fields())[std::string(contract::kMemoField)] = JsonPayload(c.json);
                 },
                 [&](const machine::CompleteRun& c) {
                   *out.mutable_complete_workflow_execution()->mutable_result() = JsonPayload(c.output);
                 },
                 [&](const machine::FailRun& c) {
                   temporalio::ApplicationFailure failure{.type = c.code,
                                                          .message = c.message,
                                                          .details = {},
                                                          .non_retryable = true,
                                                          .next_retry_delay = {},
                                                          .cause = {}};
                   failure.details.push_back(JsonPayload(c.error));
                   *out.mutable_fail_workflow_execution()->mutable_failure() = ToFailure(std::move(failure));
                 },
                 [&](const machine::CancelRun&) { out.mutable_cancel_workflow_execution(); },
                 [&](const machine::ContinueAsNew& c) { OfContinuation(c, workflow_type, out); },
             },
             command);
}

}  // namespace weft::worker
