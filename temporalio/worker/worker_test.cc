// The worker's threads on a Core in memory. These tests run under ThreadSanitizer, which cannot look into Rust.
#include "temporalio/worker/worker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <latch>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "temporalio/worker/core_worker.h"

namespace temporalio {
namespace {

using coresdk::ActivityTaskCompletion;
using coresdk::activity_task::ActivityTask;
using coresdk::workflow_activation::WorkflowActivation;
using coresdk::workflow_completion::WorkflowActivationCompletion;

// What the test sees of the Core it gave to the worker. Keeps Core's contract: polls block; an activity poll ends only
// when all activities have been completed; completions are let go of later, on another thread.
class FakeCore {
 public:
  FakeCore() : callbacks_([this] { RunCallbacks(); }) {}
  ~FakeCore() {
    {
      std::lock_guard lock(mutex_);
      ended_ = true;
      changed_.notify_all();
    }
    callbacks_.join();
  }

  void Push(WorkflowActivation activation) {
    std::lock_guard lock(mutex_);
    activations_.push_back(std::move(activation));
    changed_.notify_all();
  }
  void Push(ActivityTask task) {
    std::lock_guard lock(mutex_);
    if (task.has_start()) outstanding_.insert(task.task_token());
    tasks_.push_back(std::move(task));
    changed_.notify_all();
  }
  void FailNextPoll(Error error) {
    std::lock_guard lock(mutex_);
    failure_ = std::move(error);
    changed_.notify_all();
  }

  std::vector<WorkflowActivationCompletion> AwaitWorkflows(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return workflows_.size() >= count; });
    return workflows_;
  }
  std::vector<ActivityTaskCompletion> AwaitActivities(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return activities_.size() >= count; });
    return activities_;
  }
  std::vector<coresdk::ActivityHeartbeat> AwaitHeartbeats(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return heartbeats_.size() >= count; });
    return heartbeats_;
  }
  void AwaitShutdown() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return shutdown_; });
  }
  bool finalized() {
    std::lock_guard lock(mutex_);
    return finalized_;
  }

  std::unique_ptr<internal::CoreWorker> Worker();

 private:
  friend class FakeCoreWorker;

  void RunCallbacks() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return ended_ || !dones_.empty(); });
      if (dones_.empty()) return;
      const auto done = std::move(dones_.front());
      dones_.pop_front();
      lock.unlock();
      done();
      lock.lock();
      --in_flight_;
    }
  }

  template <class Task>
  Result<std::optional<Task>> Poll(std::deque<Task>& queue, const std::set<std::string>& outstanding) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return failure_ || !queue.empty() || (shutdown_ && outstanding.empty()); });
    if (failure_) return std::unexpected(*std::exchange(failure_, std::nullopt));
    if (queue.empty()) return std::nullopt;
    Task task = std::move(queue.front());
    queue.pop_front();
    return task;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<WorkflowActivation> activations_;
  std::deque<ActivityTask> tasks_;
  std::optional<Error> failure_;
  std::set<std::string> outstanding_;
  std::vector<WorkflowActivationCompletion> workflows_;
  std::vector<ActivityTaskCompletion> activities_;
  std::vector<coresdk::ActivityHeartbeat> heartbeats_;
  std::deque<std::function<void()>> dones_;
  int in_flight_ = 0;
  bool shutdown_ = false;
  bool finalized_ = false;
  bool ended_ = false;
  std::thread callbacks_;
};

class FakeCoreWorker : public internal::CoreWorker {
 public:
  explicit FakeCoreWorker(FakeCore& core) : core_(core) {}

  Result<std::optional<WorkflowActivation>> PollWorkflow() override { return core_.Poll(core_.activations_, {}); }
  Result<std::optional<ActivityTask>> PollActivity() override { return core_.Poll(core_.tasks_, core_.outstanding_); }

  void CompleteWorkflow(const WorkflowActivationCompletion& completion, std::function<void()> done) override {
    std::lock_guard lock(core_.mutex_);
    core_.workflows_.push_back(completion);
    Later(std::move(done));
  }
  void CompleteActivity(const ActivityTaskCompletion& completion, std::function<void()> done) override {
    std::lock_guard lock(core_.mutex_);
    core_.activities_.push_back(completion);
    core_.outstanding_.erase(completion.task_token());
    Later(std::move(done));
  }
  void RecordHeartbeat(const coresdk::ActivityHeartbeat& heartbeat) override {
    std::lock_guard lock(core_.mutex_);
    core_.heartbeats_.push_back(heartbeat);
    core_.changed_.notify_all();
  }
  void InitiateShutdown() override {
    std::lock_guard lock(core_.mutex_);
    EXPECT_FALSE(core_.finalized_);
    core_.shutdown_ = true;
    core_.changed_.notify_all();
  }
  Result<void> FinalizeShutdown() override {
    std::lock_guard lock(core_.mutex_);
    EXPECT_TRUE(core_.outstanding_.empty());
    EXPECT_TRUE(core_.dones_.empty());
    core_.finalized_ = true;
    return {};
  }

 private:
  void Later(std::function<void()> done) {
    ++core_.in_flight_;
    core_.dones_.push_back(std::move(done));
    core_.changed_.notify_all();
  }

  FakeCore& core_;
};

std::unique_ptr<internal::CoreWorker> FakeCore::Worker() { return std::make_unique<FakeCoreWorker>(*this); }

WorkflowActivation Start(const std::string& run_id) {
  WorkflowActivation activation;
  activation.set_run_id(run_id);
  activation.add_jobs()->mutable_initialize_workflow()->set_workflow_type("Greet");
  return activation;
}

ActivityTask StartActivity(const std::string& token, const std::string& type) {
  ActivityTask task;
  task.set_task_token(token);
  task.mutable_start()->set_activity_type(type);
  task.mutable_start()->set_activity_id(token);
  task.mutable_start()->set_attempt(1);
  return task;
}

ActivityTask CancelActivity(const std::string& token, coresdk::activity_task::ActivityCancelReason reason) {
  ActivityTask task;
  task.set_task_token(token);
  task.mutable_cancel()->set_reason(reason);
  return task;
}

class Counting : public Workflow {
 public:
  explicit Counting(std::atomic<int>& alive) : alive_(alive) { ++alive_; }
  ~Counting() override { --alive_; }
  void Activate(const WorkflowActivation&, WorkflowActivationCompletion&) override {}

 private:
  std::atomic<int>& alive_;
};

ActivityResult Done(const std::string& text) { return BytesPayload(text); }

// A worker that runs on a thread of its own until the test ends.
class Running {
 public:
  Running(FakeCore& core, WorkerOptions options)
      : worker_(Worker::ForTesting(core.Worker(), std::move(options))),
        thread_([this](std::stop_token stop) { outcome_ = worker_->Run(std::move(stop)); }) {}

  Result<void> Stop() {
    thread_.request_stop();
    return Join();
  }
  Result<void> Join() {
    if (thread_.joinable()) thread_.join();
    return outcome_;
  }
  void RequestStop() { thread_.request_stop(); }

 private:
  std::unique_ptr<Worker> worker_;
  Result<void> outcome_;
  std::jthread thread_;
};

TEST(Worker, AnswersActivationsAndDropsWhatIsCachedAtItsEnd) {
  FakeCore core;
  std::atomic<int> alive = 0;
  WorkerOptions options;
  options.workflows = [&](const auto&, const auto&) { return std::make_unique<Counting>(alive); };
  Running worker(core, std::move(options));
  for (int i = 0; i < 20; ++i) core.Push(Start("run" + std::to_string(i)));
  core.AwaitWorkflows(20);
  EXPECT_EQ(alive, 20);
  EXPECT_TRUE(worker.Stop());
  EXPECT_EQ(alive, 0);
  EXPECT_TRUE(core.finalized());
}

TEST(Worker, RunsManyActivitiesAndReportsEachOnce) {
  FakeCore core;
  WorkerOptions options;
  options.max_concurrent_activities = 8;
  options.activities["echo"] = [](ActivityContext& context) { return Done(context.info().activity_id); };
  Running worker(core, std::move(options));
  for (int i = 0; i < 200; ++i) core.Push(StartActivity("t" + std::to_string(i), "echo"));
  EXPECT_TRUE(worker.Stop());
  std::set<std::string> tokens;
  for (const auto& completion : core.AwaitActivities(200)) {
    ASSERT_TRUE(completion.result().has_completed());
    EXPECT_EQ(completion.result().completed().result().data(), completion.task_token());
    tokens.insert(completion.task_token());
  }
  EXPECT_EQ(tokens.size(), 200u);
}

TEST(Worker, LetsAnActivityEndThatRunsWhenStopIsRequested) {
  FakeCore core;
  std::latch began(1);
  std::latch may_end(1);
  WorkerOptions options;
  options.activities["slow"] = [&](ActivityContext&) {
    began.count_down();
    may_end.wait();
    return Done("late");
  };
  Running worker(core, std::move(options));
  core.Push(StartActivity("t", "slow"));
  began.wait();
  worker.RequestStop();
  core.AwaitShutdown();
  EXPECT_FALSE(core.finalized());
  may_end.count_down();
  EXPECT_TRUE(worker.Join());
  const auto completions = core.AwaitActivities(1);
  EXPECT_EQ(completions[0].result().completed().result().data(), "late");
  EXPECT_TRUE(core.finalized());
}

TEST(Worker, CancelsAnActivityWithTheReason) {
  FakeCore core;
  std::latch began(1);
  WorkerOptions options;
  options.activities["wait"] = [&](ActivityContext& context) -> ActivityResult {
    std::latch cancelled(1);
    const std::stop_callback on_cancel(context.stop_token(), [&] { cancelled.count_down(); });
    began.count_down();
    cancelled.wait();
    EXPECT_EQ(context.cancel_reason(), CancelReason::kCancelled);
    return std::unexpected(ActivityFailure{.type = "Cancelled", .message = "stopped", .cancelled = true});
  };
  Running worker(core, std::move(options));
  core.Push(StartActivity("t", "wait"));
  began.wait();
  core.Push(CancelActivity("t", coresdk::activity_task::CANCELLED));
  const auto completions = core.AwaitActivities(1);
  ASSERT_TRUE(completions[0].result().has_cancelled());
  EXPECT_TRUE(completions[0].result().cancelled().failure().has_canceled_failure_info());
  // Too late, and of no activity it knows: nothing happens.
  core.Push(CancelActivity("t", coresdk::activity_task::CANCELLED));
  EXPECT_TRUE(worker.Stop());
}

TEST(Worker, ReportsAFailureIfAnActivityCallsItselfCancelledUnasked) {
  FakeCore core;
  WorkerOptions options;
  options.activities["moody"] = [](ActivityContext&) -> ActivityResult {
    return std::unexpected(ActivityFailure{.type = "Mood", .message = "not today", .cancelled = true});
  };
  Running worker(core, std::move(options));
  core.Push(StartActivity("t", "moody"));
  const auto completions = core.AwaitActivities(1);
  ASSERT_TRUE(completions[0].result().has_failed());
  EXPECT_EQ(completions[0].result().failed().failure().application_failure_info().type(), "Mood");
}

TEST(Worker, ReportsFailuresExceptionsAndUnknownActivities) {
  FakeCore core;
  WorkerOptions options;
  options.activities["fail"] = [](ActivityContext&) -> ActivityResult {
    return std::unexpected(ActivityFailure{
        .type = "Broken", .message = "it broke", .non_retryable = true, .details = {BytesPayload("more")}});
  };
  options.activities["throw"] = [](ActivityContext&) -> ActivityResult { throw std::runtime_error("thrown"); };
  Running worker(core, std::move(options));
  core.Push(StartActivity("t1", "fail"));
  auto failure = core.AwaitActivities(1)[0].result().failed().failure();
  EXPECT_EQ(failure.message(), "it broke");
  EXPECT_EQ(failure.application_failure_info().type(), "Broken");
  EXPECT_TRUE(failure.application_failure_info().non_retryable());
  EXPECT_EQ(failure.application_failure_info().details().payloads(0).data(), "more");
  core.Push(StartActivity("t2", "throw"));
  failure = core.AwaitActivities(2)[1].result().failed().failure();
  EXPECT_EQ(failure.message(), "thrown");
  EXPECT_FALSE(failure.application_failure_info().non_retryable());
  core.Push(StartActivity("t3", "unknown"));
  failure = core.AwaitActivities(3)[2].result().failed().failure();
  EXPECT_EQ(failure.application_failure_info().type(), "NotRegistered");
}

TEST(Worker, TakesHeartbeatsFromSeveralThreadsOfAnActivity) {
  FakeCore core;
  WorkerOptions options;
  options.activities["busy"] = [](ActivityContext& context) {
    std::vector<std::jthread> helpers;
    for (int i = 0; i < 4; ++i)
      helpers.emplace_back([&context] {
        for (int j = 0; j < 25; ++j) context.Heartbeat({BytesPayload(std::to_string(j))});
      });
    helpers.clear();
    return Done("");
  };
  Running worker(core, std::move(options));
  core.Push(StartActivity("t", "busy"));
  const auto heartbeats = core.AwaitHeartbeats(100);
  EXPECT_EQ(heartbeats[0].task_token(), "t");
  EXPECT_EQ(heartbeats[0].details_size(), 1);
  EXPECT_TRUE(worker.Stop());
}

TEST(Worker, EndsInOrderWhenAPollFailsForGood) {
  FakeCore core;
  std::atomic<int> alive = 0;
  WorkerOptions options;
  options.workflows = [&](const auto&, const auto&) { return std::make_unique<Counting>(alive); };
  options.activities["echo"] = [](ActivityContext&) { return Done(""); };
  Running worker(core, std::move(options));
  core.Push(Start("run"));
  core.AwaitWorkflows(1);
  core.FailNextPoll({Error::Code::kPermissionDenied, "no longer allowed", {}});
  const auto outcome = worker.Join();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().message, "no longer allowed");
  EXPECT_TRUE(core.finalized());
}

TEST(Worker, EndsAtOnceIfStopIsRequestedBeforeItRuns) {
  FakeCore core;
  WorkerOptions options;
  options.activities["echo"] = [](ActivityContext&) { return Done(""); };
  const auto worker = Worker::ForTesting(core.Worker(), std::move(options));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_TRUE(worker->Run(stop.get_token()));
  EXPECT_TRUE(core.finalized());
}

}  // namespace
}  // namespace temporalio
