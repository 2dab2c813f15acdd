// What else runs wait for: people, slots, definitions of other workflows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/names.h"
#include "temporalio/tests/eventually.h"
#include "tests/integration/control_plane.h"

namespace weft::testing {
namespace {

using expr::Value;
using temporalio::test::Eventually;

class Waits : public ::testing::Test {
 protected:
  Harness& harness = Harness::Get();
  LocalWorker worker;
  ControlPlane plane;

  void SetUp() override { plane.OpenSystem(); }
  std::string Approve(const temporalio::WorkflowRef& run, const std::string& decision, Value data = {},
                      const std::string& node = "review") {
    const auto answered = plane.approvals().Approve(
        {.instance = run.workflow_id, .node = node, .decision = decision, .data = std::move(data), .by = "ann"});
    return answered ? "" : answered.error().code;
  }
};

constexpr std::string_view kReview = R"(
weft: 1
name: review
nodes:
  review: { approval: { title: "Ship ${ $input.n }?", form: { type: object, required: [why] }, assignees: [ann] } }
  ship: { needs: review.approved, set: "${ .data.why }" }
  keep: { needs: review.rejected, set: "${ .by }" }
)";

TEST_F(Waits, AnApprovalIsAnsweredOnce) {
  const auto run = harness.Start(kReview, R"({"n": 1})");
  // At once: the wait may not be known yet.
  EXPECT_EQ(Approve(run, "maybe"), "validation");
  EXPECT_EQ(Approve(run, "approved", Value::EmptyObject()), "validation");
  EXPECT_EQ(plane.OpenApprovals(), 1U);
  EXPECT_EQ(Approve(run, "approved", Value::Object({{"why", Value("good")}})), "");
  EXPECT_EQ(Approve(run, "rejected"), "conflict");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.output.Dump(), R"({"ship":"good"})");
  EXPECT_EQ(SignalsOf(run, contract::kApprovalSignal), 1);
  EXPECT_EQ(plane.OpenApprovals(), 0U);
  EXPECT_EQ(Approve(run, "approved"), "conflict");
  harness.CheckReplay(run, "approval");
}

TEST_F(Waits, ARejectionNeedsNoForm) {
  const auto run = harness.Start(kReview, R"({"n": 1})");
  EXPECT_EQ(Approve(run, "rejected"), "");
  EXPECT_EQ(harness.Wait(run).output.Dump(), R"({"keep":"ann"})");
}

TEST_F(Waits, FiveAnswersAtOnceAreOne) {
  const auto run = harness.Start(kReview, R"({"n": 1})");
  ASSERT_TRUE(Eventually([&] { return plane.OpenApprovals() == 1; }));
  std::vector<std::string> codes(5);
  {
    std::vector<std::jthread> people;
    for (auto& code : codes) people.emplace_back([&] { code = Approve(run, "rejected"); });
  }
  EXPECT_THAT(codes, ::testing::UnorderedElementsAre("", "conflict", "conflict", "conflict", "conflict"));
  harness.Wait(run);
  EXPECT_EQ(SignalsOf(run, contract::kApprovalSignal), 1);
}

TEST_F(Waits, ACancelledApprovalIsClosedAndUnknownOnesAreSaidToBe) {
  const auto run = harness.Start(kReview, R"({"n": 1})");
  ASSERT_TRUE(Eventually([&] { return plane.OpenApprovals() == 1; }));
  ASSERT_TRUE(harness.client().RequestCancel(run));
  harness.Wait(run);
  EXPECT_EQ(Approve(run, "rejected"), "conflict");
  EXPECT_EQ(Approve(run, "rejected"), "conflict");
  EXPECT_EQ(Approve({"default.none", {}}, "approved"), "not_found");
  triggers::WaitReconciler reconciler(plane.database(), harness.client(), plane.slots());
  ASSERT_TRUE(reconciler.LookAfter());
  EXPECT_EQ(plane.OpenApprovals(), 0U);
}

TEST_F(Waits, AnAnswerThatWasNotToldIsToldLater) {
  const auto run = harness.Start(kReview, R"({"n": 1})");
  ASSERT_TRUE(Eventually([&] { return plane.OpenApprovals() == 1; }));
  // As a server leaves it that dies between the two.
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  ASSERT_TRUE(plane.database().Write([&](store::Transaction& t) -> Result<void> {
    WEFT_TRY(const auto found, store::FindApproval(t, run.workflow_id, "review"));
    WEFT_TRY_VOID(
        store::AnswerApproval(t, found->id, R"({"node":"review","decision":"rejected","by":"bob"})", now, now));
    return {};
  }));
  EXPECT_EQ(*plane.approvals().SendDue(now), 1U);
  EXPECT_EQ(harness.Wait(run).output.Dump(), R"({"keep":"bob"})");
  EXPECT_EQ(*plane.approvals().SendDue(now + std::chrono::hours(1)), 0U);
}

constexpr std::string_view kQueued = R"(
weft: 1
name: queued
concurrency: { key: "${ $input.key }" }
nodes:
  gate: { approval: { title: go } }
)";

TEST_F(Waits, RunsOfOneKeyWaitForOneAnotherInOrder) {
  std::vector<temporalio::WorkflowRef> runs;
  for (int i = 0; i < 3; ++i) {
    runs.push_back(harness.Start(kQueued, R"({"key":"a"})"));
    harness.WaitUntil(runs.back(), [&](const auto& view) { return view.status == (i == 0 ? "running" : "queued"); });
  }
  const auto other = harness.Start(kQueued, R"({"key":"b"})");
  EXPECT_EQ(Approve(other, "approved", {}, "gate"), "");
  EXPECT_EQ(harness.Wait(other).status, "completed");
  for (const auto& run : runs) {
    EXPECT_TRUE(Eventually([&] { return plane.OpenApprovals() == 1; }));
    EXPECT_EQ(Approve(run, "approved", {}, "gate"), "");
    EXPECT_EQ(harness.Wait(run).status, "completed");
    harness.CheckReplay(run, "queued");
  }
}

TEST_F(Waits, ASlotOfATerminatedRunGoesToTheNextAndTerminatedOnesInTheQueueArePassedOver) {
  const auto first = harness.Start(kQueued, R"({"key":"t"})");
  harness.WaitUntil(first, [](const auto& view) { return view.status == "running"; });
  const auto second = harness.Start(kQueued, R"({"key":"t"})");
  harness.WaitUntil(second, [](const auto& view) { return view.status == "queued"; });
  const auto third = harness.Start(kQueued, R"({"key":"t"})");
  harness.WaitUntil(third, [](const auto& view) { return view.status == "queued"; });
  ASSERT_TRUE(harness.client().Terminate(first, "test"));
  ASSERT_TRUE(harness.client().Terminate(second, "test"));
  EXPECT_TRUE(plane.slots().FreeDead({}));
  EXPECT_EQ(Approve(third, "approved", {}, "gate"), "");
  EXPECT_EQ(harness.Wait(third).status, "completed");
}

TEST_F(Waits, WithSkipASecondRunOfAKeyDoesNotRun) {
  constexpr std::string_view kSkipping = R"(
weft: 1
name: skipping
concurrency: { key: '"one"', policy: skip }
nodes:
  gate: { approval: { title: go } }
)";
  const auto first = harness.Start(kSkipping);
  ASSERT_TRUE(Eventually([&] { return plane.OpenApprovals() == 1; }));
  const auto second = harness.Start(kSkipping);
  EXPECT_EQ(harness.Wait(second).status, "not_triggered");
  ASSERT_TRUE(harness.client().Terminate(first, "test"));
  // Nobody was told that it is over.
  const auto third = harness.Start(kSkipping);
  EXPECT_EQ(Approve(third, "approved", {}, "gate"), "");
  EXPECT_EQ(harness.Wait(third).status, "completed");
}

TEST_F(Waits, AChildIsTheLatestRevisionOrThePinnedOneAndAMissingOneIsAFailure) {
  const auto child = [](int n) { return "weft: 1\nname: child\nnodes:\n  a: { set: " + std::to_string(n) + " }\n"; };
  EXPECT_EQ(plane.Deploy(child(10)), 1);
  EXPECT_EQ(plane.Deploy(child(20)), 2);
  const auto run = harness.Start(R"(
weft: 1
name: parent
nodes:
  latest: { workflow: child }
  pinned: { workflow: child, revision: 1 }
  missing: { workflow: nobody, on_error: { continue: none } }
output: "${ [$nodes.latest.output, $nodes.pinned.output, $nodes.missing.error.code] }"
)");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.output.Dump(), R"([20,10,"not_found"])") << view.ToJson().DumpPretty();
  harness.CheckReplay(run, "children");
}

}  // namespace
}  // namespace weft::testing
