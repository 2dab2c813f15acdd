// Cron triggers on a real Temporal server: applied, changed, paused, fired, taken away.
#include "tests/integration/schedules_fixture.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "dsl/cron.h"
#include "temporalio/tests/eventually.h"
#include "triggers/deploy.h"
#include "triggers/next_times.h"
#include "triggers/schedule.h"

namespace weft::testing {
namespace {

using temporalio::test::Eventually;
using triggers::ScheduleReconciler;

store::TriggerState StateWith(const std::string& id, bool paused, const std::string& note = {}) {
  return {.id = id, .paused = paused, .note = note, .changed_by = {}, .changed_at = {}};
}

TEST_F(SchedulesTest, TheServerComputesTheTimesThatTheTableSays) {
  struct Case {
    const char *cron, *timezone, *times;
  };
  const std::vector<Case> cases{
      {"0 2 * * *", "UTC", "01-01T02:00:00 01-02T02:00:00 01-03T02:00:00"},
      {"0 2 * * *", "Asia/Shanghai", "01-01T18:00:00 01-02T18:00:00 01-03T18:00:00"},
      {"*/15 9-10 * * mon-fri", "Europe/Berlin", "01-01T08:00:00 01-01T08:15:00 01-01T08:30:00"},
      {"10,40 0 12 * * *", "UTC", "01-01T12:00:10 01-01T12:00:40 01-02T12:00:10"},
      {"0 8 15 * sun", "UTC", "01-06T08:00:00 01-13T08:00:00 01-15T08:00:00"},
      {"0 8 */7 * sun", "UTC", "09-01T08:00:00 09-08T08:00:00 09-15T08:00:00"},
      {"0 0 31 * *", "UTC", "01-31T00:00:00 03-31T00:00:00 05-31T00:00:00"},
      {"0 0 * * 5-7", "UTC", "01-04T00:00:00 01-05T00:00:00 01-06T00:00:00"},
      {"30 2 * mar,oct sun", "Europe/Berlin", "03-03T01:30:00 03-10T01:30:00 03-17T01:30:00"},
      {"30 2 25-31 3,10 *", "Europe/Berlin", "03-25T01:30:00 03-26T01:30:00 03-27T01:30:00"},
      {"30 2 31 3 *", "Europe/Berlin", ""},
      {"30 2 27 10 *", "Europe/Berlin", "10-27T01:30:00"},
      {"30 1 27 10 *", "Europe/Berlin", "10-26T23:30:00 10-27T00:30:00"},
      {"*/30 1-3 27 10 *", "Europe/Berlin", "10-26T23:00:00 10-26T23:30:00 10-27T00:00:00"},
      {"30 1 3 11 *", "America/New_York", "11-03T05:30:00 11-03T06:30:00"},
      {"*/30 0-3 3 11 *", "America/New_York", "11-03T04:00:00 11-03T04:30:00 11-03T05:00:00"},
      {"@every 5h", "UTC", "01-01T05:00:00 01-01T10:00:00 01-01T15:00:00"},
      {"@daily", "Asia/Kolkata", "01-01T18:30:00 01-02T18:30:00 01-03T18:30:00"},
      {"@hourly", "UTC", "01-01T01:00:00 01-01T02:00:00 01-01T03:00:00"},
      {"@weekly", "America/New_York", "01-06T05:00:00 01-13T05:00:00 01-20T05:00:00"},
      {"@monthly", "UTC", "02-01T00:00:00 03-01T00:00:00 04-01T00:00:00"},
  };
  std::string triggers;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    triggers += fmt::format(
        "{{ id: t{}, cron: \"{}\", timezone: {}, start: \"2030-01-01T00:00:01Z\", end: \"2030-12-31T00:00:00Z\" }}, ",
        i, cases[i].cron, cases[i].timezone);
  }
  DeployAndApply(triggers.substr(0, triggers.size() - 2));
  const auto start = *ParseTimestamp("2030-01-01T00:00:00Z"), end = *ParseTimestamp("2030-12-31T00:00:00Z");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const auto& c = cases[i];
    const auto show = [](const std::vector<Timestamp>& times, std::size_t most) {
      std::string text;
      for (std::size_t n = 0; n < std::min(most, times.size()); ++n) {
        text += (n == 0 ? "" : " ") + FormatTimestamp(times[n]).substr(5, 14);
      }
      return text;
    };
    const auto server = Status(fmt::format("t{}", i)).next;
    EXPECT_EQ(show(server, 3), c.times) << c.cron << " in " << c.timezone;
    auto ours = triggers::NextTimes(*dsl::ParseCron(c.cron), *triggers::TimeZone::Load(c.timezone), start, 10);
    std::erase_if(ours, [end](Timestamp time) { return time > end; });
    EXPECT_EQ(show(ours, 10), show(server, 10)) << c.cron << " in " << c.timezone;
  }
}

TEST_F(SchedulesTest, ADeployedCronFiresWithEveryServerDown) {
  {
    ScheduleReconciler reconciler(*database_, schedules_);
    Deploy("{ id: tick, cron: \"@every 1s\", input: { at: \"${ .scheduledAt }\", by: \"${ $trigger.id }\" } }");
    ApplyAll(reconciler);
  }
  database_.reset();
  const LocalWorker worker;
  ASSERT_TRUE(Eventually([&] { return !Status("tick").recent.empty(); }));
  const auto run = Status("tick").recent.back();
  const auto view = Harness::Get().Wait({run.id, run.run_id});
  EXPECT_EQ(view.status, "completed");
  EXPECT_EQ(view.trigger.kind, "cron");
  EXPECT_EQ(view.output.Get("by").AsString(), "tick");
  // Temporal names the run after the slot, which the run sees.
  const auto slot = view.output.Get("at").AsString().substr(0, 19) + "Z";
  EXPECT_EQ(run.id, IdOf("tick") + "-" + slot);
  EXPECT_EQ(view.revision, 1);
  // For lists of instances.
  const auto memo = Harness::Get().client().Describe({run.id, run.run_id})->info.memo;
  ASSERT_TRUE(memo.contains("weft-start"));
  EXPECT_EQ(memo.at("weft-start").data(), R"({"revision":1,"trigger":{"id":"tick","kind":"cron"}})");
  ASSERT_TRUE(triggers::Pause(schedules_, IdOf("tick"), ""));
}

TEST_F(SchedulesTest, APauseOutlivesDeploys) {
  DeployAndApply(kYearly);
  ASSERT_TRUE(triggers::Pause(schedules_, IdOf("tick"), "stocktaking until May"));
  DeployAndApply("{ id: tick, cron: \"0 0 1 2 *\" }");
  EXPECT_EQ(RevisionOf("tick"), 2);
  EXPECT_TRUE(Status("tick").paused);
  EXPECT_EQ(Status("tick").note, "stocktaking until May");
  EXPECT_EQ(FormatTimestamp(Status("tick").next.front()).substr(5, 5), "02-01");
  ASSERT_TRUE(triggers::Resume(schedules_, IdOf("tick")));
  DeployAndApply(kYearly);
  EXPECT_EQ(RevisionOf("tick"), 3);
  EXPECT_FALSE(Status("tick").paused);
}

TEST_F(SchedulesTest, TheStoreFollowsAPauseThatWasMadeInTemporal) {
  DeployAndApply(kYearly);
  ASSERT_TRUE(triggers::Pause(schedules_, IdOf("tick"), "by hand"));
  EXPECT_FALSE(StateOf("tick").paused);
  DeployAndApply("{ id: tick, cron: \"0 0 1 2 *\" }");
  EXPECT_TRUE(StateOf("tick").paused);
  EXPECT_EQ(StateOf("tick").note, "by hand");
}

TEST_F(SchedulesTest, PausedInTheFileIsTheFirstStateOnly) {
  DeployAndApply("{ id: tick, cron: \"0 0 1 1 *\", paused: true }");
  EXPECT_TRUE(Status("tick").paused);
  ASSERT_TRUE(triggers::Resume(schedules_, IdOf("tick")));
  DeployAndApply("{ id: tick, cron: \"0 0 1 2 *\", paused: true }");
  EXPECT_EQ(RevisionOf("tick"), 2);
  EXPECT_FALSE(Status("tick").paused);
}

TEST_F(SchedulesTest, WhatIsNoLongerWantedGoes) {
  DeployAndApply(kYearly + ", { id: other, cron: \"0 0 2 1 *\" }");
  EXPECT_TRUE(Exists("tick") && Exists("other"));
  DeployAndApply("{ id: other, cron: \"0 0 2 1 *\" }");
  EXPECT_FALSE(Exists("tick"));
  EXPECT_TRUE(Exists("other"));
  ASSERT_TRUE(
      database_->Write([&](store::Transaction& t) { return store::ReplaceSchedules(t, "default", name_, {}); }));
  ApplyAll(reconciler_);
  EXPECT_FALSE(Exists("other"));
  // And comes back when it is deployed again.
  DeployAndApply(kYearly);
  EXPECT_TRUE(Exists("tick"));
}

TEST_F(SchedulesTest, AScheduleOfSomebodyElseIsLeftAlone) {
  temporalio::CreateScheduleOptions theirs;
  theirs.schedule_id = IdOf("tick");
  temporalio::StartOptions action;
  action.workflow_id = "theirs";
  action.workflow_type = "theirs";
  action.task_queue = "theirs";
  *theirs.schedule.mutable_action() = temporalio::StartWorkflowAction(action);
  ASSERT_TRUE(schedules_.Create(theirs));

  Deploy(kYearly);
  ASSERT_TRUE(reconciler_.ApplyDue(Now()));
  EXPECT_TRUE(Stored().at(0).error.contains("did not make")) << Stored().at(0).error;
  EXPECT_EQ(triggers::StatusOf(schedules_, IdOf("tick")).error().code, "conflict");
  EXPECT_EQ(triggers::Pause(schedules_, IdOf("tick"), "").error().code, "conflict");

  ASSERT_TRUE(
      database_->Write([&](store::Transaction& t) { return store::ReplaceSchedules(t, "default", name_, {}); }));
  ApplyAll(reconciler_);
  EXPECT_EQ(schedules_.Describe(IdOf("tick"))->schedule.action().start_workflow().workflow_id(), "theirs");
}

TEST_F(SchedulesTest, AnotherServerTakesOverWhatOneLeftInTheMiddle) {
  Deploy(kYearly);
  const auto claimed = database_->Write<std::vector<store::Schedule>>(
      [&](store::Transaction& t) { return store::ClaimSchedules(t, Now(), Duration{60'000}, 16); });
  ASSERT_EQ(claimed->size(), 1U);
  // Killed here. While its lease holds, nobody else does the same.
  EXPECT_EQ(*reconciler_.ApplyDue(Now()), 0U);
  EXPECT_FALSE(Exists("tick"));
  EXPECT_EQ(*reconciler_.ApplyDue(Now() + std::chrono::seconds(61)), 1U);
  EXPECT_TRUE(Exists("tick"));
}

TEST_F(SchedulesTest, WhatWasAppliedButNotMarkedIsAppliedAgain) {
  Deploy(kYearly);
  ApplyAll(reconciler_);
  ASSERT_TRUE(triggers::Pause(schedules_, IdOf("tick"), "kept"));
  // As after a kill between Temporal's answer and the mark in the store.
  ASSERT_TRUE(database_->Write([](store::Transaction& t) { return store::ReapplySchedules(t); }));
  ApplyAll(reconciler_);
  EXPECT_TRUE(Status("tick").paused);
  EXPECT_EQ(RevisionOf("tick"), 1);
}

TEST_F(SchedulesTest, WhatVanishedFromTemporalComesBackPausedAsItWas) {
  DeployAndApply(kYearly);
  ASSERT_TRUE(database_->Write([&](store::Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(store::SetTriggerState(t, "default", name_, StateWith("tick", true, "kept")));
    return {};
  }));
  ASSERT_TRUE(schedules_.Delete(IdOf("tick")));
  ASSERT_TRUE(database_->Write([](store::Transaction& t) { return store::ReapplySchedules(t); }));
  ApplyAll(reconciler_);
  EXPECT_TRUE(Status("tick").paused);
  EXPECT_EQ(Status("tick").note, "kept");
}

TEST_F(SchedulesTest, SeveralServersAtOnceEndWithTheLatest) {
  constexpr int kServers = 3, kDeploys = 8;
  Deploy(kYearly);
  std::vector<std::unique_ptr<ScheduleReconciler>> servers;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kServers; ++i) {
    servers.push_back(std::make_unique<ScheduleReconciler>(*database_, schedules_));
    threads.emplace_back([&server = *servers.back()](const std::stop_token& stop) { server.Run(stop); });
  }
  int last = 0;
  for (int i = 0; i < kDeploys; ++i) {
    last = Deploy(fmt::format("{{ id: tick, cron: \"0 0 {} 3 *\" }}", i + 1));
    for (const auto& server : servers) server->Wake();
    if (i == kDeploys / 2) {
      ASSERT_TRUE(Eventually([&] { return Exists("tick"); }));
      ASSERT_TRUE(triggers::Pause(schedules_, IdOf("tick"), "in the middle"));
    }
  }
  EXPECT_TRUE(Eventually([&] { return RevisionOf("tick") == last; }));
  EXPECT_TRUE(Eventually([&] { return StateOf("tick").paused; }));
  EXPECT_TRUE(Status("tick").paused);
  for (auto& thread : threads) thread.request_stop();
}

TEST_F(SchedulesTest, FiresNowAlsoWhilePaused) {
  DeployAndApply("{ id: tick, cron: \"0 0 1 1 *\", paused: true }");
  const auto id = triggers::FireNow(schedules_, IdOf("tick"));
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(*id);
  const LocalWorker worker;
  EXPECT_EQ(Harness::Get().Wait({**id, ""}).status, "completed");
}

TEST_F(SchedulesTest, FiringIsSkippedWhileARunIsGoingOn) {
  Deploy(kYearly, "{ a: { wait: 1h } }");
  ApplyAll(reconciler_);
  ASSERT_TRUE(triggers::FireNow(schedules_, IdOf("tick")));
  const auto second = triggers::FireNow(schedules_, IdOf("tick"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "conflict");
  EXPECT_EQ(Status("tick").started, 1);
  EXPECT_EQ(Status("tick").skipped, 1);
}

TEST_F(SchedulesTest, FiringWaitsWhereTheTriggerSaysSo) {
  Deploy("{ id: tick, cron: \"0 0 1 1 *\", overlap: buffer_one }", "{ a: { wait: 1h } }");
  ApplyAll(reconciler_);
  ASSERT_TRUE(triggers::FireNow(schedules_, IdOf("tick")).value());
  const auto second = triggers::FireNow(schedules_, IdOf("tick"));
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_FALSE(*second);
  EXPECT_EQ(Status("tick").buffered, 1);
}

TEST_F(SchedulesTest, ABackfillRunsEverySlotOnce) {
  DeployAndApply("{ id: tick, cron: \"0 6 * * *\", paused: true, input: \"${ .scheduledAt }\" }");
  const LocalWorker worker;
  ASSERT_TRUE(triggers::Backfill(schedules_, IdOf("tick"), *ParseTimestamp("2024-02-28T06:00:00Z"),
                                 *ParseTimestamp("2024-03-01T06:00:00Z"), triggers::OverlapPolicyOf("buffer_all")));
  ASSERT_TRUE(Eventually([&] { return Status("tick").started == 3 && Status("tick").running.empty(); }));
  std::vector<std::string> slots;
  for (const auto& run : Status("tick").recent) {
    const auto view = Harness::Get().Wait({run.id, run.run_id});
    EXPECT_EQ(view.status, "completed");
    slots.push_back(view.output.AsString().substr(0, 19));
    EXPECT_EQ(run.id, IdOf("tick") + "-" + slots.back() + "Z");
  }
  std::ranges::sort(slots);
  EXPECT_EQ(slots, (std::vector<std::string>{"2024-02-28T06:00:00", "2024-02-29T06:00:00", "2024-03-01T06:00:00"}));
}

TEST_F(SchedulesTest, TemporalAwayIsToldAndMadeUpFor) {
  temporalio::testing::DevServerOptions options;
  options.cli = TEMPORAL_CLI;
  options.db_filename = (directory_ / "temporal.db").string();
  auto server = temporalio::testing::DevServer::Start(Harness::Get().runtime(), options);
  ASSERT_TRUE(server) << server.error().message;
  temporalio::ConnectionOptions connection;
  connection.target = (*server)->target();
  auto connected = temporalio::Connection::Connect(Harness::Get().runtime(), connection);
  ASSERT_TRUE(connected);
  const temporalio::ScheduleClient schedules{temporalio::Client(*connected)};
  ScheduleReconciler reconciler(*database_, schedules);
  options.port = static_cast<std::uint16_t>(std::stoi(connection.target.substr(connection.target.rfind(':') + 1)));

  server->reset();
  Deploy(kYearly + ", { id: other, cron: \"0 0 2 1 *\" }");
  EXPECT_EQ(*reconciler.ApplyDue(Now()), 2U);
  EXPECT_EQ(triggers::StatusOf(schedules, IdOf("tick")).error().code, "temporal");
  for (const auto& stored : Stored()) {
    EXPECT_EQ(stored.attempts, 1);
    EXPECT_NE(stored.error, "");
  }
  server = temporalio::testing::DevServer::Start(Harness::Get().runtime(), options);
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_EQ(*reconciler.ApplyDue(Now() + std::chrono::seconds(60)), 2U);
  EXPECT_TRUE(schedules.Describe(IdOf("tick")));
  EXPECT_TRUE(schedules.Describe(IdOf("other")));
  EXPECT_EQ(Stored().at(0).error, "");
}

}  // namespace
}  // namespace weft::testing
