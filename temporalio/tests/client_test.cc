#include "temporalio/client/client.h"

#include <gmock/gmock.h>

#include <thread>

#include "temporalio/client/history.h"
#include "temporalio/client/result.h"
#include "temporalio/tests/endings.h"
#include "temporalio/tests/eventually.h"
#include "temporalio/tests/support.h"

namespace temporalio::test {
namespace {

using namespace temporal::api::enums::v1;
using Code = Error::Code;

class ClientTest : public ::testing::Test {
 protected:
  /// Without a worker: the run stays open.
  StartOptions Options(const std::string& type = "wait") {
    StartOptions options;
    options.workflow_id = UniqueName("client");
    options.workflow_type = type;
    options.task_queue = queue_;
    options.input = {JsonPayload("\"in\"")};
    return options;
  }

  void RunWorker() {
    WorkerOptions options;
    options.task_queue = queue_;
    options.workflows = Endings(queue_);
    worker_ = std::make_unique<RunningWorker>(std::move(options));
  }

  const Client client_{TheConnection()};
  const std::string queue_ = UniqueName("queue");
  std::unique_ptr<RunningWorker> worker_;
};

// Starting.

TEST_F(ClientTest, ASecondStartOfAnOpenRunFailsAndNamesIt) {
  const StartOptions options = Options();
  const auto first = client_.StartWorkflow(options).value();
  EXPECT_TRUE(first.started);
  const auto second = client_.StartWorkflow(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kAlreadyExists);
  EXPECT_EQ(ExistingRunId(second.error()), first.run_id);
}

TEST_F(ClientTest, TheSameRequestIdIsTheSameStart) {
  StartOptions options = Options();
  options.request_id = "delivery-1";
  const auto first = client_.StartWorkflow(options).value();
  const auto again = client_.StartWorkflow(options).value();
  EXPECT_EQ(again.run_id, first.run_id);
}

TEST_F(ClientTest, UseExistingTellsThatNothingWasStarted) {
  StartOptions options = Options();
  const auto first = client_.StartWorkflow(options).value();
  options.id_conflict_policy = WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING;
  const auto second = client_.StartWorkflow(options).value();
  EXPECT_FALSE(second.started);
  EXPECT_EQ(second.run_id, first.run_id);
}

TEST_F(ClientTest, TerminateExistingReplacesTheRun) {
  StartOptions options = Options();
  const auto first = client_.StartWorkflow(options).value();
  options.id_conflict_policy = WORKFLOW_ID_CONFLICT_POLICY_TERMINATE_EXISTING;
  const auto second = client_.StartWorkflow(options).value();
  EXPECT_NE(second.run_id, first.run_id);
  const auto outcome = GetResult(client_, {options.workflow_id, first.run_id}).value();
  EXPECT_TRUE(std::holds_alternative<Terminated>(outcome.how));
}

TEST_F(ClientTest, RejectDuplicateRefusesAClosedId) {
  StartOptions options = Options();
  ASSERT_TRUE(client_.StartWorkflow(options));
  ASSERT_TRUE(client_.Terminate({options.workflow_id, ""}, "over"));
  options.id_reuse_policy = WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE;
  EXPECT_EQ(client_.StartWorkflow(options).error().code, Code::kAlreadyExists);
  options.id_reuse_policy = WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE;
  EXPECT_TRUE(client_.StartWorkflow(options));
}

TEST_F(ClientTest, AStartCarriesAllItsOptions) {
  StartOptions options = Options();
  options.memo["note"] = JsonPayload("\"paper\"");
  options.search_attributes["TemporalChangeVersion"] = JsonPayload("[\"k\"]");
  options.execution_timeout = std::chrono::hours(2);
  options.run_timeout = std::chrono::hours(1);
  options.task_timeout = std::chrono::seconds(7);
  options.start_delay = std::chrono::hours(1);
  options.summary = "Order \"7\"";
  options.summary_details = "Long";
  const auto started = client_.StartWorkflow(options);
  ASSERT_TRUE(started) << started.error().message;

  const auto description = client_.Describe({options.workflow_id, started->run_id}).value();
  EXPECT_EQ(description.info.memo.at("note").data(), "\"paper\"");
  EXPECT_EQ(description.info.search_attributes.at("TemporalChangeVersion").data(), "[\"k\"]");
  const auto& config = description.raw.execution_config();
  EXPECT_EQ(config.workflow_execution_timeout().seconds(), 7200);
  EXPECT_EQ(config.workflow_run_timeout().seconds(), 3600);
  EXPECT_EQ(config.default_workflow_task_timeout().seconds(), 7);
  EXPECT_EQ(config.user_metadata().summary().data(), R"("Order \"7\"")");
  EXPECT_EQ(config.user_metadata().details().data(), "\"Long\"");
  const auto history = FetchHistory(client_, {options.workflow_id, started->run_id}).value();
  const auto& event = history.events(0).workflow_execution_started_event_attributes();
  EXPECT_EQ(event.first_workflow_task_backoff().seconds(), 3600);
  EXPECT_EQ(event.identity(), TheConnection()->identity());
}

// Steering.

TEST_F(ClientTest, SignalWithStartStartsOnceAndSignalsTwice) {
  const StartOptions options = Options();
  const auto first = client_.SignalWithStart(options, {.name = "a", .input = {JsonPayload("1")}}).value();
  EXPECT_TRUE(first.started);
  const auto second = client_.SignalWithStart(options, {.name = "b", .input = {JsonPayload("2")}}).value();
  EXPECT_FALSE(second.started);
  EXPECT_EQ(second.run_id, first.run_id);
  const auto history = FetchHistory(client_, {options.workflow_id, first.run_id}).value();
  std::vector<std::string> signals;
  for (const auto& event : history.events())
    if (event.has_workflow_execution_signaled_event_attributes())
      signals.push_back(event.workflow_execution_signaled_event_attributes().signal_name());
  EXPECT_EQ(signals, (std::vector<std::string>{"a", "b"}));
}

TEST_F(ClientTest, TheSameRequestIdIsTheSameSignal) {
  const StartOptions options = Options();
  ASSERT_TRUE(client_.StartWorkflow(options));
  const Signal signal{.name = "go", .input = {JsonPayload("1")}, .request_id = "delivery-1"};
  ASSERT_TRUE(client_.SignalWorkflow({options.workflow_id, ""}, signal));
  ASSERT_TRUE(client_.SignalWorkflow({options.workflow_id, ""}, signal));
  int signals = 0;
  const auto history = FetchHistory(client_, {options.workflow_id, ""}).value();
  for (const auto& event : history.events()) signals += event.has_workflow_execution_signaled_event_attributes();
  EXPECT_EQ(signals, 1);
}

TEST_F(ClientTest, ResetRunsAgainFromAnEvent) {
  RunWorker();
  const StartOptions options = Options("echo");
  const auto first = client_.StartWorkflow(options).value();
  ASSERT_TRUE(GetResult(client_, {options.workflow_id, first.run_id}));
  const auto again =
      client_.Reset({options.workflow_id, first.run_id}, {.reason = "once more", .workflow_task_event_id = 4});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_NE(*again, first.run_id);
  const auto outcome = GetResult(client_, {options.workflow_id, *again}).value();
  EXPECT_EQ(std::get<Completed>(outcome.how).result.at(0).data(), "\"in\"");
}

TEST_F(ClientTest, UnknownRunsAreNotFound) {
  const WorkflowRef nobody{"nobody", ""};
  EXPECT_EQ(client_.Describe(nobody).error().code, Code::kNotFound);
  EXPECT_EQ(client_.SignalWorkflow(nobody, {.name = "a"}).error().code, Code::kNotFound);
  EXPECT_EQ(client_.RequestCancel(nobody).error().code, Code::kNotFound);
  EXPECT_EQ(client_.Terminate(nobody, "x").error().code, Code::kNotFound);
  EXPECT_EQ(GetResult(client_, nobody).error().code, Code::kNotFound);
  EXPECT_EQ(FetchHistory(client_, nobody).error().code, Code::kNotFound);
}

// Results.

TEST_F(ClientTest, ResultsTellHowARunEnded) {
  RunWorker();
  const auto outcome_of = [&](const std::string& type, auto act) {
    const StartOptions options = Options(type);
    const auto started = client_.StartWorkflow(options).value();
    act(WorkflowRef{options.workflow_id, ""});
    RunOutcome outcome = GetResult(client_, {options.workflow_id, started.run_id}).value();
    EXPECT_EQ(outcome.run_id == started.run_id, type != "continue");
    return outcome.how;
  };
  const auto nothing = [](const WorkflowRef&) {};

  EXPECT_EQ(std::get<Completed>(outcome_of("echo", nothing)).result.at(0).data(), "\"in\"");
  const auto failed = std::get<Failed>(outcome_of("fail", nothing));
  EXPECT_EQ(failed.failure.message(), "It broke.");
  EXPECT_EQ(failed.failure.application_failure_info().type(), "broken");
  EXPECT_EQ(std::get<Completed>(outcome_of("continue", nothing)).result.at(0).data(), "\"in\"");
  EXPECT_EQ(std::get<Completed>(outcome_of("wait",
                                           [&](const WorkflowRef& run) {
                                             EXPECT_TRUE(client_.SignalWorkflow(
                                                 run, {.name = "go", .input = {JsonPayload("7")}}));
                                           }))
                .result.at(0)
                .data(),
            "7");
  outcome_of("wait", [&](const WorkflowRef& run) { EXPECT_TRUE(client_.RequestCancel(run, "why not")); });
  const auto terminated = std::get<Terminated>(outcome_of(
      "wait", [&](const WorkflowRef& run) { EXPECT_TRUE(client_.Terminate(run, "enough", {JsonPayload("9")})); }));
  EXPECT_EQ(terminated.reason, "enough");
  EXPECT_EQ(terminated.details.at(0).data(), "9");
}

TEST_F(ClientTest, ARunThatIsAskedToEndsAsCancelled) {
  RunWorker();
  const StartOptions options = Options();
  ASSERT_TRUE(client_.StartWorkflow(options));
  ASSERT_TRUE(client_.RequestCancel({options.workflow_id, ""}, "why not"));
  EXPECT_TRUE(std::holds_alternative<Cancelled>(GetResult(client_, {options.workflow_id, ""}).value().how));
  EXPECT_EQ(client_.Describe({options.workflow_id, ""}).value().info.status, WORKFLOW_EXECUTION_STATUS_CANCELED);
}

TEST_F(ClientTest, ARunWithoutWorkerTimesOut) {
  StartOptions options = Options();
  options.run_timeout = std::chrono::seconds(1);
  ASSERT_TRUE(client_.StartWorkflow(options));
  EXPECT_TRUE(std::holds_alternative<TimedOut>(GetResult(client_, {options.workflow_id, ""}).value().how));
}

TEST_F(ClientTest, ResultsCanStopAtTheFirstRun) {
  RunWorker();
  const StartOptions options = Options("continue");
  const auto first = client_.StartWorkflow(options).value();
  const auto outcome = GetResult(client_, {options.workflow_id, first.run_id}, /*follow_runs=*/false).value();
  EXPECT_EQ(outcome.run_id, first.run_id);
  const auto& new_run_id = std::get<ContinuedAsNew>(outcome.how).new_run_id;
  EXPECT_EQ(GetResult(client_, {options.workflow_id, new_run_id}).value().run_id, new_run_id);
}

// Histories.

TEST_F(ClientTest, HistoriesArePagedAndResumed) {
  const StartOptions options = Options();
  ASSERT_TRUE(client_.StartWorkflow(options));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client_.SignalWorkflow({options.workflow_id, ""}, {.name = "s"}));
  const auto all = FetchHistory(client_, {options.workflow_id, ""}).value();
  ASSERT_EQ(all.events_size(), 7);

  HistoryReader first(client_, {options.workflow_id, ""}, {.page_size = 2});
  std::vector<std::int64_t> ids;
  for (const auto& event : (*first.Next().value()).events()) ids.push_back(event.event_id());
  EXPECT_LT(ids.size(), 7u);
  HistoryReader second(client_, {options.workflow_id, ""}, {.page_size = 2, .token = first.token()});
  while (const auto page = second.Next().value())
    for (const auto& event : page->events()) ids.push_back(event.event_id());
  EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7}));
}

TEST_F(ClientTest, FollowingWaitsForWhatHappensNextUntilTheRunCloses) {
  const StartOptions options = Options();
  ASSERT_TRUE(client_.StartWorkflow(options));
  HistoryReader reader(client_, {options.workflow_id, ""}, {.follow = true});
  EXPECT_EQ(reader.Next().value()->events_size(), 2);
  std::jthread signal([&] { EXPECT_TRUE(client_.SignalWorkflow({options.workflow_id, ""}, {.name = "later"})); });
  EXPECT_EQ(reader.Next().value()->events(0).workflow_execution_signaled_event_attributes().signal_name(), "later");
  signal.join();

  ASSERT_TRUE(client_.Terminate({options.workflow_id, ""}, "over"));
  HistoryReader resumed(client_, {options.workflow_id, ""}, {.follow = true, .token = reader.token()});
  EXPECT_TRUE(resumed.Next().value()->events(0).has_workflow_execution_terminated_event_attributes());
  EXPECT_FALSE(resumed.Next().value());
  EXPECT_EQ(resumed.token(), "");
}

TEST_F(ClientTest, FollowingEndsWhenAskedTo) {
  const StartOptions options = Options();
  ASSERT_TRUE(client_.StartWorkflow(options));
  HistoryReader reader(client_, {options.workflow_id, ""}, {.follow = true});
  ASSERT_TRUE(reader.Next());
  std::stop_source stop;
  std::jthread asks([&] { stop.request_stop(); });
  EXPECT_EQ(reader.Next(stop.get_token()).error().code, Code::kCancelled);
  EXPECT_EQ(GetResult(client_, {options.workflow_id, ""}, true, stop.get_token()).error().code, Code::kCancelled);
  // And can go on.
  ASSERT_TRUE(client_.SignalWorkflow({options.workflow_id, ""}, {.name = "s"}));
  EXPECT_TRUE(reader.Next().value());
}

// Lists.

TEST_F(ClientTest, ListsAndCountsWhatAQueryFinds) {
  StartOptions options = Options("listed");
  options.memo["note"] = JsonPayload("1");
  for (int i = 0; i < 3; ++i) {
    options.workflow_id = UniqueName("listed");
    ASSERT_TRUE(client_.StartWorkflow(options));
  }
  ASSERT_TRUE(client_.Terminate({options.workflow_id, ""}, "over"));
  const std::string query = "WorkflowType = 'listed'";
  const auto running = [&] { return client_.CountRuns(query + " AND ExecutionStatus = 'Running'").value().total; };
  ASSERT_TRUE(Eventually([&] { return running() == 2 && client_.CountRuns(query).value().total == 3; }));

  std::vector<RunInfo> runs;
  std::string token;
  do {
    auto page = client_.ListRuns(query, 2, token).value();
    EXPECT_LE(page.runs.size(), 2u);
    runs.insert(runs.end(), page.runs.begin(), page.runs.end());
    token = page.next_page_token;
  } while (!token.empty());
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_EQ(runs[0].workflow_type, "listed");
  EXPECT_EQ(runs[0].task_queue, queue_);
  EXPECT_EQ(runs[0].memo.at("note").data(), "1");

  const auto groups = client_.CountRuns(query + " GROUP BY ExecutionStatus").value();
  EXPECT_EQ(groups.total, 3);
  EXPECT_EQ(groups.groups.size(), 2u);
  EXPECT_EQ(client_.ListRuns("no query at all").error().code, Code::kInvalidArgument);
}

// The server.

TEST_F(ClientTest, DescribesServerAndNamespace) {
  EXPECT_NE(client_.GetSystemInfo().value().version, "");
  EXPECT_EQ(client_.DescribeNamespace().value().namespace_info().name(), "default");
  ConnectionOptions options;
  options.target = TheServer().target();
  options.namespace_name = "nowhere";
  const auto elsewhere = Connection::Connect(TheRuntime(), options).value();
  EXPECT_EQ(Client(elsewhere).DescribeNamespace().error().code, Code::kNotFound);
}

}  // namespace
}  // namespace temporalio::test
