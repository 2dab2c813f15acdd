#include "tests/integration/harness.h"

#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "activities/register.h"
#include "base/id.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "contract/start.h"
#include "dsl/load.h"
#include "temporalio/client/history.h"
#include "temporalio/converter/payload.h"
#include "worker/replay.h"

namespace weft::testing {
namespace {

int& LongestRun() {
  static int events = 0;
  return events;
}

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

template <class T>
T OrDie(temporalio::Result<T> result) {
  if (!result) Die(result.error().message);
  return *std::move(result);
}

template <class T>
T OrDie(Result<T> result) {
  if (!result) Die(result.error().message);
  return *std::move(result);
}

std::shared_ptr<const dsl::Workflow> LoadOrDie(std::string_view yaml) {
  auto loaded = dsl::Load(yaml);
  if (loaded.workflow == nullptr) Die(dsl::FormatDiagnostics("workflow.yaml", yaml, loaded.diagnostics));
  return std::move(loaded.workflow);
}

}  // namespace

Harness& Harness::Get() {
  static Harness harness;
  return harness;
}

int Harness::ContinueAsNewAfter(int events) { return LongestRun() = events; }

Harness::Harness() {
  runtime_ = OrDie(temporalio::Runtime::Create());
  temporalio::testing::DevServerOptions options;
  options.cli = TEMPORAL_CLI;
  if (LongestRun() > 0) {
    options.dynamic_config["limit.historyCount.suggestContinueAsNew"] = std::to_string(LongestRun());
  }
  server_ = OrDie(temporalio::testing::DevServer::Start(runtime_, options));
  temporalio::ConnectionOptions connection;
  connection.target = server_->target();
  connection_ = OrDie(temporalio::Connection::Connect(runtime_, connection));
  client_ = std::make_unique<temporalio::Client>(connection_);
}

temporalio::WorkflowRef Harness::Start(std::string_view yaml, std::string_view input) const {
  const auto loaded = LoadOrDie(yaml);
  const auto& workflow = *loaded;
  temporalio::StartOptions start;
  start.workflow_id = contract::InstanceId(workflow.ns, workflow.name, "manual", NewUlid());
  start.workflow_type = contract::WorkflowType(workflow.ns, workflow.name);
  start.task_queue = contract::kWorkerQueue;
  start.input = {temporalio::JsonPayload(contract::StartInput{}.ToJson()), temporalio::JsonPayload(workflow.normalised),
                 temporalio::JsonPayload(std::string(input))};
  const auto id = start.workflow_id;
  return {id, OrDie(client_->StartWorkflow(std::move(start))).run_id};
}

progress::InstanceView Harness::Wait(const temporalio::WorkflowRef& run) const {
  return OrDie(progress::Follow(*client_, run, {}));
}

progress::InstanceView Harness::WaitUntil(const temporalio::WorkflowRef& run,
                                          const std::function<bool(const progress::InstanceView&)>& done) const {
  std::stop_source found;
  progress::InstanceView last;
  const auto closed = progress::Follow(*client_, run,
                                       {.changed =
                                            [&](const progress::InstanceView& view) {
                                              if (found.stop_requested() || !done(view)) return;
                                              last = view;
                                              found.request_stop();
                                            },
                                        .trouble = {}},
                                       found.get_token());
  EXPECT_TRUE(found.stop_requested()) << (closed ? closed->ToJson().DumpPretty() : closed.error().message);
  return last;
}

temporal::api::history::v1::History Harness::HistoryOf(const temporalio::WorkflowRef& run) const {
  return OrDie(temporalio::FetchHistory(*client_, run));
}

void Harness::CheckReplay(const temporalio::WorkflowRef& run, const std::string& name) const {
  const auto history = HistoryOf(run);
  const auto replayed = worker::Replay(runtime_, run.workflow_id, history);
  EXPECT_TRUE(replayed) << name << ": " << replayed.error().message;
  if (const char* folder = std::getenv("WEFT_RECORD_HISTORIES")) {
    std::ofstream(std::string(folder) + "/" + name + ".json") << worker::FormatHistory(history);
  }
}

LocalHost::LocalHost(std::vector<worker::Queue> queues)
    : host_(OrDie(worker::Host::Create(Harness::Get().connection_, std::move(queues)))),
      thread_([this](std::stop_token stop) {
        if (const auto ended = host_->Run(std::move(stop)); !ended) ADD_FAILURE() << ended.error().message;
      }) {}

LocalHost::~LocalHost() = default;

LocalWorker::LocalWorker(activities::Settings settings, worker::Limits limits, std::string_view queue)
    : host_({{.name = std::string(queue),
              .workflows = queue == contract::kWorkerQueue,
              .activities = activities::MakeHandlers(
                  std::make_shared<activities::Activities>(std::move(settings), activities::LocalSecrets()), {}),
              .limits = limits}}) {}

activities::Settings LocalWorker::NoSandbox() {
  activities::Settings settings;
  settings.sandbox = activities::Settings::Sandbox::kOff;
  settings.http_loopback = true;
  return settings;
}

LocalServer::LocalServer() : system_([](const std::string&) {}) {
  system_.Connect(Harness::Get().client());
  Open();
}

void LocalServer::Open() {
  host_.emplace(std::vector<worker::Queue>{
      {.name = std::string(contract::kSystemQueue), .workflows = false, .activities = system_.Handlers()}});
}

void LocalServer::Deploy(std::string_view yaml) { system_.Deploy(*LoadOrDie(yaml)); }

void LocalServer::Publish(std::string_view json) {
  const auto published = system_.Publish(json);
  EXPECT_TRUE(published) << published.error().message;
}

WorkerProcess::WorkerProcess(const std::string& target) {
  const char* weft = std::getenv("WEFT");
  std::vector<std::string> words{weft == nullptr ? "weft" : weft,
                                 "worker",
                                 "--temporal",
                                 target,
                                 "--sandbox",
                                 "off",
                                 "--http-allow",
                                 "127.0.0.1",
                                 "--log",
                                 "warn"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  EXPECT_EQ(::posix_spawn(&pid_, arguments[0], nullptr, nullptr, arguments.data(), environ), 0);
}

WorkerProcess::~WorkerProcess() { End(SIGKILL); }

int WorkerProcess::End(int signal) {
  if (pid_ <= 0) return 0;
  int status = 0;
  ::kill(pid_, signal);
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return status;
}

bool Is(const progress::InstanceView& view, std::string_view path, machine::NodeStatus status) {
  const auto found = std::ranges::find(view.nodes, path, &progress::NodeView::path);
  return found != view.nodes.end() && found->status == status;
}

const progress::NodeView& NodeOf(const progress::InstanceView& view, std::string_view path) {
  for (const auto& node : view.nodes) {
    if (node.path == path) return node;
  }
  Die("no node " + std::string(path) + " in " + view.ToJson().DumpPretty());
}

}  // namespace weft::testing
