// Servers that die by SIGKILL between any two steps of taking and delivering events: nothing is lost, nothing comes
// twice. The dying server is this program again, running only the case Child.Runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "contract/names.h"
#include "temporalio/client/history.h"
#include "temporalio/tests/eventually.h"
#include "tests/integration/control_plane.h"
#include "triggers/cloud_event.h"

namespace weft::testing {
namespace {

using expr::Value;
using temporalio::test::Eventually;

constexpr Duration kLease{500};

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// Dies when it comes to `step` for the n-th time.
std::function<void(std::string_view)> DieAt(const std::string& step, int n) {
  return [step, left = std::make_shared<std::atomic<int>>(n)](std::string_view now) {
    if (now == step && --*left == 0) ::raise(SIGKILL);
  };
}

triggers::CloudEvent EventOf(const std::string& json) {
  std::vector<std::string> problems;
  return *triggers::ReadCloudEvent(triggers::CompleteCloudEvent(*Value::Parse(json)), {}, problems);
}

TEST(Child, Runs) {
  const auto what = Environment("WEFT_CHILD");
  if (what.empty()) GTEST_SKIP() << "only for the other cases";
  auto runtime = temporalio::Runtime::Create();
  temporalio::ConnectionOptions options;
  options.target = Environment("WEFT_CHILD_TEMPORAL");
  const temporalio::Client client(*temporalio::Connection::Connect(*runtime, options));
  const auto database = *store::Database::Open({.url = Environment("WEFT_CHILD_DATABASE")});
  const auto die = DieAt(Environment("WEFT_CHILD_STEP"), std::atoi(Environment("WEFT_CHILD_COUNT").c_str()));
  triggers::Definitions definitions(*database);
  triggers::Correlator correlator(*database, client, definitions,
                                  {.deliveries_due = [] {}, .starts_due = [] {}, .at = die});
  if (what == "publish") {
    (void)correlator.Publish("default", {EventOf(Environment("WEFT_CHILD_ARGUMENT"))});
  } else if (what == "subscribe") {
    const auto wait = *Value::Parse(Environment("WEFT_CHILD_ARGUMENT"));
    store::Subscription subscription;
    subscription.instance = wait.Get("instance").AsString();
    subscription.run = wait.Get("run").AsString();
    subscription.name = "ev#1";
    subscription.ns = "default";
    subscription.workflow = "waiter";
    subscription.node = subscription.taker = "ev";
    subscription.types = {"test.kill"};
    (void)correlator.Subscribe(std::move(subscription));
  } else {
    triggers::EventDispatcher dispatcher(*database, client, {.threads = 4, .lease = kLease, .at = die});
    dispatcher.Run({});
  }
  ::raise(SIGKILL);
}

class EventsKill : public ::testing::Test {
 protected:
  Harness& harness = Harness::Get();
  LocalWorker worker;
  ControlPlane plane;

  /// Runs a server until it dies.
  void RunChild(const std::string& what, const std::string& step, int count, const std::string& argument = {}) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    variables.push_back("WEFT_CHILD=" + what);
    variables.push_back("WEFT_CHILD_TEMPORAL=" + harness.target());
    variables.push_back("WEFT_CHILD_DATABASE=" + plane.url());
    variables.push_back("WEFT_CHILD_STEP=" + step);
    variables.push_back("WEFT_CHILD_COUNT=" + std::to_string(count));
    variables.push_back("WEFT_CHILD_ARGUMENT=" + argument);
    std::vector<std::string> words{"/proc/self/exe", "--gtest_filter=Child.Runs"};
    std::vector<char*> environment;
    std::vector<char*> arguments;
    for (auto& variable : variables) environment.push_back(variable.data());
    for (auto& word : words) arguments.push_back(word.data());
    environment.push_back(nullptr);
    arguments.push_back(nullptr);
    pid_t pid = -1;
    ASSERT_EQ(::posix_spawn(&pid, arguments[0], nullptr, nullptr, arguments.data(), environment.data()), 0);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << what << " at " << step;
  }

  temporalio::WorkflowRef StartWaiter() {
    return harness.Start(R"(
weft: 1
name: waiter
nodes:
  ev: { event: test.kill }
output: "${ $nodes.ev.output }"
)");
  }
  void OpenDispatchers() {
    plane.OpenDispatchers({.threads = 4, .lease = kLease, .at = [](std::string_view) {}});
  }
};

TEST_F(EventsKill, WhilePublishing) {
  plane.OpenSystem();
  for (const auto* step : {"before the commit", "after the commit"}) {
    const auto run = StartWaiter();
    ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() >= 1; }));
    const auto event = R"({"type":"test.kill","source":"s","id":")" + run.run_id + R"(","data":1})";
    RunChild("publish", step, 1, event);
    // The sender was told nothing and sends it again.
    EXPECT_EQ(plane.Publish(event), std::string_view(step) == "before the commit");
    OpenDispatchers();
    EXPECT_EQ(harness.Wait(run).output.Dump(), "1");
    EXPECT_EQ(SignalsOf(run, contract::kEventSignal), 1);
    triggers::WaitReconciler reconciler(plane.database(), harness.client(), plane.slots());
    ASSERT_TRUE(reconciler.LookAfter());
  }
}

TEST_F(EventsKill, WhileSubscribing) {
  for (const auto* step : {"before the commit", "after the commit"}) {
    // No server answers its queue: the waits are made here, as the activity would.
    const auto run = StartWaiter();
    harness.WaitUntil(run, [](const auto& view) { return Is(view, "ev", machine::NodeStatus::kWaiting); });
    ASSERT_TRUE(plane.Publish(R"({"type":"test.kill","data":2})"));
    const auto wait = Value::Object({{"instance", Value(run.workflow_id)}, {"run", Value(run.run_id)}}).Dump();
    RunChild("subscribe", step, 1, wait);
    plane.OpenSystem();  // the activity is given to this server
    OpenDispatchers();
    EXPECT_EQ(harness.Wait(run).output.Dump(), "2");
    EXPECT_EQ(SignalsOf(run, contract::kEventSignal), 1);
    plane.CloseSystem();
  }
}

TEST_F(EventsKill, WhileDelivering) {
  constexpr int kInstances = 120;
  plane.OpenSystem();
  std::vector<temporalio::WorkflowRef> runs;
  for (int i = 0; i < kInstances; ++i) runs.push_back(StartWaiter());
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == kInstances; }));
  ASSERT_TRUE(plane.Publish(R"({"type":"test.kill","data":3})"));
  // Each dies further on; what it had claimed is free again when its leases end.
  RunChild("dispatch", "claimed", 1);
  RunChild("dispatch", "signalled", 1);
  RunChild("dispatch", "claimed", 2);
  RunChild("dispatch", "signalled", 40);
  RunChild("dispatch", "signalled", 7);
  OpenDispatchers();
  for (const auto& run : runs) {
    EXPECT_EQ(harness.Wait(run).output.Dump(), "3");
    EXPECT_EQ(SignalsOf(run, contract::kEventSignal), 1);
  }
}

TEST_F(EventsKill, WhileTemporalIsAwayAndComesBackWithItsFile) {
  temporalio::testing::DevServerOptions options;
  options.cli = TEMPORAL_CLI;
  options.db_filename = plane.url() + ".temporal";
  auto server = *temporalio::testing::DevServer::Start(harness.runtime(), options);
  temporalio::ConnectionOptions to;
  to.target = server->target();
  options.port = static_cast<std::uint16_t>(std::stoi(to.target.substr(to.target.rfind(':') + 1)));
  const temporalio::Client client(*temporalio::Connection::Connect(harness.runtime(), to));
  temporalio::StartOptions start;
  start.workflow_id = "default.waiter.manual.1";
  start.workflow_type = "default.waiter";
  start.task_queue = "nobody";
  const temporalio::WorkflowRef run{start.workflow_id, client.StartWorkflow(start)->run_id};
  triggers::Definitions definitions(plane.database());
  triggers::Correlator correlator(plane.database(), client, definitions);
  store::Subscription wait;
  wait.instance = run.workflow_id;
  wait.run = run.run_id;
  wait.name = wait.node = wait.taker = "ev";
  wait.ns = "default";
  wait.workflow = "waiter";
  wait.types = {"test.kill"};
  ASSERT_TRUE(correlator.Subscribe(wait));

  ::kill(server->pid(), SIGKILL);
  server.reset();
  ASSERT_TRUE(plane.Publish(R"({"type":"test.kill","data":4})"));
  triggers::EventDispatcher dispatcher(plane.database(), client);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  EXPECT_EQ(dispatcher.DeliverDue(now).error().code, "temporal");
  EXPECT_EQ(*dispatcher.DeliverDue(now), 0U);  // it waits a little

  server = *temporalio::testing::DevServer::Start(harness.runtime(), options);
  EXPECT_EQ(*dispatcher.DeliverDue(now + std::chrono::hours(1)), 1U);
  EXPECT_EQ(*dispatcher.DeliverDue(now + std::chrono::hours(9)), 0U);
  int signals = 0;
  const auto history = temporalio::FetchHistory(client, run);
  ASSERT_TRUE(history);
  for (const auto& event : history->events())
    signals += event.has_workflow_execution_signaled_event_attributes() ? 1 : 0;
  EXPECT_EQ(signals, 1);
}

}  // namespace
}  // namespace weft::testing
