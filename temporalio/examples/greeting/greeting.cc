#include "temporalio/examples/greeting/greeting.h"

#include <chrono>

#include "temporalio/converter/failure.h"
#include "temporalio/converter/payload.h"
#include "temporalio/converter/time.h"

using namespace temporalio;

void Greeting::Activate(const coresdk::workflow_activation::WorkflowActivation& activation,
                        coresdk::workflow_completion::WorkflowActivationCompletion& completion) {
  auto& commands = *completion.mutable_successful()->mutable_commands();
  for (const auto& job : activation.jobs()) {
    if (closed_) return;  // nothing may come after the command that closes the run
    if (job.has_initialize_workflow()) {
      auto* schedule = commands.Add()->mutable_schedule_activity();
      schedule->set_seq(1);
      schedule->set_activity_id("greet");
      schedule->set_activity_type(kGreet);
      schedule->set_task_queue(kTaskQueue);
      *schedule->mutable_arguments() = job.initialize_workflow().arguments();
      *schedule->mutable_start_to_close_timeout() = ToDuration(std::chrono::seconds(10));
    } else if (job.has_resolve_activity()) {
      const auto& result = job.resolve_activity().result();
      if (result.has_completed()) {
        greeting_ = result.completed().result().data();
        auto* timer = commands.Add()->mutable_start_timer();
        timer->set_seq(1);
        *timer->mutable_start_to_fire_timeout() = ToDuration(std::chrono::seconds(1));
      } else {
        *commands.Add()->mutable_fail_workflow_execution()->mutable_failure() = result.failed().failure();
        closed_ = true;
      }
    } else if (job.has_fire_timer()) {
      *commands.Add()->mutable_complete_workflow_execution()->mutable_result() = BytesPayload(greeting_);
      closed_ = true;
    } else if (job.has_cancel_workflow()) {
      commands.Add()->mutable_cancel_workflow_execution();
      closed_ = true;
    }
  }
}

ActivityResult Greet(ActivityContext& context) {
  if (context.input().empty() || context.input()[0].data().empty())
    return std::unexpected(ActivityFailure{.type = "no_name", .message = "Nobody to greet.", .non_retryable = true});
  return BytesPayload("Hello, " + context.input()[0].data() + "!");
}
