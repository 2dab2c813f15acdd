#pragma once

#include <string>

#include "temporalio/activity/activity.h"
#include "temporalio/worker/workflow.h"

inline constexpr char kTaskQueue[] = "greetings";
inline constexpr char kGreeting[] = "Greeting";
inline constexpr char kGreet[] = "greet";

/// Greets by an activity, rests for a second, and completes with the greeting.
class Greeting : public temporalio::Workflow {
 public:
  void Activate(const coresdk::workflow_activation::WorkflowActivation& activation,
                coresdk::workflow_completion::WorkflowActivationCompletion& completion) override;

 private:
  // All that the run remembers. Replayed from the history, it comes out the same in any process.
  std::string greeting_;
  bool closed_ = false;
};

/// The activity: what may take long, fail, or touch the world.
temporalio::ActivityResult Greet(temporalio::ActivityContext& context);
