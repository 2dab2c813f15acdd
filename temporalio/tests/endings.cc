#include "temporalio/tests/endings.h"

#include <utility>

#include "temporalio/converter/failure.h"

namespace temporalio::test {
namespace {

using Commands = std::vector<WorkflowCommand>;

Commands CompleteWith(const Payload& result) {
  WorkflowCommand command;
  *command.mutable_complete_workflow_execution()->mutable_result() = result;
  return {command};
}

Commands FailWith(Failure failure) {
  WorkflowCommand command;
  *command.mutable_fail_workflow_execution()->mutable_failure() = std::move(failure);
  return {command};
}

Commands Echo(const WorkflowActivationJob& job) {
  return job.has_initialize_workflow() ? CompleteWith(job.initialize_workflow().arguments(0)) : Commands();
}

Commands Fail(const WorkflowActivationJob& job) {
  if (!job.has_initialize_workflow()) return {};
  return FailWith(
      ToFailure({.type = "broken", .message = "It broke.", .details = {job.initialize_workflow().arguments(0)}}));
}

Commands Continue(const WorkflowActivationJob& job) {
  if (!job.has_initialize_workflow()) return {};
  WorkflowCommand command;
  auto* continued = command.mutable_continue_as_new_workflow_execution();
  continued->set_workflow_type("echo");
  *continued->add_arguments() = job.initialize_workflow().arguments(0);
  return {command};
}

Commands Wait(const WorkflowActivationJob& job) {
  if (job.has_signal_workflow()) return CompleteWith(job.signal_workflow().input(0));
  if (!job.has_cancel_workflow()) return {};
  WorkflowCommand command;
  command.mutable_cancel_workflow_execution();
  return {command};
}

Commands Work(const std::string& task_queue, const WorkflowActivationJob& job) {
  if (job.has_initialize_workflow()) {
    WorkflowCommand command = ScheduleActivity(1, "work", task_queue);
    *command.mutable_schedule_activity()->add_arguments() = job.initialize_workflow().arguments(0);
    return {command};
  }
  if (!job.has_resolve_activity()) return {};
  const auto& result = job.resolve_activity().result();
  return result.has_completed() ? CompleteWith(result.completed().result()) : FailWith(result.failed().failure());
}

}  // namespace

WorkflowFactory Endings(const std::string& task_queue) {
  return Scripted({{"echo", [] { return Echo; }},
                   {"fail", [] { return Fail; }},
                   {"continue", [] { return Continue; }},
                   {"wait", [] { return Wait; }},
                   {"work", [task_queue] { return [task_queue](const auto& job) { return Work(task_queue, job); }; }}});
}

}  // namespace temporalio::test
