#include "triggers/schedule.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "contract/start.h"
#include "dsl/load.h"
#include "temporalio/converter/payload.h"
#include "temporalio/converter/time.h"

namespace weft::triggers {
namespace {

using namespace temporal::api::enums::v1;

std::shared_ptr<const dsl::Workflow> Load(std::string_view trigger) {
  const auto yaml = fmt::format(
      "weft: 1\nname: nightly\nnamespace: shop\ntriggers:\n  - {{ id: night, {} }}\n"
      "  - {{ id: hook, webhook: orders }}\nnodes:\n  a: {{ set: 1 }}\n",
      trigger);
  auto loaded = dsl::Load(yaml);
  EXPECT_TRUE(loaded.workflow) << dsl::FormatDiagnostics("file", yaml, loaded.diagnostics);
  return loaded.workflow;
}

temporalio::CreateScheduleOptions Make(std::string_view trigger) {
  const auto workflow = Load(trigger);
  auto made = ScheduleFor(*workflow, 3, workflow->triggers.front());
  EXPECT_TRUE(made) << made.error().message;
  return *std::move(made);
}

std::string Show(const google::protobuf::RepeatedPtrField<temporal::api::schedule::v1::Range>& ranges) {
  std::string text;
  for (const auto& range : ranges) {
    text += fmt::format("{}{}-{}/{}", text.empty() ? "" : ",", range.start(), range.end(), range.step());
  }
  return text;
}

/// All that the specification holds, in words.
std::string Spec(std::string_view trigger) {
  const auto spec = Make(trigger).schedule.spec();
  std::string text;
  for (const auto& calendar : spec.structured_calendar()) {
    text += fmt::format("{} | {} | {} | {} | {} | {}; ", Show(calendar.second()), Show(calendar.minute()),
                        Show(calendar.hour()), Show(calendar.day_of_month()), Show(calendar.month()),
                        Show(calendar.day_of_week()));
  }
  for (const auto& interval : spec.interval()) text += fmt::format("every {} s; ", interval.interval().seconds());
  text += spec.timezone_name();
  if (spec.has_jitter()) text += fmt::format(", jitter {} s", spec.jitter().seconds());
  if (spec.has_start_time()) text += fmt::format(", from {}", spec.start_time().seconds());
  if (spec.has_end_time()) text += fmt::format(", to {}", spec.end_time().seconds());
  return text;
}

TEST(Schedule, IsAStructuredCalendarInTheTriggersTimeZone) {
  EXPECT_EQ(Spec(R"(cron: "0 2 * * *", timezone: Asia/Shanghai)"),
            "0-0/1 | 0-0/1 | 2-2/1 | 1-31/1 | 1-12/1 | 0-6/1; Asia/Shanghai");
  EXPECT_EQ(Spec(R"(cron: "*/20 5,35 9-17/2 * jan-mar mon-fri")"),
            "0-59/20 | 5-5/1,35-35/1 | 9-17/2 | 1-31/1 | 1-3/1 | 1-5/1; UTC");
}

TEST(Schedule, BothDayFieldsAreTwoCalendars) {
  EXPECT_EQ(Spec(R"(cron: "0 8 1,15 * mon")"),
            "0-0/1 | 0-0/1 | 8-8/1 | 1-1/1,15-15/1 | 1-12/1 | 0-6/1; "
            "0-0/1 | 0-0/1 | 8-8/1 | 1-31/1 | 1-12/1 | 1-1/1; UTC");
}

TEST(Schedule, EveryIsAnInterval) { EXPECT_EQ(Spec(R"(cron: "@every 90m")"), "every 5400 s; UTC"); }

TEST(Schedule, HasJitterStartAndEnd) {
  EXPECT_EQ(Spec(R"(cron: "@every 1m", jitter: 10s, start: "2030-01-01T00:00:00Z", end: "2030-01-01T09:00:00+08:00")"),
            "every 60 s; UTC, jitter 10 s, from 1893456000, to 1893459600");
}

TEST(Schedule, PoliciesHaveTheLanguagesDefaults) {
  const auto policies = Make(R"(cron: "@daily")").schedule.policies();
  EXPECT_EQ(policies.overlap_policy(), SCHEDULE_OVERLAP_POLICY_SKIP);
  EXPECT_EQ(policies.catchup_window().seconds(), 3600);
  EXPECT_FALSE(policies.pause_on_failure());
}

TEST(Schedule, PoliciesAreTheTriggers) {
  const auto policies =
      Make(R"(cron: "@daily", overlap: buffer_all, catchup: 2m, pause_on_failure: true)").schedule.policies();
  EXPECT_EQ(policies.overlap_policy(), SCHEDULE_OVERLAP_POLICY_BUFFER_ALL);
  EXPECT_EQ(policies.catchup_window().seconds(), 120);
  EXPECT_TRUE(policies.pause_on_failure());
  EXPECT_EQ(OverlapPolicyOf("buffer_one"), SCHEDULE_OVERLAP_POLICY_BUFFER_ONE);
  EXPECT_EQ(OverlapPolicyOf("cancel_other"), SCHEDULE_OVERLAP_POLICY_CANCEL_OTHER);
  EXPECT_EQ(OverlapPolicyOf("terminate_other"), SCHEDULE_OVERLAP_POLICY_TERMINATE_OTHER);
  EXPECT_EQ(OverlapPolicyOf("allow_all"), SCHEDULE_OVERLAP_POLICY_ALLOW_ALL);
}

TEST(Schedule, StartsTheInterpreterWithAllItNeeds) {
  const auto made = Make(R"(cron: "@daily")");
  EXPECT_EQ(made.schedule_id, "shop.nightly.night");
  const auto& start = made.schedule.action().start_workflow();
  EXPECT_EQ(start.workflow_id(), "shop.nightly.night");
  EXPECT_EQ(start.workflow_type().name(), "shop.nightly");
  EXPECT_EQ(start.task_queue().name(), "weft");
  ASSERT_EQ(start.input().payloads_size(), 3);
  const auto input = contract::StartInput::FromJson(*temporalio::JsonOf(start.input().payloads(0)));
  ASSERT_TRUE(input);
  EXPECT_EQ(input->revision, 3);
  EXPECT_EQ(input->trigger.kind, "cron");
  EXPECT_EQ(input->trigger.id, "night");
  EXPECT_EQ(*temporalio::JsonOf(start.input().payloads(1)), Load(R"(cron: "@daily")")->normalised);
  EXPECT_EQ(*temporalio::JsonOf(start.input().payloads(2)), "null");
}

TEST(Schedule, KnowsItsVersionAgain) {
  const auto made = Make(R"(cron: "@daily")");
  EXPECT_EQ(VersionOf(made.schedule), (ScheduleVersion{3, Load(R"(cron: "@daily")")->digest}));
  EXPECT_EQ(VersionOf({}), ScheduleVersion{});
  EXPECT_TRUE(IsOurs({.schedule = {}, .info = {}, .memo = made.memo, .search_attributes = {}, .conflict_token = {}}));
  EXPECT_FALSE(IsOurs({}));
}

TEST(Schedule, OnlyCronTriggersHaveOne) {
  const auto workflow = Load(R"(cron: "@daily")");
  EXPECT_EQ(ScheduleFor(*workflow, 1, workflow->triggers.back()).error().code, "validation");
  const auto wanted = WantedSchedules(*workflow, 7);
  ASSERT_EQ(wanted.size(), 1U);
  EXPECT_EQ(wanted[0].trigger_id, "night");
  EXPECT_EQ(wanted[0].revision, 7);
}

}  // namespace
}  // namespace weft::triggers
