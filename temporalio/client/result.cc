#include "temporalio/client/result.h"

#include <utility>

#include "temporalio/client/fill.h"
#include "temporalio/client/history.h"

namespace temporalio {
namespace {

using temporal::api::history::v1::HistoryEvent;

struct Closed {
  decltype(RunOutcome::how) how;
  /// The run that follows this one, or empty.
  std::string next_run_id;
};

Result<Closed> ToClosed(HistoryEvent event) {
  switch (event.attributes_case()) {
    case HistoryEvent::kWorkflowExecutionCompletedEventAttributes: {
      const auto& closed = event.workflow_execution_completed_event_attributes();
      return Closed{Completed{internal::ToVector(closed.result())}, closed.new_execution_run_id()};
    }
    case HistoryEvent::kWorkflowExecutionFailedEventAttributes: {
      const auto& closed = event.workflow_execution_failed_event_attributes();
      return Closed{Failed{closed.failure()}, closed.new_execution_run_id()};
    }
    case HistoryEvent::kWorkflowExecutionTimedOutEventAttributes:
      return Closed{TimedOut{}, event.workflow_execution_timed_out_event_attributes().new_execution_run_id()};
    case HistoryEvent::kWorkflowExecutionCanceledEventAttributes:
      return Closed{Cancelled{internal::ToVector(event.workflow_execution_canceled_event_attributes().details())}, ""};
    case HistoryEvent::kWorkflowExecutionTerminatedEventAttributes: {
      const auto& closed = event.workflow_execution_terminated_event_attributes();
      return Closed{Terminated{closed.reason(), internal::ToVector(closed.details())}, ""};
    }
    case HistoryEvent::kWorkflowExecutionContinuedAsNewEventAttributes: {
      const auto& closed = event.workflow_execution_continued_as_new_event_attributes();
      return Closed{ContinuedAsNew{closed.new_execution_run_id()}, closed.new_execution_run_id()};
    }
    default:
      return Fail(Error::Code::kUnimplemented, "The run was closed by an event that this client does not know: " +
                                                   HistoryEvent::descriptor()->full_name() + " type " +
                                                   std::to_string(event.event_type()) + ".");
  }
}

}  // namespace

Result<RunOutcome> GetResult(const Client& client, const WorkflowRef& workflow, bool follow_runs,
                             std::stop_token stop) {
  WorkflowRef run = workflow;
  // Pinned, so that the outcome names its run and a later run of the same id is not mixed up with this one.
  if (run.run_id.empty()) {
    Result<RunDescription> description = client.Describe(run);
    if (!description) return std::unexpected(description.error());
    run.run_id = description->info.run_id;
  }
  while (true) {
    HistoryReader reader(client, run, {.follow = true, .close_event_only = true});
    Result<std::optional<History>> page = reader.Next(stop);
    if (!page) return std::unexpected(page.error());
    if (!*page)
      return Fail(Error::Code::kDataLoss,
                  "The run " + run.run_id + " is closed, but its history has no closing event.");
    Result<Closed> closed = ToClosed((*page)->events((*page)->events_size() - 1));
    if (!closed) return std::unexpected(closed.error());
    if (!follow_runs || closed->next_run_id.empty()) return RunOutcome{run.run_id, std::move(closed->how)};
    run.run_id = closed->next_run_id;
  }
}

}  // namespace temporalio
