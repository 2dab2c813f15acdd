#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/harness.h"

namespace weft::testing {
namespace {

using machine::NodeStatus;

class Run : public ::testing::Test {
 protected:
  Harness& harness = Harness::Get();
  LocalWorker worker;
};

TEST_F(Run, PureNodesTakeOneWorkflowTask) {
  const auto run = harness.Start(R"(
weft: 1
name: pure
nodes:
  a: { set: { n: "${ $input.n + 1 }" } }
  route: { needs: a, switch: [{ case: big, when: "${ .n > 10 }" }, { case: small }] }
  big: { needs: route.big, set: big }
  small: { needs: route.small, set: small }
  end: { needs: [big, small], set: "${ add }" }
)",
                                 R"({"n": 41})");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "completed");
  EXPECT_EQ(view.output.Dump(), R"("big")");
  EXPECT_EQ(view.events, 5);
  EXPECT_EQ(NodeOf(view, "small").status, NodeStatus::kSkipped);
  EXPECT_EQ(NodeOf(view, "route").chosen_case, "big");
  harness.CheckReplay(run, "pure");
}

TEST_F(Run, ShellNodesPassTheirOutputOn) {
  const auto run = harness.Start(R"(
weft: 1
name: shell
nodes:
  first: { shell: 'echo "hello $WHO"', env: { WHO: "${ $input.who }" } }
  second: { needs: first, shell: { run: cat, stdin: "${ .stdout | ascii_upcase }" } }
output: "${ $nodes.second.output.stdout }"
)",
                                 R"({"who": "纬"})");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "completed") << view.ToJson().DumpPretty();
  EXPECT_EQ(view.output.AsString(), "HELLO 纬");
  harness.CheckReplay(run, "shell");
}

TEST_F(Run, PythonNodesGetTheirInputAndReturnAValue) {
  const auto run = harness.Start(R"(
weft: 1
name: python
nodes:
  score:
    python: |
      def main(input):
          return {"risk": input["count"] / 4, "id": input["id"]}
)",
                                 R"({"count": 1, "id": 12345678901234567890})");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "completed") << view.ToJson().DumpPretty();
  EXPECT_EQ(view.output.Dump(), R"({"id":12345678901234567890,"risk":0.25})");
  harness.CheckReplay(run, "python");
}

TEST_F(Run, AFailureIsRetriedThenFailsTheRunWithCodeNodeAndAttempt) {
  const auto run = harness.Start(R"(
weft: 1
name: failing
nodes:
  bad: { shell: "echo broken >&2; exit 3", retry: { attempts: 3, delay: 10ms } }
  after: { needs: bad, set: 1 }
)");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "failed");
  EXPECT_EQ(view.error.Get("code").AsString(), "shell.exit");
  EXPECT_EQ(view.error.Get("node").AsString(), "bad");
  EXPECT_EQ(view.error.Get("attempt").AsInteger(), 3);
  EXPECT_EQ(view.error.Get("data").Get("exit_code").AsInteger(), 3);
  EXPECT_THAT(view.error.Get("data").Get("stderr").AsString(), ::testing::HasSubstr("broken"));
  EXPECT_EQ(NodeOf(view, "bad").status, NodeStatus::kFailed);
  EXPECT_EQ(NodeOf(view, "bad").attempts, 3);
  EXPECT_EQ(NodeOf(view, "after").status, NodeStatus::kSkipped);
  harness.CheckReplay(run, "failing");
}

TEST_F(Run, AHandledFailureGoesOn) {
  const auto run = harness.Start(R"(
weft: 1
name: handled
nodes:
  bad: { shell: "exit 7" }
  rescue: { needs: bad.failed, set: "${ .data.exit_code }" }
  end: { needs: [bad, rescue], set: "${ . }" }
)");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "completed") << view.ToJson().DumpPretty();
  EXPECT_EQ(view.output.Dump(), R"({"rescue":7})");
  harness.CheckReplay(run, "handled");
}

TEST_F(Run, AnAttemptThatTakesTooLongTimesOut) {
  const auto run = harness.Start(R"(
weft: 1
name: slow
nodes:
  slow: { shell: "echo waiting >&2; exec tail -f /dev/null", timeout: 300ms }
)");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "failed");
  EXPECT_EQ(NodeOf(view, "slow").status, NodeStatus::kTimedOut);
  EXPECT_EQ(view.error.Get("code").AsString(), "timeout");
  harness.CheckReplay(run, "timeout");
}

TEST_F(Run, TheRunsOwnTimeoutEndsItWithCleanUp) {
  const auto run = harness.Start(R"(
weft: 1
name: run-timeout
timeout: 1s
nodes:
  slow: { shell: "exec tail -f /dev/null" }
  clean: { needs: slow, join: always, shell: "echo clean" }
)");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "timed_out");
  EXPECT_EQ(NodeOf(view, "slow").status, NodeStatus::kCancelled);
  EXPECT_EQ(NodeOf(view, "clean").status, NodeStatus::kSucceeded);
  harness.CheckReplay(run, "run-timeout");
}

TEST_F(Run, CancellationStopsWhatRunsCompensatesAndCleansUp) {
  const auto run = harness.Start(R"(
weft: 1
name: cancelled
nodes:
  reserve: { shell: "echo r-1", compensate: { shell: 'echo "undo $ID"', env: { ID: "${ .stdout }" } } }
  slow: { needs: reserve, shell: "exec tail -f /dev/null" }
  never: { needs: slow, set: 1 }
  clean: { needs: never, join: always, set: cleaned }
)");
  harness.WaitUntil(run, [](const auto& view) { return Is(view, "slow", NodeStatus::kRunning); });
  ASSERT_TRUE(harness.client().RequestCancel(run));
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "cancelled");
  EXPECT_EQ(NodeOf(view, "reserve").status, NodeStatus::kCompensated);
  EXPECT_EQ(NodeOf(view, "slow").status, NodeStatus::kCancelled);
  EXPECT_EQ(NodeOf(view, "never").status, NodeStatus::kSkipped);
  EXPECT_EQ(NodeOf(view, "clean").status, NodeStatus::kSucceeded);
  harness.CheckReplay(run, "cancelled");
}

TEST_F(Run, UnknownSignalsAndUpdatesChangeNothing) {
  const auto run = harness.Start(R"(
weft: 1
name: signals
nodes:
  a: { shell: "exec tail -f /dev/null", timeout: 2s, on_error: { continue: done } }
)");
  harness.WaitUntil(run, [](const auto& view) { return Is(view, "a", NodeStatus::kRunning); });
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(harness.client().SignalWorkflow(run, {.name = "nobody-knows"}));
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "completed");
  EXPECT_EQ(view.output.AsString(), "done");
  harness.CheckReplay(run, "unknown-signals");
}

TEST_F(Run, HundredsOfNodesAtOnceAllEnd) {
  std::string yaml = "weft: 1\nname: fan\nnodes:\n";
  for (int i = 0; i < 120; ++i) yaml += "  n" + std::to_string(i) + ": { shell: 'true' }\n";
  yaml += "  end: { needs: [";
  for (int i = 0; i < 120; ++i) yaml += (i > 0 ? ", n" : "n") + std::to_string(i);
  yaml += "], set: \"${ length }\" }\n";
  const auto run = harness.Start(yaml);
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "completed");
  EXPECT_EQ(view.output.AsInteger(), 120);
  harness.CheckReplay(run, "fan");
}

TEST_F(Run, ATerminatedRunShowsWhatItWasDoing) {
  const auto run = harness.Start(R"(
weft: 1
name: terminated
nodes:
  slow: { shell: "exec tail -f /dev/null" }
)");
  harness.WaitUntil(run, [](const auto& view) { return Is(view, "slow", NodeStatus::kRunning); });
  ASSERT_TRUE(harness.client().Terminate(run, "by a test"));
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "terminated");
  EXPECT_EQ(view.error.Get("message").AsString(), "by a test");
  EXPECT_EQ(NodeOf(view, "slow").status, NodeStatus::kCancelled);
}

}  // namespace
}  // namespace weft::testing
