#include <gmock/gmock.h>

#include "temporalio/client/history.h"
#include "temporalio/client/result.h"
#include "temporalio/client/schedule.h"
#include "temporalio/converter/aes_gcm_codec.h"
#include "temporalio/tests/endings.h"
#include "temporalio/tests/eventually.h"
#include "temporalio/tests/support.h"

namespace temporalio::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kSecret[] = "card-4242";

std::shared_ptr<const PayloadCodec> Codec(const std::string& key_id) {
  return AesGcmCodec::Create({{key_id, std::string(32, key_id[0])}}).value();
}

class Encryption : public ::testing::Test {
 protected:
  Encryption() {
    WorkerOptions worker;
    worker.task_queue = queue_;
    worker.workflows = Endings(queue_);
    worker.activities["work"] = [](ActivityContext& context) -> ActivityResult {
      context.Heartbeat({JsonPayload("\"card-4242 heartbeat\"")});
      const Payload& input = context.input().at(0);
      if (input.data() == "\"card-4242\"") return JsonPayload("\"card-4242 charged\"");
      return std::unexpected(ActivityFailure{.type = "declined",
                                             .message = "The card card-4242 was declined.",
                                             .details = {JsonPayload("\"card-4242\"")}});
    };
    worker.codec = Codec("a");
    worker_ = std::make_unique<RunningWorker>(std::move(worker));
  }

  StartOptions Options(const std::string& input) {
    StartOptions options;
    options.workflow_id = UniqueName("encrypted");
    options.workflow_type = "work";
    options.task_queue = queue_;
    options.input = {JsonPayload(input)};
    options.memo["card"] = JsonPayload("\"card-4242\"");
    options.summary = "Charges card-4242";
    options.search_attributes["TemporalChangeVersion"] = JsonPayload("[\"searchable\"]");
    return options;
  }

  /// All that the server holds of a run.
  static std::string Stored(const std::string& workflow_id) {
    return FetchHistory(TheClient(), {workflow_id, ""}).value().SerializeAsString() +
           TheClient().Describe({workflow_id, ""}).value().raw.SerializeAsString();
  }

  const std::string queue_ = UniqueName("queue");
  const Client client_{TheConnection(), Codec("a")};
  std::unique_ptr<RunningWorker> worker_;
};

TEST_F(Encryption, TheServerSeesNothingOfASuccess) {
  const StartOptions options = Options("\"card-4242\"");
  const auto started = client_.StartWorkflow(options);
  ASSERT_TRUE(started) << started.error().message;
  const auto outcome = GetResult(client_, {options.workflow_id, ""}).value();
  EXPECT_EQ(std::get<Completed>(outcome.how).result.at(0).data(), "\"card-4242 charged\"");

  const std::string stored = Stored(options.workflow_id);
  EXPECT_THAT(stored, Not(HasSubstr(kSecret)));
  EXPECT_THAT(stored, HasSubstr("binary/encrypted"));
  EXPECT_THAT(stored, HasSubstr("searchable"));
  // With the key, everything is there.
  const auto history = FetchHistory(client_, {options.workflow_id, ""}).value();
  EXPECT_EQ(history.events(0).workflow_execution_started_event_attributes().input().payloads(0).data(),
            "\"card-4242\"");
  EXPECT_EQ(client_.Describe({options.workflow_id, ""}).value().info.memo.at("card").data(), "\"card-4242\"");
}

TEST_F(Encryption, TheServerSeesNothingOfAFailureButItsType) {
  const StartOptions options = Options("\"other\"");
  ASSERT_TRUE(client_.StartWorkflow(options));
  const auto outcome = GetResult(client_, {options.workflow_id, ""}).value();
  const Failure& failure = std::get<Failed>(outcome.how).failure;
  EXPECT_EQ(RootCause(failure).message(), "The card card-4242 was declined.");
  EXPECT_EQ(RootCause(failure).application_failure_info().details().payloads(0).data(), "\"card-4242\"");

  const std::string stored = Stored(options.workflow_id);
  EXPECT_THAT(stored, Not(HasSubstr(kSecret)));
  EXPECT_THAT(stored, HasSubstr("declined"));
}

TEST_F(Encryption, SchedulesStartWhatWorkersCanRead) {
  const ScheduleClient schedules(client_);
  CreateScheduleOptions options;
  options.schedule_id = UniqueName("encrypted");
  *options.schedule.mutable_action() = StartWorkflowAction(Options("\"card-4242\""));
  options.memo["m"] = JsonPayload("\"card-4242\"");
  options.trigger_immediately = true;
  const auto created = schedules.Create(options);
  ASSERT_TRUE(created) << created.error().message;
  const auto actions = [&] { return schedules.Describe(options.schedule_id).value().info.recent_actions(); };
  ASSERT_TRUE(Eventually([&] { return actions().size() == 1; }));
  const auto run = actions().Get(0).start_workflow_result();
  const auto outcome = GetResult(client_, {run.workflow_id(), run.run_id()}).value();
  EXPECT_EQ(std::get<Completed>(outcome.how).result.at(0).data(), "\"card-4242 charged\"");
  const auto stored = ScheduleClient(TheClient()).Describe(options.schedule_id).value();
  EXPECT_THAT(stored.schedule.SerializeAsString(), Not(HasSubstr(kSecret)));
  EXPECT_THAT(stored.memo.at("m").data(), Not(HasSubstr(kSecret)));
  EXPECT_TRUE(schedules.Delete(options.schedule_id));
}

TEST_F(Encryption, WithoutTheKeyNothingRunsAndTheReasonIsInTheHistory) {
  const Client foreign(TheConnection(), Codec("b"));
  const StartOptions options = Options("\"card-4242\"");
  ASSERT_TRUE(foreign.StartWorkflow(options));
  const auto reason = [&]() -> std::string {
    const auto history = FetchHistory(foreign, {options.workflow_id, ""}).value();
    for (const auto& event : history.events())
      if (event.has_workflow_task_failed_event_attributes())
        return event.workflow_task_failed_event_attributes().failure().message();
    return "";
  };
  ASSERT_TRUE(Eventually([&] { return !reason().empty(); }));
  EXPECT_THAT(reason(), HasSubstr("key `b`"));

  const auto history = FetchHistory(client_, {options.workflow_id, ""});
  ASSERT_FALSE(history);
  EXPECT_THAT(history.error().message, HasSubstr("key `b`"));
  // But a list that holds such a run is a list.
  EXPECT_TRUE(Eventually([&] {
    const auto page = client_.ListRuns("WorkflowId = '" + options.workflow_id + "'").value();
    return page.runs.size() == 1 && page.runs[0].memo.at("card").data() != "\"card-4242\"";
  }));
  EXPECT_TRUE(client_.Terminate({options.workflow_id, ""}, "over"));
}

}  // namespace
}  // namespace temporalio::test
