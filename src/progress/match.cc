#include "progress/match.h"

#include <iterator>
#include <vector>

#include "contract/names.h"
#include "progress/translate.h"

namespace weft::progress {
namespace {

namespace enums = temporal::api::enums::v1;
using temporal::api::history::v1::HistoryEvent;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

std::int64_t Millis(const google::protobuf::Duration& d) { return d.seconds() * 1000 + d.nanos() / 1'000'000; }

std::string Compare(std::string_view what, std::string_view recorded, std::string_view given) {
  if (recorded == given) return {};
  constexpr std::size_t kShown = 300;
  return std::string(what) + " was `" + std::string(recorded.substr(0, kShown)) + "`, now it would be `" +
         std::string(given.substr(0, kShown)) + "`";
}

std::string Compare(std::string_view what, std::int64_t recorded, std::int64_t given) {
  return Compare(what, std::to_string(recorded), std::to_string(given));
}

/// The first of several differences.
std::string First(std::initializer_list<std::string> differences) {
  for (const auto& difference : differences) {
    if (!difference.empty()) return difference;
  }
  return {};
}

std::string OfActivity(const machine::ScheduleActivity& command, const HistoryEvent& event, bool strict) {
  const auto& recorded = event.activity_task_scheduled_event_attributes();
  auto difference = First({Compare("the activity's id", recorded.activity_id(), command.id),
                           Compare("the activity's type", recorded.activity_type().name(), command.type)});
  if (!difference.empty() || !strict) return difference;
  const bool had_deadline = recorded.has_schedule_to_close_timeout() && command.schedule_to_close;
  return First({Compare("the task queue", recorded.task_queue().name(), command.queue),
                Compare("the input", JsonOf(recorded.input()), command.input),
                Compare("start_to_close", Millis(recorded.start_to_close_timeout()), command.start_to_close.count()),
                had_deadline ? Compare("schedule_to_close", Millis(recorded.schedule_to_close_timeout()),
                                       command.schedule_to_close->count())
                             : std::string()});
}

std::string OfInputs(const api::common::v1::Payloads& recorded, const std::vector<std::string>& given) {
  std::string difference = Compare("the number of inputs", recorded.payloads_size(), std::ssize(given));
  for (int i = 0; difference.empty() && i < recorded.payloads_size(); ++i) {
    difference = Compare("an input", recorded.payloads(i).data(), given[static_cast<std::size_t>(i)]);
  }
  return difference;
}

std::string OfFailure(const machine::FailRun& command, const HistoryEvent& event, bool strict) {
  const auto& failure = event.workflow_execution_failed_event_attributes().failure();
  if (!strict) return {};
  const auto& info = failure.application_failure_info();
  return First({Compare("the failure's code", info.type(), command.code),
                Compare("the failure's message", failure.message(), command.message),
                Compare("the error", JsonOf(info.details()), command.error)});
}

/// The kind of event a command leaves.
enums::EventType EventTypeOf(const machine::Command& command) {
  return std::visit(
      Overloaded{
          [](const machine::StartTimer&) { return enums::EVENT_TYPE_TIMER_STARTED; },
          [](const machine::CancelTimer&) { return enums::EVENT_TYPE_TIMER_CANCELED; },
          [](const machine::ScheduleActivity&) { return enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED; },
          [](const machine::CancelActivity&) { return enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED; },
          [](const machine::StartChild&) { return enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED; },
          [](const machine::CancelChild&) {
            return enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED;
          },
          [](const machine::UpsertMemo&) { return enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED; },
          [](const machine::CompleteRun&) { return enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED; },
          [](const machine::FailRun&) { return enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED; },
          [](const machine::CancelRun&) { return enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED; },
          [](const machine::ContinueAsNew&) { return enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW; },
      },
      command);
}

}  // namespace

bool IsCommandEvent(const HistoryEvent& event) {
  switch (event.event_type()) {
    case enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED:
    case enums::EVENT_TYPE_TIMER_STARTED:
    case enums::EVENT_TYPE_TIMER_CANCELED:
    case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED:
    case enums::EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case enums::EVENT_TYPE_REQUEST_CANCEL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
    case enums::EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
    case enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED:
    case enums::EVENT_TYPE_MARKER_RECORDED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: return true;
    default: return false;
  }
}

std::string Difference(const machine::Command& command, std::optional<std::uint32_t> number, const HistoryEvent& event,
                       bool strict) {
  if (EventTypeOf(command) != event.event_type()) {
    return "the history has " + enums::EventType_Name(event.event_type()) + ", now it would be: " + Describe(command);
  }
  const auto numbered = number ? std::to_string(*number) : std::string();
  return std::visit(
      Overloaded{
          [&](const machine::StartTimer& c) {
            const auto& recorded = event.timer_started_event_attributes();
            auto difference = Compare("the timer's number", recorded.timer_id(), numbered);
            if (!difference.empty() || !strict) return difference;
            return Compare("the timer's length", Millis(recorded.start_to_fire_timeout()), c.duration.count());
          },
          [&](const machine::CancelTimer&) {
            return Compare("the timer's number", event.timer_canceled_event_attributes().timer_id(), numbered);
          },
          [&](const machine::ScheduleActivity& c) { return OfActivity(c, event, strict); },
          [&](const machine::StartChild& c) {
            const auto& recorded = event.start_child_workflow_execution_initiated_event_attributes();
            return First({Compare("the child's id", recorded.workflow_id(), c.workflow_id),
                          Compare("the child's type", recorded.workflow_type().name(), c.type),
                          strict ? OfInputs(recorded.input(), c.inputs) : std::string()});
          },
          [&](const machine::UpsertMemo& c) {
            if (!strict) return std::string();
            const auto& fields = event.workflow_properties_modified_event_attributes().upserted_memo().fields();
            const auto memo = fields.find(std::string(contract::kMemoField));
            return Compare("the memo", memo == fields.end() ? std::string() : memo->second.data(), c.json);
          },
          [&](const machine::CompleteRun& c) {
            if (!strict) return std::string();
            return Compare("the output", JsonOf(event.workflow_execution_completed_event_attributes().result()),
                           c.output);
          },
          [&](const machine::FailRun& c) { return OfFailure(c, event, strict); },
          [&](const machine::ContinueAsNew& c) {
            if (!strict) return std::string();
            return OfInputs(event.workflow_execution_continued_as_new_event_attributes().input(), c.inputs);
          },
          [](const auto&) { return std::string(); },
      },
      command);
}

std::string Describe(const machine::Command& command) {
  return std::visit(Overloaded{
                        [](const machine::StartTimer& c) { return "start a timer (" + c.summary + ")"; },
                        [](const machine::CancelTimer&) { return std::string("cancel a timer"); },
                        [](const machine::ScheduleActivity& c) { return "schedule activity " + c.id; },
                        [](const machine::CancelActivity&) { return std::string("cancel an activity"); },
                        [](const machine::StartChild& c) { return "start child " + c.workflow_id; },
                        [](const machine::CancelChild&) { return std::string("cancel a child"); },
                        [](const machine::UpsertMemo&) { return std::string("write the memo"); },
                        [](const machine::CompleteRun&) { return std::string("complete the run"); },
                        [](const machine::FailRun& c) { return "fail the run with " + c.code; },
                        [](const machine::CancelRun&) { return std::string("close the run as cancelled"); },
                        [](const machine::ContinueAsNew&) { return std::string("continue as new"); },
                    },
                    command);
}

}  // namespace weft::progress
