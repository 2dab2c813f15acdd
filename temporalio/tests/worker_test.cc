// Workers against a real server.
#include "temporalio/worker/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>

#include "temporalio/client/history.h"
#include "temporalio/converter/failure.h"
#include "temporalio/converter/time.h"
#include "temporalio/tests/support.h"

namespace temporalio::test {
namespace {

using namespace std::chrono_literals;
using temporal::api::enums::v1::EventType;
using Commands = std::vector<WorkflowCommand>;

WorkflowCommand CancelActivity(unsigned seq) {
  WorkflowCommand command;
  command.mutable_request_cancel_activity()->set_seq(seq);
  return command;
}

// Completes with what its one activity gave: `ok RESULT`, `failed MESSAGE` or `cancelled`.
MakeScript OneActivity(const WorkflowCommand& schedule) {
  return [schedule] {
    return [schedule](const WorkflowActivationJob& job) -> Commands {
      if (job.has_initialize_workflow()) return {schedule};
      if (job.has_signal_workflow()) return {CancelActivity(1)};
      if (!job.has_resolve_activity()) return {};
      const auto& result = job.resolve_activity().result();
      if (result.has_completed()) return {Complete("ok " + result.completed().result().data())};
      if (result.has_failed()) return {Complete("failed " + MessageOf(result.failed().failure()))};
      return {Complete("cancelled")};
    };
  };
}

// Blocks a handler until it is asked to stop; heartbeats meanwhile, as cancellation comes no other way.
void UntilStopped(ActivityContext& context) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, context.stop_token(), 100ms, [] { return false; }) &&
         !context.stop_token().stop_requested())
    context.Heartbeat({BytesPayload("alive")});
}

int Count(const WorkflowRef& run, EventType type) {
  const auto history = FetchHistory(TheClient(), run);
  EXPECT_TRUE(history);
  int count = 0;
  for (const auto& event : history->events()) count += event.event_type() == type;
  return count;
}

TEST(Workflows, RunAnActivityATimerAndWaitForASignal) {
  const std::string queue = UniqueName("queue");
  WorkerOptions options;
  options.task_queue = queue;
  options.workflows =
      Scripted({{"order", [queue] {
                   return [queue, text = std::string()](const WorkflowActivationJob& job) mutable -> Commands {
                     if (job.has_initialize_workflow()) {
                       auto schedule = ScheduleActivity(1, "greet", queue);
                       *schedule.mutable_schedule_activity()->add_arguments() = job.initialize_workflow().arguments(0);
                       return {schedule};
                     }
                     if (job.has_resolve_activity()) {
                       text = job.resolve_activity().result().completed().result().data();
                       return {StartTimer(1, 1ms)};
                     }
                     if (job.has_fire_timer()) text += ", timer";
                     if (job.has_signal_workflow())
                       return {Complete(text + ", " + job.signal_workflow().signal_name())};
                     return {};
                   };
                 }}});
  options.activities["greet"] = [&](ActivityContext& context) -> ActivityResult {
    EXPECT_EQ(context.info().activity_id, "activity-1");
    EXPECT_EQ(context.info().activity_type, "greet");
    EXPECT_EQ(context.info().task_queue, queue);
    EXPECT_EQ(context.info().namespace_name, "default");
    EXPECT_EQ(context.info().workflow_type, "order");
    EXPECT_EQ(context.info().attempt, 1);
    EXPECT_EQ(context.info().start_to_close, 60s);
    EXPECT_FALSE(context.info().heartbeat_timeout);
    EXPECT_FALSE(context.info().workflow_run_id.empty());
    return BytesPayload("hello " + context.input().at(0).data());
  };
  RunningWorker worker(std::move(options));
  const WorkflowRef run = Start("order", queue, "Ada");
  // Of what comes with one task a signal is first, so the timer must have been seen.
  while (Count(run, temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED) < 3) std::this_thread::yield();
  SendSignal(run, "ship");
  EXPECT_EQ(Outcome(run), "completed: hello Ada, timer, ship");
}

TEST(Workflows, Fail) {
  const std::string queue = UniqueName("queue");
  WorkerOptions options;
  options.task_queue = queue;
  options.workflows =
      Scripted({{"order", [] {
                   return [](const WorkflowActivationJob&) -> Commands { return {FailRun("Broken", "it broke")}; };
                 }}});
  RunningWorker worker(std::move(options));
  EXPECT_EQ(Outcome(Start("order", queue)), "failed: Broken: it broke");
}

TEST(Workflows, AreCancelled) {
  const std::string queue = UniqueName("queue");
  std::latch began(1);
  WorkerOptions options;
  options.task_queue = queue;
  options.workflows = Scripted({{"order", [&] {
                                   return [&](const WorkflowActivationJob& job) -> Commands {
                                     if (job.has_initialize_workflow()) began.count_down();
                                     if (!job.has_cancel_workflow()) return {};
                                     WorkflowCommand command;
                                     command.mutable_cancel_workflow_execution();
                                     return {command};
                                   };
                                 }}});
  RunningWorker worker(std::move(options));
  const WorkflowRef run = Start("order", queue);
  began.wait();
  EXPECT_TRUE(TheClient().RequestCancel(run));
  EXPECT_EQ(Outcome(run), "cancelled");
}

TEST(Workflows, RunAChild) {
  const std::string queue = UniqueName("queue");
  const std::string child_id = UniqueName("child");
  WorkerOptions options;
  options.task_queue = queue;
  options.workflows =
      Scripted({{"parent",
                 [&] {
                   return [&](const WorkflowActivationJob& job) -> Commands {
                     if (job.has_initialize_workflow()) {
                       WorkflowCommand command;
                       auto* start = command.mutable_start_child_workflow_execution();
                       start->set_seq(1);
                       start->set_workflow_id(child_id);
                       start->set_workflow_type("child");
                       start->set_task_queue(queue);
                       return {command};
                     }
                     if (job.has_resolve_child_workflow_execution())
                       return {Complete("child: " +
                                        job.resolve_child_workflow_execution().result().completed().result().data())};
                     return {};
                   };
                 }},
                {"child", [] { return [](const WorkflowActivationJob&) -> Commands { return {Complete("done")}; }; }}});
  RunningWorker worker(std::move(options));
  EXPECT_EQ(Outcome(Start("parent", queue)), "completed: child: done");
}

TEST(Workflows, AnswerQueriesThemselves) {
  const std::string queue = UniqueName("queue");
  WorkerOptions options;
  options.task_queue = queue;
  options.workflows = Scripted({{"order", [] {
                                   return [](const WorkflowActivationJob& job) -> Commands {
                                     if (job.has_signal_workflow()) return {Complete("")};
                                     if (!job.has_query_workflow()) return {};
                                     WorkflowCommand command;
                                     auto* answer = command.mutable_respond_to_query();
                                     answer->set_query_id(job.query_workflow().query_id());
                                     *answer->mutable_succeeded()->mutable_response() = BytesPayload("waiting");
                                     return {command};
                                   };
                                 }}});
  RunningWorker worker(std::move(options));
  const WorkflowRef run = Start("order", queue);
  auto request = TheClient().NewRequest<temporal::api::workflowservice::v1::QueryWorkflowRequest>();
  request.mutable_execution()->set_workflow_id(run.workflow_id);
  request.mutable_query()->set_query_type("state");
  const auto answer =
      TheClient().Call<temporal::api::workflowservice::v1::QueryWorkflowResponse>("QueryWorkflow", request);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->query_result().payloads(0).data(), "waiting");
  SendSignal(run, "end");
  EXPECT_EQ(Outcome(run), "completed: ");
}

TEST(Workflows, GoOnAfterAFailedTask) {
  const std::string queue = UniqueName("queue");
  std::atomic<int> attempts = 0;
  WorkerOptions options;
  options.task_queue = queue;
  options.workflows = Scripted({{"order", [&] {
                                   return [&](const WorkflowActivationJob&) -> Commands {
                                     if (++attempts == 1) throw std::runtime_error("a bug");
                                     return {Complete("mended")};
                                   };
                                 }}});
  RunningWorker worker(std::move(options));
  const WorkflowRef run = Start("order", queue);
  EXPECT_EQ(Outcome(run), "completed: mended");
  EXPECT_EQ(Count(run, temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_FAILED), 1);
}

TEST(Workflows, AreReplayedWhenTheCacheIsSmallerThanTheirNumber) {
  const std::string queue = UniqueName("queue");
  std::atomic<int> made = 0;
  WorkerOptions options;
  options.task_queue = queue;
  options.max_cached_workflows = 1;
  options.workflows = Scripted({{"order", [&] {
                                   ++made;
                                   made.notify_all();
                                   return [signals = 0](const WorkflowActivationJob& job) mutable -> Commands {
                                     if (job.has_initialize_workflow()) return {StartTimer(1, 1h)};
                                     if (job.has_signal_workflow() && ++signals == 2) return {Complete("two")};
                                     return {};
                                   };
                                 }}});
  RunningWorker worker(std::move(options));
  std::vector<WorkflowRef> runs;
  for (int i = 0; i < 4; ++i) {
    runs.push_back(Start("order", queue));
    // Signals that came before a run's first task would be taken together with it, without a replay.
    for (int now = made; now <= i; now = made) made.wait(now);
  }
  for (const WorkflowRef& run : runs) SendSignal(run, "one");
  for (const WorkflowRef& run : runs) SendSignal(run, "two");
  for (const WorkflowRef& run : runs) EXPECT_EQ(Outcome(run), "completed: two");
  EXPECT_GT(made, 4);
}

TEST(Workflows, OfTwoTaskQueuesHaveTwoWorkersInOneProcess) {
  const std::string first = UniqueName("queue");
  const std::string second = UniqueName("queue");
  WorkerOptions workflows;
  workflows.task_queue = first;
  workflows.workflows = Scripted({{"order", OneActivity(ScheduleActivity(1, "greet", second))}});
  WorkerOptions activities;
  activities.task_queue = second;
  activities.activities["greet"] = [](ActivityContext&) { return BytesPayload("from the other queue"); };
  RunningWorker one(std::move(workflows));
  RunningWorker two(std::move(activities));
  EXPECT_EQ(Outcome(Start("order", first)), "completed: ok from the other queue");
}

class Activities : public ::testing::Test {
 protected:
  // A worker for workflow `order` with one activity `work`.
  WorkerOptions Options(WorkflowCommand schedule, ActivityHandler handler) {
    WorkerOptions options;
    options.task_queue = queue_;
    options.graceful_shutdown_period = 60s;
    options.workflows = Scripted({{"order", OneActivity(schedule)}});
    options.activities["work"] = std::move(handler);
    return options;
  }
  const std::string queue_ = UniqueName("queue");
};

TEST_F(Activities, AreCancelledByTheAnswerToAHeartbeat) {
  std::latch began(1);
  WorkflowCommand schedule = ScheduleActivity(1, "work", queue_);
  *schedule.mutable_schedule_activity()->mutable_heartbeat_timeout() = ToDuration(20s);
  std::atomic<CancelReason> reason;
  RunningWorker worker(Options(schedule, [&](ActivityContext& context) -> ActivityResult {
    EXPECT_EQ(context.info().heartbeat_timeout, 20s);
    began.count_down();
    UntilStopped(context);
    reason = context.cancel_reason();
    return std::unexpected(ActivityFailure{.type = "Cancelled", .message = "stopped", .cancelled = true});
  }));
  const WorkflowRef run = Start("order", queue_);
  began.wait();
  // The details are there for people to see.
  for (;;) {
    const auto described = TheClient().Describe(run);
    ASSERT_TRUE(described) << described.error().message;
    ASSERT_EQ(described->raw.pending_activities_size(), 1);
    const auto& details = described->raw.pending_activities(0).heartbeat_details();
    if (details.payloads_size() == 0) continue;
    EXPECT_EQ(details.payloads(0).data(), "alive");
    break;
  }
  SendSignal(run, "cancel");
  EXPECT_EQ(Outcome(run), "completed: cancelled");
  EXPECT_EQ(reason, CancelReason::kCancelled);
}

TEST_F(Activities, AreToldThatTheirTimeIsOver) {
  std::atomic<CancelReason> reason;
  std::latch ended(1);
  RunningWorker worker(
      Options(ScheduleActivity(1, "work", queue_, 1s), [&](ActivityContext& context) -> ActivityResult {
        UntilStopped(context);
        reason = context.cancel_reason();
        ended.count_down();
        return std::unexpected(ActivityFailure{.type = "Late", .message = "too late", .cancelled = true});
      }));
  EXPECT_EQ(Outcome(Start("order", queue_)),
            "completed: failed Activity task timed out: activity StartToClose timeout");
  ended.wait();
  EXPECT_TRUE(reason == CancelReason::kTimedOut || reason == CancelReason::kNotFound);
}

TEST_F(Activities, SeeTheLastHeartbeatOfTheAttemptBefore) {
  WorkflowCommand schedule = ScheduleActivity(1, "work", queue_);
  auto* retry = schedule.mutable_schedule_activity()->mutable_retry_policy();
  retry->set_maximum_attempts(2);
  *retry->mutable_initial_interval() = ToDuration(1ms);
  RunningWorker worker(Options(schedule, [&](ActivityContext& context) -> ActivityResult {
    if (context.info().attempt == 2) return context.last_heartbeat().at(0);
    context.Heartbeat({BytesPayload("half way")});
    return std::unexpected(ActivityFailure{.type = "Broken", .message = "it broke"});
  }));
  EXPECT_EQ(Outcome(Start("order", queue_)), "completed: ok half way");
}

TEST_F(Activities, AreNotRetriedIfTheySayThatItIsOfNoUse) {
  WorkflowCommand schedule = ScheduleActivity(1, "work", queue_);
  schedule.mutable_schedule_activity()->mutable_retry_policy()->set_maximum_attempts(100);
  std::atomic<int> attempts = 0;
  RunningWorker worker(Options(schedule, [&](ActivityContext&) -> ActivityResult {
    ++attempts;
    return std::unexpected(ActivityFailure{.type = "Broken", .message = "for good", .non_retryable = true});
  }));
  EXPECT_TRUE(Outcome(Start("order", queue_)).contains("for good"));
  EXPECT_EQ(attempts, 1);
}

TEST_F(Activities, ThatEndWhileTheWorkerStopsAreNotLost) {
  std::latch began(1);
  std::latch may_end(1);
  auto worker = std::make_unique<RunningWorker>(
      Options(ScheduleActivity(1, "work", queue_), [&](ActivityContext& context) -> ActivityResult {
        began.count_down();
        may_end.wait();
        EXPECT_FALSE(context.stop_token().stop_requested());
        return BytesPayload("saved");
      }));
  const WorkflowRef run = Start("order", queue_);
  began.wait();
  worker->RequestStop();
  EXPECT_TRUE(AwaitLog("Initiated shutdown", queue_));
  may_end.count_down();
  worker.reset();
  EXPECT_EQ(Count(run, temporal::api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_COMPLETED), 1);
  RunningWorker next(
      Options(ScheduleActivity(1, "work", queue_), [](ActivityContext&) { return BytesPayload("again"); }));
  EXPECT_EQ(Outcome(run), "completed: ok saved");
}

TEST_F(Activities, AreAllDoneWhenWorkersChangeUnderLoad) {
  constexpr int kRuns = 40;
  std::latch some(10);
  std::atomic<int> begun = 0;
  // The server may hand a task to a poll that is given up at that very moment: see Worker::Run.
  WorkflowCommand schedule = ScheduleActivity(1, "work", queue_, 5s);
  schedule.mutable_schedule_activity()->mutable_retry_policy()->set_maximum_attempts(3);
  const auto options = [&] {
    return Options(schedule, [&](ActivityContext&) {
      if (++begun <= 10) some.count_down();
      return BytesPayload("done");
    });
  };
  auto worker = std::make_unique<RunningWorker>(options());
  std::vector<WorkflowRef> runs;
  for (int i = 0; i < kRuns; ++i) runs.push_back(Start("order", queue_));
  some.wait();
  worker.reset();
  RunningWorker next(options());
  for (const WorkflowRef& run : runs) EXPECT_EQ(Outcome(run), "completed: ok done");
}

TEST_F(Activities, AreAskedToStopWhenTheGracePeriodIsOverAndTriedAgainElsewhere) {
  std::latch began(1);
  WorkflowCommand schedule = ScheduleActivity(1, "work", queue_);
  schedule.mutable_schedule_activity()->mutable_retry_policy()->set_maximum_attempts(2);
  *schedule.mutable_schedule_activity()->mutable_retry_policy()->mutable_initial_interval() = ToDuration(1ms);
  WorkerOptions options = Options(schedule, [&](ActivityContext& context) -> ActivityResult {
    began.count_down();
    UntilStopped(context);
    EXPECT_EQ(context.cancel_reason(), CancelReason::kWorkerShutdown);
    return std::unexpected(ActivityFailure{.type = "Cancelled", .message = "stopped", .cancelled = true});
  });
  options.graceful_shutdown_period = 0s;
  auto worker = std::make_unique<RunningWorker>(std::move(options));
  const WorkflowRef run = Start("order", queue_);
  began.wait();
  worker.reset();
  RunningWorker next(Options(schedule, [](ActivityContext&) { return BytesPayload("second try"); }));
  EXPECT_EQ(Outcome(run), "completed: ok second try");
}

TEST(WorkerCreation, SaysWhichNamespaceIsMissing) {
  ConnectionOptions options;
  options.target = TheServer().target();
  options.namespace_name = "nowhere";
  const auto connection = Connection::Connect(TheRuntime(), std::move(options));
  ASSERT_TRUE(connection) << connection.error().message;
  WorkerOptions worker_options;
  worker_options.task_queue = "queue";
  worker_options.activities["work"] = [](ActivityContext&) { return NullPayload(); };
  const auto worker = Worker::Create(*connection, worker_options);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code, Error::Code::kNotFound);
  EXPECT_TRUE(worker.error().message.contains("\"nowhere\"")) << worker.error().message;
}

TEST(WorkerCreation, RefusesAWorkerThatHasNothingToDo) {
  WorkerOptions options;
  options.task_queue = "queue";
  const auto worker = Worker::Create(TheConnection(), options);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code, Error::Code::kInvalidArgument);
}

TEST(WorkerCreation, RefusesASecondWorkerForTheSameTaskQueueOfAConnection) {
  WorkerOptions options;
  options.task_queue = UniqueName("queue");
  options.activities["work"] = [](ActivityContext&) { return NullPayload(); };
  const auto first = Worker::Create(TheConnection(), options);
  ASSERT_TRUE(first) << first.error().message;
  const auto second = Worker::Create(TheConnection(), options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Error::Code::kAlreadyExists);
  EXPECT_TRUE(second.error().message.contains(options.task_queue)) << second.error().message;
}

TEST(WorkerCreation, AWorkerThatNeverRunsCanBeDestroyed) {
  WorkerOptions options;
  options.task_queue = UniqueName("queue");
  options.activities["work"] = [](ActivityContext&) { return NullPayload(); };
  options.workflows = Scripted({});
  EXPECT_TRUE(Worker::Create(TheConnection(), options));
}

TEST(WorkerCreation, AWorkerToldToStopBeforeItRunsEndsAtOnce) {
  WorkerOptions options;
  options.task_queue = UniqueName("queue");
  options.activities["work"] = [](ActivityContext&) { return NullPayload(); };
  options.workflows = Scripted({});
  auto worker = Worker::Create(TheConnection(), options);
  ASSERT_TRUE(worker) << worker.error().message;
  std::stop_source stop;
  stop.request_stop();
  const auto ran = (*worker)->Run(stop.get_token());
  EXPECT_TRUE(ran) << ran.error().message;
}

}  // namespace
}  // namespace temporalio::test
