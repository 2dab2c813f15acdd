#include <algorithm>
#include <utility>

#include "contract/ids.h"
#include "contract/names.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Value;

constexpr std::string_view kReporter = "weft-notify";

/// The workflow that reports a run's end: a notification for each rule, and the error workflow. Its input is the
/// report.
Value ReporterOf(const dsl::Workflow& workflow, std::string_view event, bool failed) {
  auto nodes = Value::EmptyObject();
  for (const auto& rule : workflow.notify) {
    if (std::ranges::find(rule.on, event) == rule.on.end()) continue;
    auto to = Value::EmptyArray();
    for (const auto& channel : rule.to) to.Append(Value(channel));
    auto body = Value::Object({{"to", std::move(to)},
                               {"title", Value("${ .workflow + \" \" + .event }")},
                               {"text", Value("${ .error.message // \"\" }")}});
    nodes.Set("notify_" + std::to_string(nodes.size()), Value::Object({{"notify", std::move(body)}}));
  }
  if (failed && !workflow.error_workflow.empty()) {
    nodes.Set("error_workflow", Value::Object({{"workflow", Value(workflow.error_workflow)}, {"detach", Value(true)}}));
  }
  if (nodes.size() == 0) return {};
  // One that cannot be told is no reason not to tell the others.
  return Value::Object({{"weft", Value(1)},
                        {"name", Value(kReporter)},
                        {"namespace", Value(workflow.ns)},
                        {"on_failure", Value("finish")},
                        {"nodes", std::move(nodes)}});
}

}  // namespace

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
  const auto event = StatusName(*state_.ending);
  const bool failed = state_.ending == RunStatus::kFailed || state_.ending == RunStatus::kTimedOut;
  const auto reporter = ReporterOf(*state_.workflow, event, failed);
  if (reporter.IsNull()) return false;
  const auto& trigger = state_.start.trigger;
  const auto report =
      Value::Object({{"event", Value(event)},
                     {"workflow", Value(state_.workflow->name)},
                     {"namespace", Value(state_.workflow->ns)},
                     {"instance", Value(state_.instance_id)},
                     {"revision", Value(state_.start.revision)},
                     {"status", Value(event)},
                     {"trigger", Value::Object({{"kind", Value(trigger.kind)}, {"id", Value(trigger.id)}})},
                     {"node", state_.error && !state_.error->node.empty() ? Value(state_.error->node) : Value()},
                     {"error", state_.error ? state_.error->ToValue() : Value()},
                     {"attempts", Value(state_.error ? state_.error->attempt : 0)},
                     {"startedAt", Value(FormatTimestamp(state_.started_at))},
                     {"endedAt", Value(FormatTimestamp(state_.now))}});
  contract::StartInput start;
  start.trigger = {.kind = std::string(contract::kNotificationTrigger), .id = {}, .payload = {}};
  const auto id = std::string(kReporter) + "." + (state_.run_id.empty() ? state_.instance_id : state_.run_id) + '.' +
                  std::string(event);
  const auto operation = ++state_.last_operation;
  state_.operations.emplace(operation, Target{.purpose = Target::Purpose::kNotification});
  state_.held.emplace_back(machine::StartChild{.operation = operation,
                                               .workflow_id = id,
                                               .type = contract::WorkflowType(state_.workflow->ns, kReporter),
                                               .queue = std::string(contract::kWorkerQueue),
                                               .inputs = {start.ToJson(), reporter.Dump(), report.Dump()},
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
