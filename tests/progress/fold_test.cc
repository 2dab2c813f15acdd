#include "progress/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "dsl/load.h"
#include "progress/view.h"
#include "tests/progress/history_writer.h"
#include "worker/batch_text.h"

namespace weft::testing {
namespace {

using expr::Value;
using machine::NodeStatus;
using progress::Fold;

std::shared_ptr<const dsl::Workflow> Load(std::string_view yaml) {
  auto loaded = dsl::Load(yaml);
  EXPECT_NE(loaded.workflow, nullptr) << dsl::FormatDiagnostics("test", yaml, loaded.diagnostics);
  return loaded.workflow;
}

/// Everything of a run's nodes that people see.
std::string Dump(const machine::RunState& state) {
  std::string text(StatusName(state.status));
  for (std::size_t i = 0; i < state.root.nodes.size(); ++i) {
    const auto& node = state.root.nodes[i];
    text += "\n" + state.root.PathOf(i) + " " + std::string(StatusName(node.status)) + " " +
            std::to_string(node.attempts) + " " + node.input.Dump() + " " + node.output.Dump() + " " +
            (node.error ? node.error->ToValue().Dump() : "-");
  }
  return text;
}

progress::InstanceView ViewAll(const std::vector<HistoryWriter::HistoryEvent>& events) {
  progress::Definitions definitions;
  progress::Track track(definitions, "default.test.manual.1");
  for (const auto& event : events) EXPECT_TRUE(track.Feed(event));
  return progress::ViewOf(track, "run", {});
}

Fold FoldAll(progress::Definitions& definitions, const std::vector<HistoryWriter::HistoryEvent>& events) {
  Fold fold(definitions, "default.test.manual.1", {.strict = true, .on_batch = {}});
  for (const auto& event : events) {
    const auto fed = fold.Feed(event);
    EXPECT_TRUE(fed) << fed.error().message;
    if (!fed) break;
  }
  return fold;
}

constexpr std::string_view kBusy = R"(
weft: 1
name: test
nodes:
  a: { shell: "a", retry: { attempts: 4, delay: 2s } }
  b: { shell: "b", retry: { attempts: 2, delay: 1s }, compensate: { shell: "undo b" } }
  c: { needs: [a, b], python: "output = 1" }
  d: { needs: b.failed, set: "${ .code }" }
  e: { needs: c, http: "http://example.invalid/" }
  f: { needs: [e, d], join: always, shell: "clean" }
)";

/// Returns how many events the run took.
std::size_t FoldRandomRun(unsigned seed) {
  std::mt19937 random(seed);
  HistoryWriter writer(Load(kBusy), expr::Value::EmptyObject());
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  for (int step = 0; step < 400 && !writer.closed(); ++step) {
    if (chance(10)) writer.FailTask();
    if (chance(60)) writer.RunTask();
    if (writer.closed()) break;
    if (chance(5)) writer.Signal("noise", "{}");
    if (chance(2)) writer.RequestCancel();
    const auto activities = writer.Activities();
    if (activities.empty() || chance(30)) {
      if (!writer.FireTimer()) writer.RunTask();
      continue;
    }
    const auto& id = activities[random() % activities.size()];
    if (writer.IsCancelRequested(id) && chance(60)) {
      writer.CancelActivity(id);
    } else if (chance(55)) {
      writer.CompleteActivity(id, R"({"stdout":"x"})");
    } else if (chance(70)) {
      writer.FailActivity(id, "shell.exit", "exit 1");
    } else {
      writer.LoseWorker(id);
    }
  }
  progress::Definitions definitions;
  progress::Track track(definitions, "", {}, {.strict = true, .on_batch = {}});
  for (const auto& event : writer.events()) {
    const auto fed = track.Feed(event);
    EXPECT_TRUE(fed) << fed.error().message;
    if (!fed) break;
    // A look at the run at any moment disturbs nothing.
    progress::ViewOf(track, "run", {});
  }
  const auto& fold = track.fold();
  EXPECT_EQ(Dump(fold.machine().state()), Dump(writer.machine().state()));
  if (writer.closed()) EXPECT_TRUE(fold.CheckEnd());
  return writer.events().size();
}

TEST(Fold, RandomRunsAreFoldedExactlyAndAtEveryPrefix) {
  std::size_t events = 0;
  for (unsigned seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    events += FoldRandomRun(seed);
  }
  // Long enough to meet retries, lost workers, cancellations and clean-up.
  EXPECT_GT(events, 500U * 30);
}

constexpr std::string_view kChain = R"(
weft: 1
name: test
nodes:
  a: { shell: "a" }
  b: { needs: a, shell: "b" }
)";

TEST(Fold, ShowsAResultThatNoWorkerHasTakenYet) {
  HistoryWriter writer(Load(kChain), {});
  writer.RunTask();
  writer.CompleteActivity("a#1", R"({"stdout":"done"})");
  progress::Definitions definitions;
  const auto fold = FoldAll(definitions, writer.events());
  const auto view = ViewAll(writer.events());
  EXPECT_EQ(view.nodes[0].status, NodeStatus::kSucceeded);
  EXPECT_EQ(view.nodes[1].status, NodeStatus::kPending);
  EXPECT_EQ(view.nodes[1].reason.Get("kind").AsString(), "worker");
  EXPECT_EQ(fold.machine().state().root.nodes[0].status, NodeStatus::kScheduled);
}

TEST(Fold, AWaitingNodeSaysWhatItWaitsForAndUntilWhen) {
  HistoryWriter writer(Load(R"(
weft: 1
name: test
nodes:
  review: { event: com.shop.review.done, key: "${ 8841 }", timeout: 24h }
  pause: { wait: 2h }
)"),
                       {});
  writer.RunTask();
  const auto view = ViewAll(writer.events());
  EXPECT_EQ(view.nodes[0].status, NodeStatus::kWaiting);
  EXPECT_EQ(view.nodes[0].reason.Get("kind").AsString(), "event");
  EXPECT_EQ(view.nodes[0].reason.Get("type").AsString(), "com.shop.review.done");
  EXPECT_EQ(view.nodes[0].reason.Get("key").AsString(), "8841");
  EXPECT_THAT(view.nodes[0].reason.Get("until").AsString(), ::testing::StartsWith("2026-01-03T00:00:00"));
  EXPECT_EQ(view.nodes[1].status, NodeStatus::kWaiting);
  EXPECT_EQ(view.nodes[1].reason.Get("kind").AsString(), "timer");
  EXPECT_THAT(view.nodes[1].reason.Get("until").AsString(), ::testing::StartsWith("2026-01-02T02:00:00"));
}

constexpr std::string_view kUndoneGroup = R"(
weft: 1
name: test
nodes:
  g:
    group:
      nodes:
        a: { set: 1, compensate: { shell: "undo a" } }
        b: { needs: a, set: 2, compensate: { shell: "undo b" } }
  bad: { needs: g, fail: { code: no, message: no } }
)";

const progress::NodeView& NodeOf(const progress::InstanceView& view, std::string_view path) {
  return *std::ranges::find(view.nodes, path, &progress::NodeView::path);
}

TEST(Fold, WhatIsUndoneInAGroupThatHasEndedIsCompensated) {
  HistoryWriter writer(Load(kUndoneGroup), {});
  writer.RunTask();
  auto view = ViewAll(writer.events());
  EXPECT_EQ(NodeOf(view, "g/b").status, NodeStatus::kSucceeded);
  EXPECT_EQ(NodeOf(view, "g/b").reason.Get("kind"), Value("compensation"));
  EXPECT_TRUE(NodeOf(view, "g/a").reason.IsNull());

  writer.CompleteActivity(writer.Activities().front(), "{}");
  view = ViewAll(writer.events());
  EXPECT_EQ(NodeOf(view, "g/b").status, NodeStatus::kCompensated);
  EXPECT_TRUE(NodeOf(view, "g/b").reason.IsNull());

  writer.RunTask();
  writer.CompleteActivity(writer.Activities().front(), "{}");
  writer.RunTask();
  ASSERT_TRUE(writer.closed());
  view = ViewAll(writer.events());
  EXPECT_EQ(NodeOf(view, "g/a").status, NodeStatus::kCompensated);
  EXPECT_EQ(NodeOf(view, "g/b").status, NodeStatus::kCompensated);
  EXPECT_EQ(NodeOf(view, "g").status, NodeStatus::kSucceeded);
}

TEST(Fold, ACompensationThatFailsIsToldWhereItsGroupHasEnded) {
  HistoryWriter writer(Load(kUndoneGroup), {});
  writer.RunTask();
  for (int attempt = 1; !writer.closed(); ++attempt) {
    ASSERT_LT(attempt, 20);
    if (writer.Activities().empty()) {
      const auto view = ViewAll(writer.events());
      EXPECT_TRUE(NodeOf(view, "g/b").reason.Has("until") || NodeOf(view, "g/a").reason.Has("until"));
      ASSERT_TRUE(writer.FireTimer());
    } else {
      writer.FailActivity(writer.Activities().front(), "shell.exit", "exit status 1");
    }
    writer.RunTask();
  }
  const auto view = ViewAll(writer.events());
  EXPECT_EQ(NodeOf(view, "g/a").status, NodeStatus::kSucceeded);
  ASSERT_TRUE(NodeOf(view, "g/a").error);
  EXPECT_EQ(NodeOf(view, "g/a").error->code, "compensation");
  EXPECT_EQ(NodeOf(view, "g/b").error->node, "g/b");
}

TEST(Fold, ARunIsShownBeforeItsFirstTask) {
  const HistoryWriter writer(Load(kChain), {});
  const auto view = ViewAll(writer.events());
  EXPECT_EQ(view.status, "running");
  ASSERT_EQ(view.nodes.size(), 2U);
  EXPECT_EQ(view.nodes[0].status, NodeStatus::kPending);
}

TEST(Fold, DifferentCommandsAreAnAlarm) {
  HistoryWriter writer(Load(kChain), {});
  writer.RunTask();
  auto events = writer.events();
  events.back().mutable_activity_task_scheduled_event_attributes()->set_activity_id("other#1");
  progress::Definitions definitions;
  Fold fold(definitions, "");
  Result<void> fed;
  for (const auto& event : events) {
    if (fed) fed = fold.Feed(event);
  }
  ASSERT_FALSE(fed);
  EXPECT_EQ(fed.error().code, "replay");
  EXPECT_THAT(fed.error().message, ::testing::HasSubstr("`other#1`"));
  EXPECT_THAT(fed.error().message, ::testing::HasSubstr("`a#1`"));
}

TEST(Fold, AfterAnAlarmTheRunIsShownAsItWasUntilItsEnd) {
  HistoryWriter writer(Load(kChain), {});
  writer.RunTask();
  auto events = writer.events();
  events.back().mutable_activity_task_scheduled_event_attributes()->set_activity_id("other#1");
  auto& end = events.emplace_back();
  end.set_event_id(static_cast<std::int64_t>(events.size()));
  end.set_event_type(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED);
  progress::Definitions definitions;
  progress::Track track(definitions, "");
  int alarms = 0;
  for (const auto& event : events) alarms += track.Feed(event) ? 0 : 1;
  EXPECT_EQ(alarms, 1);
  const auto view = progress::ViewOf(track, "run", {});
  EXPECT_EQ(view.status, "terminated");
  EXPECT_EQ(view.reason.Get("kind").AsString(), "replay");
  EXPECT_EQ(view.nodes.size(), 2U);
}

TEST(Fold, AMissingCommandIsAnAlarm) {
  HistoryWriter writer(Load(kChain), {});
  writer.RunTask();
  auto events = writer.events();
  events.pop_back();
  progress::Definitions definitions;
  const auto fold = FoldAll(definitions, events);
  EXPECT_FALSE(fold.CheckEnd());
}

TEST(Fold, AClockThatGoesBackDoesNotTakeTheRunBack) {
  HistoryWriter writer(Load(kChain), {});
  writer.RunTask();
  writer.CompleteActivity("a#1", "{}");
  auto events = writer.events();
  HistoryWriter::HistoryEvent started;
  started.set_event_id(static_cast<std::int64_t>(events.size()) + 1);
  started.set_event_type(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  started.mutable_event_time()->set_seconds(1);
  events.push_back(started);
  HistoryWriter::HistoryEvent completed = started;
  completed.set_event_id(started.event_id() + 1);
  completed.set_event_type(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  events.push_back(completed);
  progress::Definitions definitions;
  const auto fold = FoldAll(definitions, events);
  const auto& nodes = fold.machine().state().root.nodes;
  EXPECT_GE(nodes[1].started_at, nodes[0].started_at);
}

TEST(Fold, AResetIsAJob) {
  HistoryWriter writer(Load(kChain), {});
  auto events = writer.events();
  const auto add = [&](auto type) -> HistoryWriter::HistoryEvent& {
    auto& event = events.emplace_back();
    event.set_event_id(static_cast<std::int64_t>(events.size()));
    event.set_event_type(type);
    return event;
  };
  add(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  add(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_FAILED)
      .mutable_workflow_task_failed_event_attributes()
      ->set_cause(temporal::api::enums::v1::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW);
  add(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
  add(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  add(temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  progress::Definitions definitions;
  std::vector<std::string> batches;
  Fold fold(definitions, "", {.strict = false, .on_batch = [&](const auto& batch, const auto&) {
                                batches.push_back(worker::BatchText(batch));
                              }});
  for (const auto& event : events) ASSERT_TRUE(fold.Feed(event));
  ASSERT_EQ(batches.size(), 1U);
  EXPECT_THAT(batches[0], ::testing::EndsWith("; ignored"));
}

}  // namespace
}  // namespace weft::testing
