// Events between real runs: what one wait, many waits, triggers and several servers make of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <iostream>

#include "contract/names.h"
#include "temporalio/client/result.h"
#include "temporalio/tests/eventually.h"
#include "tests/integration/control_plane.h"

namespace weft::testing {
namespace {

using temporalio::test::Eventually;

constexpr std::string_view kWaiter = R"(
weft: 1
name: waiter
nodes:
  ev: { event: test.paid, key: "${ $input.key }", timeout: 60s }
output: "${ $nodes.ev.output }"
)";

class Events : public ::testing::Test {
 protected:
  Harness& harness = Harness::Get();
  LocalWorker worker;
  ControlPlane plane;

  void SetUp() override {
    plane.OpenSystem();
    plane.OpenDispatchers();
  }
  temporalio::WorkflowRef StartWaiter(const std::string& key) {
    return harness.Start(kWaiter, R"({"key":")" + key + "\"}");
  }
};

TEST_F(Events, OneThatComesWhileANodeWaitsEndsTheWait) {
  const auto run = StartWaiter("1");
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == 1; }));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","key":"other","data":0})"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","key":"1","data":{"n":12345678901234567890}})"));
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.output.Dump(), R"({"n":12345678901234567890})");
  EXPECT_EQ(SignalsOf(run, contract::kEventSignal), 1);
  // A wait that ends with its run is taken back by nobody else.
  triggers::WaitReconciler reconciler(plane.database(), harness.client(), plane.slots());
  EXPECT_TRUE(*reconciler.LookAfter());
  EXPECT_EQ(plane.OpenWaits(), 0U);
  EXPECT_FALSE(*reconciler.LookAfter());
  harness.CheckReplay(run, "event-after-wait");
}

TEST_F(Events, OneThatCameBeforeTheWaitIsTakenIfTheRunHadStarted) {
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","key":"early","id":"before","data":"before the run"})"));
  plane.CloseSystem();
  const auto run = StartWaiter("early");
  // Stored while no server can tell the run of it.
  harness.WaitUntil(run, [](const auto& view) { return Is(view, "ev", machine::NodeStatus::kWaiting); });
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","key":"early","id":"first","data":"first"})"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","key":"early","id":"second","data":"second"})"));
  plane.OpenSystem();
  EXPECT_EQ(harness.Wait(run).output.Dump(), R"("first")");
}

TEST_F(Events, ADuplicateIsAcceptedAndDoesNothing) {
  const auto run = harness.Start(R"(
weft: 1
name: pair
nodes:
  ev: { event: test.paid, count: 2, timeout: 60s }
output: "${ $nodes.ev.output }"
)");
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == 1; }));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","id":"a","source":"s","data":1})"));
  EXPECT_FALSE(plane.Publish(R"({"type":"test.paid","id":"a","source":"s","data":2})"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","id":"a","source":"t","data":3})"));
  EXPECT_EQ(harness.Wait(run).output.Dump(), "[1,3]");
  EXPECT_EQ(SignalsOf(run, contract::kEventSignal), 2);
}

TEST_F(Events, MatchIsTestedBeforeARunIsTold) {
  const auto run = harness.Start(R"(
weft: 1
name: choosy
nodes:
  ev: { event: test.paid, match: "${ .data.amount >= $input.least and (.data.name | test(\"^a\")) }", timeout: 60s }
output: "${ $nodes.ev.output.amount }"
)",
                                 R"({"least": 10})");
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == 1; }));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","data":{"amount":9,"name":"a"}})"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","data":{"amount":20}})"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","data":{"amount":11,"name":"abc"}})"));
  EXPECT_EQ(harness.Wait(run).output.Dump(), "11");
  EXPECT_EQ(SignalsOf(run, contract::kEventSignal), 1);
}

TEST_F(Events, ALoopTakesEachOfAThousandAndMoreOnceAndInOrder) {
  // More than a run keeps of events that it has not taken.
  constexpr int kEvents = 1'300;
  const auto run = harness.Start(R"(
weft: 1
name: consumer
nodes:
  all:
    loop: { until: "${ .last == 1299 }", max: 1000 }
    nodes:
      some: { event: test.item, count: 10, timeout: 60s }
      keep:
        needs: some
        set:
          complete: "${ (if $previous == null then true else $previous.complete end) and . == [range(10) | . + ($previous.last // -1) + 1] }"
          first: "${ .[0] }"
          last: "${ .[9] }"
output: "${ $nodes.all.output }"
)");
  for (int i = 0; i < kEvents; ++i) {
    ASSERT_TRUE(plane.Publish(R"({"type":"test.item","data":)" + std::to_string(i) + "}"));
  }
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "completed") << view.error.Dump();
  EXPECT_EQ(view.output.Dump(), R"({"complete":true,"first":1290,"last":1299})");
  // Where the run continued as new in the middle of one, the next run may be told again, and leaves it aside.
  EXPECT_GE(SignalsOf(run, contract::kEventSignal), kEvents);
}

TEST_F(Events, ABroadcastReachesAThousandInstancesOnceEach) {
  constexpr int kInstances = 1'000;
  std::vector<temporalio::WorkflowRef> runs;
  for (int i = 0; i < kInstances; ++i) {
    runs.push_back(harness.Start(R"(
weft: 1
name: listener
nodes:
  ev: { event: test.broadcast }
)"));
  }
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == kInstances; }));
  const auto cpu = [] {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
  };
  const auto before = cpu();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(plane.Publish(R"({"type":"test.broadcast","data":"hear"})"));
  for (const auto& run : runs) ASSERT_TRUE(temporalio::GetResult(harness.client(), run));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  std::cout << "broadcast to " << kInstances << " instances: " << took.count() << " s, " << cpu() - before
            << " s of CPU in server and worker\n";
  for (const auto& run : runs) ASSERT_EQ(SignalsOf(run, contract::kEventSignal), 1) << run.workflow_id;
}

TEST_F(Events, SeveralServersDeliverEachEventOnce) {
  constexpr int kInstances = 60;
  ControlPlane second(plane.url());
  second.OpenDispatchers();
  std::vector<temporalio::WorkflowRef> runs;
  for (int i = 0; i < kInstances; ++i) {
    runs.push_back(harness.Start(R"(
weft: 1
name: both
nodes:
  ev: { event: test.both, count: 20, timeout: 60s }
output: "${ $nodes.ev.output | sort == [range(20)] }"
)"));
  }
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == kInstances; }));
  const auto publish = [](ControlPlane& server, int first) {
    // Each also sends what the other sends.
    for (int i = 0; i < 20; ++i) {
      const auto n = std::to_string((first + i) % 20);
      server.Publish(R"({"type":"test.both","source":"s","id":")" + n + R"(","data":)" + n + "}");
    }
  };
  {
    const std::jthread one([&] { publish(plane, 0); });
    const std::jthread two([&] { publish(second, 10); });
  }
  for (const auto& run : runs) {
    const auto view = harness.Wait(run);
    EXPECT_EQ(view.output.Dump(), "true");
    EXPECT_EQ(SignalsOf(run, contract::kEventSignal), 20);
  }
}

TEST_F(Events, AnEmittedEventReachesAnotherWorkflow) {
  const auto waiter = StartWaiter("8841");
  const auto emitter = harness.Start(R"(
weft: 1
name: emitter
nodes:
  send: { emit: { type: test.paid, key: "8841", data: { amount: 5 } } }
)");
  const auto sent = harness.Wait(emitter);
  EXPECT_EQ(sent.output.Get("source").AsString(), "/workflows/default/emitter");
  EXPECT_EQ(sent.output.Get("specversion").AsString(), "1.0");
  EXPECT_EQ(harness.Wait(waiter).output.Dump(), R"({"amount":5})");
  harness.CheckReplay(emitter, "emitter");
}

TEST_F(Events, AnEventStartsInstancesByTriggerAndOnceOnly) {
  EXPECT_EQ(plane.Deploy(R"(
weft: 1
name: triggered
input: { type: object, required: [n] }
triggers:
  - { id: placed, event: test.placed, when: "${ .data.n > 0 }", key: "${ .data.n }", input: "${ .data }" }
nodes:
  ev: { event: test.end, timeout: 60s }
output: "${ [$input.n, $trigger.payload.type] }"
)"),
            1);
  EXPECT_TRUE(plane.Publish(R"({"type":"test.placed","id":"1","source":"s","data":{"n":7}})"));
  EXPECT_FALSE(plane.Publish(R"({"type":"test.placed","id":"1","source":"s","data":{"n":7}})"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.placed","id":"2","source":"s","data":{"n":0}})"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.placed","id":"3","source":"s","data":{"n":7}})"));
  const temporalio::WorkflowRef run{"default.triggered.placed.7", {}};
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == 1; }));
  store::DeliveryFilter filter;
  filter.kind = "event";
  std::vector<std::string> statuses;
  ASSERT_TRUE(Eventually([&] {
    statuses.clear();
    const auto all = plane.database().Read<std::vector<store::Delivery>>(
        [&](store::Transaction& t) { return store::ListDeliveries(t, filter, {}, 10); });
    for (const auto& delivery : *all) statuses.emplace_back(store::StatusName(delivery.status));
    return std::ranges::find(statuses, "pending") == statuses.end();
  }));
  // Which of two that came together starts the run is not promised.
  EXPECT_THAT(statuses, ::testing::UnorderedElementsAre("joined", "ignored", "started"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.end"})"));
  const auto described = harness.client().Describe(run);
  ASSERT_TRUE(described);
  EXPECT_EQ(harness.Wait({run.workflow_id, described->info.run_id}).output.Dump(), R"([7,"test.placed"])");
}

TEST(EventsBeforeTheStart, OneThatComesBeforeAnAcceptedRunCouldStartIsNotLost) {
  const LocalWorker worker;
  ControlPlane plane;
  plane.OpenSystem();
  plane.Deploy(R"(
weft: 1
name: late
triggers: [{ id: placed, event: test.late.placed, key: "${ .data.n }" }]
nodes:
  ev: { event: test.late.end, timeout: 60s }
output: "${ $nodes.ev.output }"
)");
  EXPECT_TRUE(plane.Publish(R"({"type":"test.late.end","data":"before"})"));
  const auto millisecond = [] {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
  };
  for (const auto* event :
       {R"({"type":"test.late.placed","data":{"n":1}})", R"({"type":"test.late.end","data":"after"})"}) {
    const auto earlier = millisecond();
    ASSERT_TRUE(Eventually([&] { return millisecond() > earlier; }));
    EXPECT_TRUE(plane.Publish(event));
  }
  plane.OpenDispatchers();
  const temporalio::WorkflowRef run{"default.late.placed.1", {}};
  auto& harness = Harness::Get();
  ASSERT_TRUE(Eventually([&] { return harness.client().Describe(run).has_value(); }));
  EXPECT_EQ(harness.Wait({run.workflow_id, harness.client().Describe(run)->info.run_id}).output.Dump(), R"("after")");
}

TEST_F(Events, WaitsOfATerminatedInstanceAreTakenBack) {
  const auto run = StartWaiter("gone");
  const auto other = StartWaiter("stays");
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == 2; }));
  ASSERT_TRUE(harness.client().Terminate(run, "test"));
  triggers::WaitReconciler reconciler(plane.database(), harness.client(), plane.slots());
  ASSERT_TRUE(reconciler.LookAfter());
  EXPECT_EQ(plane.OpenWaits(), 1U);
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","key":"stays","data":1})"));
  EXPECT_EQ(harness.Wait(other).status, "completed");
}

TEST_F(Events, AClosedInstanceIsNoReasonToHoldUpTheOthers) {
  const auto run = StartWaiter("k");
  const auto other = StartWaiter("k");
  ASSERT_TRUE(Eventually([&] { return plane.OpenWaits() == 2; }));
  ASSERT_TRUE(harness.client().Terminate(run, "test"));
  EXPECT_TRUE(plane.Publish(R"({"type":"test.paid","key":"k","data":1})"));
  EXPECT_EQ(harness.Wait(other).status, "completed");
  EXPECT_TRUE(Eventually([&] { return plane.OpenWaits() == 1; }));
}

}  // namespace
}  // namespace weft::testing
