// Replays of histories that a real server recorded.
#include "temporalio/worker/replay.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "temporalio/client/history.h"
#include "temporalio/tests/support.h"

namespace temporalio::test {
namespace {

using namespace std::chrono_literals;
using Commands = std::vector<WorkflowCommand>;

constexpr auto kQueue = "replay";

// An activity, then a timer, then the end.
MakeScript TheScript() {
  return [] {
    return [](const WorkflowActivationJob& job) -> Commands {
      if (job.has_initialize_workflow()) return {ScheduleActivity(1, "work", kQueue)};
      if (job.has_resolve_activity()) return {StartTimer(1, 1ms)};
      return {Complete("done")};
    };
  };
}

class ReplayTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::vector<std::string> activations;
    WorkerOptions options;
    options.task_queue = kQueue;
    options.workflows = Scripted({{"order", TheScript()}});
    options.activities["work"] = [](ActivityContext&) { return BytesPayload("worked"); };
    RunningWorker worker(std::move(options));
    const WorkflowRef run = Start("order", kQueue);
    ASSERT_EQ(Outcome(run), "completed: done");
    auto history = FetchHistory(TheClient(), run);
    ASSERT_TRUE(history) << history.error().message;
    history_ = *std::move(history);
  }

  static ReplayResult Run(MakeScript script, const ReplayObserver& observer = {}) {
    auto result = Replay(TheRuntime(), "an-order", history_, Scripted({{"order", std::move(script)}}), observer);
    EXPECT_TRUE(result) << result.error().message;
    return result.value_or(ReplayResult{});
  }

  static History history_;
};
History ReplayTest::history_;

TEST_F(ReplayTest, OfTheSameCodeIsFineAndShowsEachActivation) {
  std::vector<std::string> jobs;
  const ReplayResult result = Run(TheScript(), [&](const auto& activation) {
    std::string names;
    for (const auto& job : activation.jobs()) {
      if (job.has_initialize_workflow()) {
        EXPECT_EQ(job.initialize_workflow().workflow_id(), "an-order");
        names += "start ";
      }
      if (job.has_resolve_activity()) names += "activity ";
      if (job.has_fire_timer()) names += "timer ";
    }
    jobs.push_back(names);
  });
  EXPECT_TRUE(result.ok());
  EXPECT_EQ(jobs, (std::vector<std::string>{"start ", "activity ", "timer "}));
}

TEST_F(ReplayTest, OfAnUnfinishedHistoryIsFine) {
  const History whole = history_;
  // Up to the first completed workflow task and what it gave.
  while (history_.events(history_.events_size() - 1).event_type() !=
         temporal::api::enums::v1::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED)
    history_.mutable_events()->RemoveLast();
  const ReplayResult result = Run(TheScript());
  history_ = whole;
  EXPECT_TRUE(result.ok()) << result.failure.value_or("") << result.nondeterminism.value_or("");
}

TEST_F(ReplayTest, OfChangedCodeReportsNondeterminismInCoresWords) {
  const ReplayResult result = Run([] {
    return [](const WorkflowActivationJob& job) -> Commands {
      if (job.has_initialize_workflow()) return {StartTimer(1, 1ms)};
      return {Complete("done")};
    };
  });
  ASSERT_TRUE(result.nondeterminism);
  EXPECT_TRUE(result.nondeterminism->contains("TMPRL1100")) << *result.nondeterminism;
}

TEST_F(ReplayTest, OfCodeThatGivesLessReportsNondeterminism) {
  const ReplayResult result = Run([] { return [](const WorkflowActivationJob&) -> Commands { return {}; }; });
  EXPECT_TRUE(result.nondeterminism);
}

TEST_F(ReplayTest, OfCodeThatThrowsReportsTheFailure) {
  const ReplayResult result = Run([] {
    return [](const WorkflowActivationJob& job) -> Commands {
      if (job.has_resolve_activity()) throw std::runtime_error("a bug");
      return {ScheduleActivity(1, "work", kQueue)};
    };
  });
  EXPECT_FALSE(result.nondeterminism);
  EXPECT_EQ(result.failure, "a bug");
}

TEST_F(ReplayTest, OfAnUnknownWorkflowReportsTheFailure) {
  const auto result = Replay(TheRuntime(), "an-order", history_, Scripted({}));
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_TRUE(result->failure.value_or("").contains("\"order\""));
}

TEST_F(ReplayTest, RefusesWhatIsNoWholeHistory) {
  const auto empty = Replay(TheRuntime(), "an-order", {}, Scripted({}));
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, Error::Code::kInvalidArgument);
  History tail = history_;
  tail.mutable_events()->DeleteSubrange(0, 1);
  EXPECT_FALSE(Replay(TheRuntime(), "an-order", tail, Scripted({})));
}

TEST_F(ReplayTest, RunsManyTimesInOneProcess) {
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(Run(TheScript()).ok());
}

}  // namespace
}  // namespace temporalio::test
