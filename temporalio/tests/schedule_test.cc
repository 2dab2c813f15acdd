#include "temporalio/client/schedule.h"

#include <gmock/gmock.h>

#include "temporalio/tests/eventually.h"
#include "temporalio/tests/support.h"

namespace temporalio::test {
namespace {

using namespace temporal::api::enums::v1;
using Code = Error::Code;

class ScheduleTest : public ::testing::Test {
 protected:
  ScheduleTest() {
    StartOptions action;
    action.workflow_id = id_ + "-run";
    action.workflow_type = "scheduled";
    action.task_queue = "nobody";
    action.input = {JsonPayload("1")};
    options_.schedule_id = id_;
    options_.memo["revision"] = JsonPayload("3");
    *options_.schedule.mutable_action() = StartWorkflowAction(action);
    auto* policies = options_.schedule.mutable_policies();
    policies->set_overlap_policy(SCHEDULE_OVERLAP_POLICY_ALLOW_ALL);
    // Never by itself within a test.
    auto* interval = options_.schedule.mutable_spec()->add_interval();
    *interval->mutable_interval() = ToDuration(std::chrono::hours(24 * 365));
    *interval->mutable_phase() = ToDuration(std::chrono::hours(24 * 200));
  }
  ~ScheduleTest() override { (void)schedules_.Delete(id_); }

  std::int64_t Actions() { return schedules_.Describe(id_).value().info.action_count(); }

  const std::string id_ = UniqueName("schedule");
  const Client client_{TheConnection()};
  const ScheduleClient schedules_{client_};
  CreateScheduleOptions options_;
};

TEST_F(ScheduleTest, CreatesDescribesAndDeletes) {
  const auto created = schedules_.Create(options_);
  ASSERT_TRUE(created) << created.error().message;
  EXPECT_EQ(schedules_.Create(options_).error().code, Code::kAlreadyExists);
  const auto description = schedules_.Describe(id_).value();
  EXPECT_EQ(description.schedule.action().start_workflow().workflow_type().name(), "scheduled");
  EXPECT_EQ(description.schedule.action().start_workflow().input().payloads(0).data(), "1");
  EXPECT_EQ(description.memo.at("revision").data(), "3");
  EXPECT_GT(description.info.future_action_times_size(), 0);
  EXPECT_NE(description.conflict_token, "");

  ASSERT_TRUE(schedules_.Delete(id_));
  EXPECT_EQ(schedules_.Describe(id_).error().code, Code::kNotFound);
}

TEST_F(ScheduleTest, PausesAndUnpausesWithANote) {
  ASSERT_TRUE(schedules_.Create(options_));
  ASSERT_TRUE(schedules_.Pause(id_, "Stocktaking."));
  ASSERT_TRUE(Eventually([&] { return schedules_.Describe(id_).value().schedule.state().paused(); }));
  EXPECT_EQ(schedules_.Describe(id_).value().schedule.state().notes(), "Stocktaking.");
  ASSERT_TRUE(schedules_.Unpause(id_, ""));
  ASSERT_TRUE(Eventually([&] { return !schedules_.Describe(id_).value().schedule.state().paused(); }));
  EXPECT_EQ(schedules_.Describe(id_).value().schedule.state().notes(), "Unpaused");
}

TEST_F(ScheduleTest, TriggersEvenIfPaused) {
  options_.schedule.mutable_state()->set_paused(true);
  ASSERT_TRUE(schedules_.Create(options_));
  ASSERT_TRUE(schedules_.Trigger(id_));
  ASSERT_TRUE(Eventually([&] { return Actions() == 1; }));
  const auto run = schedules_.Describe(id_).value().info.recent_actions(0).start_workflow_result();
  EXPECT_TRUE(run.workflow_id().starts_with(id_ + "-run-"));
  EXPECT_EQ(client_.Describe({run.workflow_id(), run.run_id()})->info.workflow_type, "scheduled");
}

TEST_F(ScheduleTest, CanActAsSoonAsItIsCreated) {
  options_.trigger_immediately = true;
  ASSERT_TRUE(schedules_.Create(options_));
  EXPECT_TRUE(Eventually([&] { return Actions() == 1; }));
}

TEST_F(ScheduleTest, BackfillsWhatWouldHaveHappened) {
  auto* interval = options_.schedule.mutable_spec()->mutable_interval(0);
  *interval->mutable_interval() = ToDuration(std::chrono::hours(1));
  interval->clear_phase();
  options_.schedule.mutable_state()->set_paused(true);
  ASSERT_TRUE(schedules_.Create(options_));
  const Time start = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1) + std::chrono::minutes(30);
  ASSERT_TRUE(schedules_.Backfill(id_, {{start, start + std::chrono::hours(3)}}));
  EXPECT_TRUE(Eventually([&] { return Actions() == 3; }));
}

TEST_F(ScheduleTest, AnUpdateReplacesTheSchedule) {
  ASSERT_TRUE(schedules_.Create(options_));
  auto description = schedules_.Describe(id_).value();
  description.schedule.mutable_action()->mutable_start_workflow()->mutable_workflow_type()->set_name("other");
  const auto updated = schedules_.Update(id_, description.schedule, description.conflict_token);
  ASSERT_TRUE(updated) << updated.error().message;
  EXPECT_TRUE(Eventually([&] {
    return schedules_.Describe(id_).value().schedule.action().start_workflow().workflow_type().name() == "other";
  }));
}

TEST_F(ScheduleTest, AnUpdateDoesNotUndoWhatItDidNotSee) {
  ASSERT_TRUE(schedules_.Create(options_));
  auto description = schedules_.Describe(id_).value();
  ASSERT_TRUE(schedules_.Pause(id_, "By hand."));
  ASSERT_TRUE(Eventually([&] { return schedules_.Describe(id_).value().schedule.state().paused(); }));
  (void)schedules_.Update(id_, description.schedule, description.conflict_token);
  // Applied in order: once this change is there, the update before it was refused or applied.
  ASSERT_TRUE(schedules_.Pause(id_, "Again."));
  ASSERT_TRUE(Eventually([&] { return schedules_.Describe(id_).value().schedule.state().notes() == "Again."; }));
  EXPECT_NE(schedules_.Describe(id_).value().conflict_token, description.conflict_token);
  ASSERT_TRUE(schedules_.Describe(id_).value().schedule.state().paused());
}

TEST_F(ScheduleTest, Lists) {
  ASSERT_TRUE(schedules_.Create(options_));
  EXPECT_TRUE(Eventually([&] {
    const auto page = schedules_.List().value();
    for (const auto& entry : page.schedules)
      if (entry.schedule_id() == id_) return entry.memo().fields().at("revision").data() == "3";
    return false;
  }));
}

TEST_F(ScheduleTest, UnknownSchedulesAreNotFound) {
  EXPECT_EQ(schedules_.Describe("nothing").error().code, Code::kNotFound);
  EXPECT_EQ(schedules_.Pause("nothing", "").error().code, Code::kNotFound);
  EXPECT_EQ(schedules_.Delete("nothing").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace temporalio::test
