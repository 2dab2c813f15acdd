#include "temporalio/tests/support.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "temporalio/client/result.h"
#include "temporalio/converter/failure.h"
#include "temporalio/converter/time.h"

namespace temporalio::test {
namespace {

std::mutex log_mutex;
std::condition_variable log_grew;
std::vector<LogRecord> log_records;

// Without a server or its worker a test would wait for ever: ends the program.
template <class T>
T OrExit(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(1);
  }
  return *std::move(result);
}

// Made at first use, by the thread that runs the tests; ends before `main` does, as a runtime must.
struct Shared {
  std::shared_ptr<Runtime> runtime;
  std::unique_ptr<testing::DevServer> server;
  std::shared_ptr<Connection> connection;
} shared;

class Machine : public Workflow {
 public:
  explicit Machine(Script script) : script_(std::move(script)) {}
  void Activate(const coresdk::workflow_activation::WorkflowActivation& activation,
                coresdk::workflow_completion::WorkflowActivationCompletion& completion) override {
    auto* commands = completion.mutable_successful()->mutable_commands();
    for (const auto& job : activation.jobs())
      for (WorkflowCommand& command : script_(job)) *commands->Add() = std::move(command);
  }

 private:
  Script script_;
};

}  // namespace

const std::shared_ptr<Runtime>& TheRuntime() {
  if (!shared.runtime)
    shared.runtime = OrExit(Runtime::Create({.log_level = LogLevel::kInfo, .log = [](const LogRecord& record) {
                                               std::lock_guard lock(log_mutex);
                                               log_records.push_back(record);
                                               log_grew.notify_all();
                                             }}));
  return shared.runtime;
}

testing::DevServer& TheServer() {
  if (!shared.server) {
    testing::DevServerOptions options;
    options.cli = TEMPORAL_CLI;
    shared.server = OrExit(testing::DevServer::Start(TheRuntime(), std::move(options)));
  }
  return *shared.server;
}

const std::shared_ptr<Connection>& TheConnection() {
  if (!shared.connection) {
    ConnectionOptions options;
    options.target = TheServer().target();
    shared.connection = OrExit(Connection::Connect(TheRuntime(), std::move(options)));
  }
  return shared.connection;
}

Client TheClient() { return Client(TheConnection()); }

bool AwaitLog(const std::string& message, const std::string& detail) {
  std::unique_lock lock(log_mutex);
  return log_grew.wait_for(lock, std::chrono::minutes(1), [&] {
    return std::ranges::any_of(log_records, [&](const LogRecord& record) {
      return record.message.starts_with(message) && record.fields_json.contains(detail);
    });
  });
}

std::string UniqueName(const std::string& prefix) {
  static std::atomic<int> count = 0;
  return prefix + "-" + std::to_string(getpid()) + "-" + std::to_string(++count);
}

WorkflowFactory Scripted(std::map<std::string, MakeScript> scripts) {
  return [scripts = std::move(scripts)](const auto&, const auto& start) -> std::unique_ptr<Workflow> {
    const auto found = scripts.find(start.workflow_type());
    if (found == scripts.end()) return nullptr;
    return std::make_unique<Machine>(found->second());
  };
}

WorkflowCommand StartTimer(unsigned seq, std::chrono::milliseconds delay) {
  WorkflowCommand command;
  command.mutable_start_timer()->set_seq(seq);
  *command.mutable_start_timer()->mutable_start_to_fire_timeout() = ToDuration(delay);
  return command;
}

WorkflowCommand Complete(const std::string& text) {
  WorkflowCommand command;
  *command.mutable_complete_workflow_execution()->mutable_result() = BytesPayload(text);
  return command;
}

WorkflowCommand FailRun(const std::string& type, const std::string& message) {
  ApplicationFailure failure;
  failure.type = type;
  failure.message = message;
  WorkflowCommand command;
  *command.mutable_fail_workflow_execution()->mutable_failure() = ToFailure(std::move(failure));
  return command;
}

WorkflowCommand ScheduleActivity(unsigned seq, const std::string& type, const std::string& task_queue,
                                 std::chrono::milliseconds start_to_close) {
  WorkflowCommand command;
  auto* schedule = command.mutable_schedule_activity();
  schedule->set_seq(seq);
  schedule->set_activity_id("activity-" + std::to_string(seq));
  schedule->set_activity_type(type);
  schedule->set_task_queue(task_queue);
  *schedule->mutable_start_to_close_timeout() = ToDuration(start_to_close);
  schedule->mutable_retry_policy()->set_maximum_attempts(1);
  schedule->set_cancellation_type(coresdk::workflow_commands::WAIT_CANCELLATION_COMPLETED);
  return command;
}

RunningWorker::RunningWorker(WorkerOptions options)
    : worker_(OrExit(Worker::Create(TheConnection(), std::move(options)))), thread_([this](std::stop_token stop) {
        const auto ran = worker_->Run(std::move(stop));
        EXPECT_TRUE(ran) << ran.error().message;
      }) {}

RunningWorker::~RunningWorker() { Stop(); }

void RunningWorker::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

WorkflowRef Start(const std::string& type, const std::string& task_queue, const std::string& input) {
  StartOptions options;
  options.workflow_id = UniqueName(type);
  options.workflow_type = type;
  options.task_queue = task_queue;
  if (!input.empty()) options.input.push_back(BytesPayload(input));
  auto started = TheClient().StartWorkflow(options);
  if (!started) {
    ADD_FAILURE() << started.error().message;
    return {};
  }
  return {options.workflow_id, started->run_id};
}

std::string Outcome(const WorkflowRef& run) {
  const auto outcome = GetResult(TheClient(), run);
  if (!outcome) return outcome.error().message;
  if (const auto* completed = std::get_if<Completed>(&outcome->how))
    return "completed: " + (completed->result.empty() ? std::string() : completed->result[0].data());
  if (const auto* failed = std::get_if<Failed>(&outcome->how))
    return "failed: " + failed->failure.application_failure_info().type() + ": " + MessageOf(failed->failure);
  return std::holds_alternative<Cancelled>(outcome->how) ? "cancelled" : "other";
}

void SendSignal(const WorkflowRef& run, const std::string& name) {
  Signal signal;
  signal.name = name;
  const auto sent = TheClient().SignalWorkflow(run, std::move(signal));
  EXPECT_TRUE(sent) << sent.error().message;
}

}  // namespace temporalio::test

int main(int argc, char** argv) {
  ::testing::InitGoogleMock(&argc, argv);
  const int failed = RUN_ALL_TESTS();
  temporalio::test::shared = {};
  return failed;
}
