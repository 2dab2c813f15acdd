#include "cli/test_simulation.h"

#include <gmock/gmock.h>

#include <functional>

#include "cli/event_router.h"
#include "cli/test_expect.h"
#include "cli/test_junit.h"
#include "dsl/load.h"

namespace weft::cli {
namespace {

using expr::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

MockAttempt Gives(std::string_view json, Duration takes = Duration(0)) {
  return {.kind = MockAttempt::Kind::kOutput,
          .output = Value::Parse(json).value(),
          .code = {},
          .message = {},
          .data = {},
          .takes = takes};
}

MockAttempt Fails(std::string code) {
  return {.kind = MockAttempt::Kind::kError, .output = {}, .code = std::move(code), .message = "m", .data = {}};
}

MockAttempt Lost() { return {.kind = MockAttempt::Kind::kLost, .output = {}, .code = {}, .message = {}, .data = {}}; }

TestEvent Published(std::string_view json, Duration at) {
  return {.kind = TestEvent::Kind::kEvent, .content = Value::Parse(json).value(), .node = {}, .at = at, .after = {}};
}

TestFile MakeTest(const std::string& nodes, std::vector<Mock> mocks = {}, std::vector<TestEvent> events = {}) {
  TestFile test;
  test.workflow = dsl::Load("weft: 1\nname: w\n" + nodes).workflow;
  EXPECT_NE(test.workflow, nullptr) << nodes;
  test.mocks = std::move(mocks);
  test.events = std::move(events);
  return test;
}

std::string StatusOf(const Trace& trace, std::string_view path) {
  const auto found = trace.nodes.find(path);
  return found == trace.nodes.end() ? "none" : std::string(StatusName(found->second.status));
}

TEST(NodePattern, MatchesPathsIterationsAndBareIds) {
  const NodePattern exact("each/7/ship");
  const NodePattern any("each/*/ship");
  const NodePattern bare("ship");
  for (const auto& pattern : {exact, any, bare}) EXPECT_TRUE(pattern.Matches("each/7/ship")) << pattern.text();
  EXPECT_FALSE(exact.Matches("each/8/ship"));
  EXPECT_FALSE(any.Matches("each/group/ship"));
  EXPECT_FALSE(any.Matches("each/7/ship/more"));
  EXPECT_FALSE(any.Matches("each/7"));
  EXPECT_FALSE(bare.Matches("each/7/ship:compensate"));
  EXPECT_TRUE(NodePattern("ship:compensate").Matches("each/7/ship:compensate"));
  EXPECT_GT(exact.Precision("each/7/ship"), any.Precision("each/7/ship"));
  EXPECT_GT(any.Precision("each/7/ship"), bare.Precision("each/7/ship"));
}

TEST(NodePattern, FindsOnlyNodesThatAreThere) {
  const auto test = MakeTest(
      "nodes:\n  each: { foreach: [1], nodes: { pack: { group: { nodes: { ship: { set: 1 } } } } } }\n  top: { set: 1 "
      "}\n");
  for (const auto* path : {"top", "each", "ship", "each/*/pack", "each/3/pack/ship"})
    EXPECT_NE(NodePattern(path).Find(*test.workflow), nullptr) << path;
  for (const auto* path : {"nowhere", "each/pack", "each/*/pack/0/ship", "each/*", "top/x", "", "each/"})
    EXPECT_EQ(NodePattern(path).Find(*test.workflow), nullptr) << path;
}

TEST(EventRouter, GoesByTypeSourceAndKey) {
  EventRouter router;
  const auto event = EventRouter::Complete(Value::Parse(R"({"type":"t","subject":"7"})").value(), "id").value();
  EXPECT_EQ(event.key, "7");
  EXPECT_THAT(router.Publish(event), IsEmpty());
  EXPECT_EQ(router.Subscribe("a", Value::Parse(R"({"types":["t"],"key":"7"})").value()).size(), 1U);
  EXPECT_EQ(router.Subscribe("b", Value::Parse(R"({"types":["t"],"key":"8"})").value()).size(), 0U);
  EXPECT_EQ(router.Subscribe("c", Value::Parse(R"({"types":["t"],"source":"other"})").value()).size(), 0U);
  EXPECT_EQ(router.Subscribe("d", Value::Parse(R"({"types":["u"]})").value()).size(), 0U);
  EXPECT_THAT(router.Publish(event), ElementsAre("a"));
  router.Unsubscribe("a");
  EXPECT_THAT(router.Publish(event), IsEmpty());
  EXPECT_FALSE(EventRouter::Complete(Value(7), "id"));
}

TEST(Simulation, SkipsTime) {
  const auto trace = Simulate(MakeTest("nodes: { a: { wait: 30d }, b: { needs: a, set: \"${ now }\" } }\n"));
  EXPECT_EQ(trace.status, "completed");
  EXPECT_EQ(trace.duration, ParseDuration("30d").value());
  EXPECT_EQ(trace.output.AsInteger(), 1'767'225'600 + 30 * 24 * 3600);
}

TEST(Simulation, SaysWhichNodeHasNoMock) {
  const auto test =
      MakeTest("nodes: { a: { set: 1 }, b: { needs: a, shell: \"true\" }, c: { needs: a, shell: \"true\" } }\n");
  const auto trace = Simulate(test);
  EXPECT_FALSE(trace.whole);
  EXPECT_THAT(Differences(test, trace), ElementsAre(HasSubstr("`b` acts"), HasSubstr("`c` acts")));
}

TEST(Simulation, TheWorkersOutputIsEvaluatedAtSimulatedTime) {
  const auto trace =
      Simulate(MakeTest("vars: { k: 2 }\nnodes: { a: { shell: \"true\", output: \"[.n * $vars.k, now]\" } }\n",
                        {{NodePattern("a"), {Gives(R"({"n":4})", Duration(1000))}}}));
  EXPECT_EQ(trace.output.Dump(), "[8,1767225601]");
}

TEST(Simulation, AttemptsEndAsTheTestSays) {
  const std::string node =
      "nodes: { a: { shell: \"true\", timeout: 1m, retry: { attempts: 4, delay: 1s, backoff: 1, jitter: 0 } } }\n";
  const auto trace =
      Simulate(MakeTest(node, {{NodePattern("a"), {Gives("1", Duration(60'001)), Fails("x"), Lost(), Gives("2")}}}));
  EXPECT_EQ(trace.status, "completed");
  EXPECT_EQ(trace.output.Dump(), "2");
  EXPECT_EQ(trace.nodes.at("a").attempts, 4);
  // The time-out, two delays, and what passes until a worker is missed.
  EXPECT_EQ(trace.duration, Duration(60'000 + 2'000 + 20'000));
}

TEST(Simulation, ADeadlineEndsAnAttempt) {
  const auto trace = Simulate(MakeTest("nodes: { a: { shell: \"true\", timeout: 10m, deadline: 1m } }\n",
                                       {{NodePattern("a"), {Gives("1", Duration(90'000))}}}));
  EXPECT_EQ(trace.status, "failed");
  EXPECT_EQ(StatusOf(trace, "a"), "timed_out");
  EXPECT_EQ(trace.duration, Duration(60'000));
}

TEST(Simulation, ANodeThatMustNotRepeatIsLostForGood) {
  const auto trace =
      Simulate(MakeTest("nodes: { a: { shell: \"true\", once: true } }\n", {{NodePattern("a"), {Lost(), Gives("1")}}}));
  EXPECT_EQ(trace.error.Get("code").AsString(), "worker_lost");
}

TEST(Simulation, IterationsHaveAttemptsOfTheirOwn) {
  const auto trace = Simulate(MakeTest(
      "nodes: { each: { foreach: [1, 2], nodes: { a: { shell: \"true\", retry: { attempts: 2, delay: 0s } } } } }\n",
      {{NodePattern("a"), {Fails("x"), Gives("1")}}, {NodePattern("each/1/a"), {Gives("7")}}}));
  EXPECT_EQ(trace.output.Dump(), "[1,7]");
  EXPECT_EQ(trace.nodes.at("each/0/a").attempts, 2);
  EXPECT_EQ(trace.nodes.at("each/1/a").attempts, 1);
}

TEST(Simulation, RemembersIterationsThatBeginAndEndInOneDrive) {
  const auto trace = Simulate(
      MakeTest("nodes: { l: { loop: { until: \"${ . == 2 }\" }, nodes: { n: { set: \"${ $index }\" } } } }\n"));
  EXPECT_THAT(trace.started, ElementsAre("l", "l/0/n", "l/1/n", "l/2/n"));
  EXPECT_EQ(trace.nodes.at("l/1/n").output.Dump(), "1");
}

TEST(Simulation, EventsWaitForThoseWhoWaitLater) {
  const auto trace = Simulate(MakeTest("nodes: { a: { wait: 1h }, b: { needs: a, event: t, key: \"7\" } }\n", {},
                                       {Published(R"({"type":"t","key":7,"data":1})", Duration(0)),
                                        Published(R"({"type":"t","key":8,"data":2})", Duration(1))}));
  EXPECT_EQ(trace.status, "completed");
  EXPECT_EQ(trace.output.Dump(), "1");
  EXPECT_EQ(trace.duration, Duration(3'600'000));
}

TEST(Simulation, NothingMoreToHappenIsWaiting) {
  const auto trace = Simulate(MakeTest("nodes: { a: { event: t }, b: { set: 1 } }\n"));
  EXPECT_EQ(trace.status, "waiting");
  EXPECT_EQ(StatusOf(trace, "a"), "waiting");
  EXPECT_THAT(trace.problems, IsEmpty());
}

TEST(Simulation, AnswersComeWhenTheirNodesWait) {
  const TestEvent answer{.kind = TestEvent::Kind::kAnswer,
                         .content = Value::Parse(R"({"decision":"approved","by":"ann"})").value(),
                         .node = NodePattern("each/*/ok"),
                         .at = {},
                         .after = {}};
  const auto trace =
      Simulate(MakeTest("nodes: { each: { foreach: [1, 2, 3], concurrency: 1, nodes: { ok: { approval: { title: x }, "
                        "output: \".by\" } } } }\n",
                        {}, {answer}));
  EXPECT_EQ(trace.status, "completed");
  EXPECT_EQ(trace.output.Dump(), R"(["ann","ann","ann"])");
}

TEST(Simulation, AnAnswerThatNobodyWaitsForIsAProblem) {
  TestEvent answer{.kind = TestEvent::Kind::kAnswer,
                   .content = Value::Parse(R"({"decision":"approved"})").value(),
                   .node = NodePattern("ok"),
                   .at = Duration(1000),
                   .after = {}};
  const auto trace =
      Simulate(MakeTest("nodes: { a: { wait: 1h }, ok: { needs: a, approval: { title: x } } }\n", {}, {answer}));
  EXPECT_THAT(trace.problems, ElementsAre(HasSubstr("came at 1s, when it was not waiting")));
}

TEST(Simulation, GivesTheSameEveryTime) {
  const auto test =
      MakeTest("nodes: { each: { foreach: \"${ [range(50)] }\", nodes: { a: { shell: \"true\", retry: 3 } } } }\n",
               {{NodePattern("a"), {Fails("x"), Gives("1")}}});
  const auto first = Simulate(test);
  const auto second = Simulate(test);
  EXPECT_EQ(first.status, "completed");
  EXPECT_EQ(first.duration, second.duration);
  EXPECT_EQ(first.started, second.started);
  EXPECT_EQ(NodeLines(first), NodeLines(second));
}

TEST(Differences, NumbersAreComparedByValue) {
  auto test = MakeTest("nodes: { a: { set: 1.0 } }\n");
  test.expect.output = Value(1);
  EXPECT_THAT(Differences(test, Simulate(test)), IsEmpty());
}

TEST(Differences, OrderIsOfThoseNamed) {
  auto test = MakeTest("nodes: { a: { set: 1 }, b: { needs: a, set: 1 }, c: { needs: b, set: 1 } }\n");
  test.expect.order = {NodePattern("a"), NodePattern("c")};
  EXPECT_THAT(Differences(test, Simulate(test)), IsEmpty());
  test.expect.order = {NodePattern("c"), NodePattern("a")};
  EXPECT_THAT(Differences(test, Simulate(test)),
              ElementsAre("order: expected `a` to begin after those before it, but came a, b, c"));
}

TEST(JUnit, CountsAndEscapes) {
  TestOutcome passed{.path = "a", .title = "t", .differences = {}, .nodes = {}, .notices = {}, .duration = "0s"};
  auto failed = passed;
  failed.differences = {"<&>\"\x01\n"};
  const auto text = JUnitXml({passed, failed});
  EXPECT_THAT(text, HasSubstr(R"(tests="2" failures="1")"));
  EXPECT_THAT(text, HasSubstr("message=\"&lt;&amp;&gt;&quot;\xEF\xBF\xBD&#10;\""));
}

}  // namespace
}  // namespace weft::cli
