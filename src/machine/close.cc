#include <utility>

#include "contract/names.h"
#include "machine/reporter.h"
#include "machine/run.h"

namespace weft::machine {

NodeError Run::ErrorOf(const Error& error) {
  return NodeError{.code = error.code,
                   .message = error.message,
                   .node = {},
                   .attempt = 0,
                   .retryable = false,
                   .cause = {},
                   .data = {}};
}

void Run::FinishRun() {
  const auto& failure = state_.root.failure;
  if (state_.cancelled) return EndAs(RunStatus::kCancelled);
  if (state_.timed_out) {
    return CloseFailed(RunStatus::kTimedOut, ErrorOf({"timeout", "the run did not end within its `timeout`"}));
  }
  if (failure) return CloseFailed(RunStatus::kFailed, *failure);
  EndAs(RunStatus::kCompleted);
}

void Run::CloseFailed(RunStatus status, NodeError error) {
  state_.error = std::move(error);
  EndAs(status);
}

void Run::EndAs(RunStatus status) {
  state_.root.phase = RegionState::Phase::kSettled;
  state_.ending = status;
  GoOnClosing();
}

void Run::GoOnClosing() {
  if (!std::exchange(state_.reported, true) && Report()) return;
  if (std::exchange(state_.granted, false)) {
    return ScheduleSystem({.purpose = Target::Purpose::kRelease}, contract::kReleaseActivity, "release", state_.slot);
  }
  Close();
}

// Temporal drops a child whose parent closes before it has started, so the run waits for that, not for its end. Whoever
// looks after runs that were terminated starts the same id: each end is reported once.
bool Run::Report() {
  const auto reporter = ReporterOf(*state_.workflow, {.event = std::string(StatusName(*state_.ending)),
                                                      .instance_id = state_.instance_id,
                                                      .run_id = state_.run_id,
                                                      .revision = state_.start.revision,
                                                      .trigger = state_.start.trigger,
                                                      .node = state_.error ? state_.error->node : std::string(),
                                                      .error = state_.error ? state_.error->ToValue() : expr::Value(),
                                                      .attempts = state_.error ? state_.error->attempt : 0,
                                                      .started_at = state_.started_at,
                                                      .ended_at = state_.now});
  if (!reporter) return false;
  const auto operation = ++state_.last_operation;
  state_.operations.emplace(operation, Target{.purpose = Target::Purpose::kNotification});
  state_.held.emplace_back(machine::StartChild{.operation = operation,
                                               .workflow_id = reporter->workflow_id,
                                               .type = reporter->type,
                                               .queue = std::string(contract::kWorkerQueue),
                                               .inputs = reporter->inputs,
                                               .abandon = true,
                                               .reject_duplicate = true,
                                               .summary = "notification"});
  return true;
}

void Run::Reported(Operation operation) {
  TakeTarget(operation, "start of a child");
  --state_.in_flight;
  GoOnClosing();
}

void Run::Close() {
  state_.status = *state_.ending;
  state_.ended_at = state_.now;
  if (state_.status == RunStatus::kCompleted) {
    commands_.emplace_back(CompleteRun{state_.output.Dump()});
  } else if (state_.status == RunStatus::kNotTriggered) {
    commands_.emplace_back(UpsertMemo{R"({"status":"not_triggered"})"});
    commands_.emplace_back(CompleteRun{"null"});
  } else if (state_.status == RunStatus::kCancelled) {
    commands_.emplace_back(CancelRun{});
  } else {
    commands_.emplace_back(FailRun{state_.error->code, state_.error->message, state_.error->ToValue().Dump()});
  }
}

}  // namespace weft::machine
