// People are told of runs that end badly, wait too long or are stuck: once each, whoever was down meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <mutex>

#include "activities/http_server_for_test.h"
#include "base/id.h"
#include "base/seal.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "contract/start.h"
#include "dsl/load.h"
#include "server/notifications.h"
#include "store/channels.h"
#include "store/notifications.h"
#include "temporalio/converter/payload.h"
#include "tests/integration/control_plane.h"

namespace weft::testing {
namespace {

using expr::Value;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Polls until `done`; fails the test after a minute.
void Until(const std::function<bool()>& done, const char* what) {
  const auto give_up = std::chrono::steady_clock::now() + 60s;
  while (!done()) {
    ASSERT_LT(std::chrono::steady_clock::now(), give_up) << what;
    std::this_thread::sleep_for(20ms);
  }
}

/// One server's part in telling people, running while the object lives.
class Teller {
 public:
  Teller(store::Database& database, const SealingKey& key)
      : notifications_(database, Harness::Get().client(), key, LocalWorker::NoSandbox(),
                       [] { return std::string("https://weft.example"); }),
        thread_([this](const std::stop_token& stop) { notifications_.Run(stop); }) {}
  server::Notifications& operator*() { return notifications_; }

 private:
  server::Notifications notifications_;
  std::jthread thread_;
};

class NotificationsTest : public ::testing::Test {
 protected:
  /// A webhook channel whose messages `Told` gives.
  void AddChannel(const std::string& name, std::vector<std::string> events = {}) {
    const auto config = Value::Object({{"url", Value(people_.Url("/" + name))}}).Dump();
    ASSERT_TRUE(plane_.database().Write([&](store::Transaction& t) {
      return store::SaveChannel(
          t, key_, {.name = name, .kind = "webhook", .language = "en", .events = events, .config = config});
    }));
  }

  /// What a channel was told of an instance.
  std::vector<Value> Told(const std::string& channel, const std::string& instance) {
    std::vector<Value> told;
    for (const auto& request : people_.requests()) {
      if (request.target != "/" + channel) continue;
      auto report = *Value::Parse(request.body);
      if (report.Get("instance").AsString() == instance) told.push_back(std::move(report));
    }
    return told;
  }

  /// Answers the system queue, with `teller` for notifications.
  std::unique_ptr<LocalHost> OpenSystem(Teller& teller) {
    services_.emplace(server::SystemServices{
        .database = plane_.database(),
        .correlator = plane_.correlator(),
        .slots = plane_.slots(),
        .notify = [&teller](const auto& info, const auto& args) { return (*teller).Notify(info, args); }});
    return std::make_unique<LocalHost>(std::vector<worker::Queue>{{.name = std::string(contract::kSystemQueue),
                                                                   .workflows = false,
                                                                   .activities = server::SystemActivities(*services_),
                                                                   .limits = {}}});
  }

  /// A server that remembers nothing looks once more, and whatever it finds to be sent is sent.
  void LookAgain() {
    EndLeases();
    server::NotifyTransport transport(LocalWorker::NoSandbox());
    notify::Outbox outbox(plane_.database(), key_, transport, {});
    server::ClosedRuns closed(plane_.database(), Harness::Get().client(), outbox, {});
    const auto scanned = closed.Scan();
    ASSERT_TRUE(scanned && *scanned) << (scanned ? "not its turn" : scanned.error().message);
    while (outbox.SendNext({})) {
    }
    EndLeases();
  }

  /// The server that scanned last is dead, and known to be.
  void EndLeases() {
    ASSERT_TRUE(plane_.database().Write([](store::Transaction& t) -> Result<void> {
      WEFT_TRY_VOID(t.Execute("UPDATE scans SET leased_until = 0"));
      return {};
    }));
  }

  /// The scan has a position: what closes from now on is to be told of.
  void BeginToScan() { LookAgain(); }

  std::vector<store::Notification> Log(const std::string& instance) {
    return *plane_.database().Read<std::vector<store::Notification>>(
        [&](store::Transaction& t) { return store::ListNotifications(t, {.instance = instance}, {}, 100); });
  }

  const SealingKey key_ = NewSealingKey();
  activities::HttpServer people_{
      [](const activities::ServedRequest&) { return activities::Answer("200 OK", "", "thanks"); }};
  ControlPlane plane_;
  std::optional<server::SystemServices> services_;
};

constexpr std::string_view kFails = R"(
weft: 1
name: fails
nodes:
  work: { shell: "echo no stock >&2; exit 3" }
notify:
  - { on: [failed], to: [ops] }
)";

TEST_F(NotificationsTest, AFailingRunIsToldOfOnceToEachChannel) {
  AddChannel("ops", {"failed"});  // both by the workflow's rule and by its own
  AddChannel("everyone", {"failed", "terminated"});
  BeginToScan();
  LocalWorker worker;
  temporalio::WorkflowRef run;
  {
    Teller teller(plane_.database(), key_);
    const auto system = OpenSystem(teller);
    run = Harness::Get().Start(kFails);
    EXPECT_EQ(Harness::Get().Wait(run).status, "failed");
    Until([&] { return Told("ops", run.workflow_id).size() + Told("everyone", run.workflow_id).size() >= 2; }, "told");
    // The run's own reporter has ended too.
    const auto reporter = Harness::Get().Wait({"weft-notify." + run.run_id + ".failed", {}});
    EXPECT_EQ(reporter.status, "completed") << reporter.error.Dump();
  }
  LookAgain();
  for (const auto* channel : {"ops", "everyone"}) {
    const auto told = Told(channel, run.workflow_id);
    ASSERT_THAT(told, SizeIs(1)) << channel;
    EXPECT_EQ(told[0].Get("event").AsString(), "failed");
    EXPECT_EQ(told[0].Get("node").AsString(), "work");
    EXPECT_EQ(told[0].Get("error").Get("code").AsString(), "shell.exit");
    EXPECT_THAT(told[0].Get("error").Get("data").Get("stderr").AsString(), HasSubstr("no stock"));
    EXPECT_EQ(told[0].Get("link").AsString(), "https://weft.example/instances/" + run.workflow_id);
    EXPECT_FALSE(told[0].Get("endedAt").IsNull());
  }
  EXPECT_THAT(Log(run.workflow_id), SizeIs(2));
}

constexpr std::string_view kWaits = R"(
weft: 1
name: waits
nodes:
  pause: { wait: 1h }
notify:
  - { on: [terminated, timed_out], to: [ops] }
)";

TEST_F(NotificationsTest, ATerminatedRunIsToldOfOnceByTwoServersThatWereDownThen) {
  AddChannel("ops");
  AddChannel("everyone", {"terminated"});
  BeginToScan();
  LocalWorker worker;
  const auto run = Harness::Get().Start(kWaits);
  Harness::Get().WaitUntil(run, [](const auto& view) { return Is(view, "pause", machine::NodeStatus::kWaiting); });
  ASSERT_TRUE(Harness::Get().client().Terminate(run, "by hand"));
  Harness::Get().Wait(run);
  {
    const auto other = *store::Database::Open({.url = plane_.url()});
    Teller first(plane_.database(), key_), second(*other, key_);
    const auto system = OpenSystem(first);
    Until([&] { return Told("ops", run.workflow_id).size() + Told("everyone", run.workflow_id).size() >= 2; }, "told");
    EXPECT_EQ(Harness::Get().Wait({"weft-notify." + run.run_id + ".terminated", {}}).status, "completed");
  }
  LookAgain();
  for (const auto* channel : {"ops", "everyone"}) {
    const auto told = Told(channel, run.workflow_id);
    ASSERT_THAT(told, SizeIs(1)) << channel;
    EXPECT_EQ(told[0].Get("event").AsString(), "terminated");
    EXPECT_EQ(told[0].Get("node").AsString(), "pause");
    EXPECT_EQ(told[0].Get("error").Get("message").AsString(), "by hand");
  }
}

TEST_F(NotificationsTest, ARunThatTemporalTimesOutIsToldOf) {
  AddChannel("ops");
  BeginToScan();
  LocalWorker worker;
  Teller teller(plane_.database(), key_);
  const auto system = OpenSystem(teller);
  const auto workflow = *dsl::Load(kWaits).workflow;
  temporalio::StartOptions start;
  start.workflow_id = contract::InstanceId(workflow.ns, workflow.name, "manual", NewUlid());
  start.workflow_type = contract::WorkflowType(workflow.ns, workflow.name);
  start.task_queue = contract::kWorkerQueue;
  start.execution_timeout = 1s;
  start.input = {temporalio::JsonPayload(contract::StartInput{}.ToJson()), temporalio::JsonPayload(workflow.normalised),
                 temporalio::JsonPayload("null")};
  const auto id = start.workflow_id;
  ASSERT_TRUE(Harness::Get().client().StartWorkflow(std::move(start)));
  Until([&] { return !Told("ops", id).empty(); }, "told");
  EXPECT_EQ(Told("ops", id)[0].Get("event").AsString(), "timed_out");
  EXPECT_EQ(Told("ops", id)[0].Get("node").AsString(), "pause");
}

constexpr std::string_view kMoody = R"(
weft: 1
name: moody
nodes:
  work: { fail: { code: mood, message: bad mood }, when: ".bad" }
notify:
  - { on: [recovered], to: [ops] }
)";

TEST_F(NotificationsTest, TheFirstCompletionAfterAFailureIsARecovery) {
  AddChannel("ops");
  AddChannel("everyone", {"recovered"});
  BeginToScan();
  LocalWorker worker;
  std::vector<temporalio::WorkflowRef> runs;
  for (const auto* input : {R"({"bad":false})", R"({"bad":true})", R"({"bad":false})", R"({"bad":false})"}) {
    runs.push_back(Harness::Get().Start(kMoody, input));
    Harness::Get().Wait(runs.back());
  }
  const auto& third = runs[2].workflow_id;
  {
    Teller teller(plane_.database(), key_);
    Until([&] { return !Told("ops", third).empty() && !Told("everyone", third).empty(); }, "told");
  }
  LookAgain();
  EXPECT_THAT(Told("ops", third), SizeIs(1));
  EXPECT_EQ(Told("ops", third)[0].Get("event").AsString(), "recovered");
  EXPECT_EQ(Told("ops", third)[0].Get("status").AsString(), "completed");
  for (const auto i : {0U, 1U, 3U}) EXPECT_THAT(Log(runs[i].workflow_id), SizeIs(0)) << i;
}

TEST_F(NotificationsTest, ALongWaitIsToldOf) {
  AddChannel("ops");
  LocalWorker worker;
  Teller teller(plane_.database(), key_);
  const auto system = OpenSystem(teller);
  constexpr std::string_view kPatient = R"(
weft: 1
name: patient
nodes:
  review: { event: com.shop.review.done }
  boss: { approval: { title: Ship it? } }
notify:
  - { on: [{ waiting: 1s }], to: [ops] }
)";
  plane_.Deploy(kPatient);
  const auto run = Harness::Get().Start(kPatient);
  Until([&] { return Told("ops", run.workflow_id).size() >= 2; }, "told");
  std::vector<std::string> nodes;
  for (const auto& report : Told("ops", run.workflow_id)) {
    EXPECT_EQ(report.Get("event").AsString(), "waiting");
    nodes.push_back(report.Get("node").AsString() + " " + report.Get("reason").Get("kind").AsString());
  }
  EXPECT_THAT(nodes, ::testing::UnorderedElementsAre("review event", "boss approval"));
  ASSERT_TRUE(Harness::Get().client().Terminate(run, "enough"));
}

TEST_F(NotificationsTest, ARunWhoseTaskFailsAgainAndAgainIsStuck) {
  AddChannel("ops", {"stuck"});
  LocalWorker worker;
  const auto workflow = *dsl::Load(kWaits).workflow;
  temporalio::StartOptions start;
  start.workflow_id = contract::InstanceId(workflow.ns, workflow.name, "manual", NewUlid());
  start.workflow_type = contract::WorkflowType(workflow.ns, workflow.name);
  start.task_queue = contract::kWorkerQueue;
  contract::StartInput from_the_future;
  from_the_future.semantics = contract::kSemantics + 1;
  start.input = {temporalio::JsonPayload(from_the_future.ToJson()), temporalio::JsonPayload(workflow.normalised),
                 temporalio::JsonPayload("null")};
  const auto id = start.workflow_id;
  const auto started = Harness::Get().client().StartWorkflow(std::move(start));
  ASSERT_TRUE(started);
  Until(
      [&] {
        const auto described = Harness::Get().client().Describe({id, {}});
        return described && described->raw.pending_workflow_task().attempt() > 3;
      },
      "four attempts");
  Teller teller(plane_.database(), key_);
  Until([&] { return !Told("ops", id).empty(); }, "told");
  const auto report = Told("ops", id)[0];
  EXPECT_EQ(report.Get("event").AsString(), "stuck");
  EXPECT_EQ(report.Get("workflow").AsString(), "waits");
  EXPECT_THAT(report.Get("error").Get("message").AsString(), HasSubstr("semantics"));
  ASSERT_TRUE(Harness::Get().client().Terminate({id, {}}, "enough"));
}

TEST_F(NotificationsTest, ANodeTellsAndGetsItsReceipt) {
  AddChannel("ops");
  LocalWorker worker;
  Teller teller(plane_.database(), key_);
  const auto system = OpenSystem(teller);
  const auto run = Harness::Get().Start(R"(
weft: 1
name: tells
nodes:
  one: { notify: { to: ops, title: Order 7, text: Shipped } }
  two: { notify: { to: nobody, title: Order 7 } }
  after: { needs: two.failed, set: "${ .message }" }
)");
  const auto view = Harness::Get().Wait(run);
  EXPECT_EQ(view.status, "completed") << view.error.Dump();
  EXPECT_TRUE(NodeOf(view, "one").output.Get("delivered").AsBool());
  EXPECT_EQ(NodeOf(view, "one").output.Get("channels").At(0).Get("status").AsString(), "sent");
  EXPECT_EQ(NodeOf(view, "two").error->code, "notify");
  EXPECT_THAT(NodeOf(view, "after").output.AsString(), HasSubstr("no channel `nobody`"));
  const auto told = Told("ops", run.workflow_id);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].Get("title").AsString(), "Order 7");
  EXPECT_EQ(told[0].Get("node").AsString(), "one");
}

}  // namespace
}  // namespace weft::testing
