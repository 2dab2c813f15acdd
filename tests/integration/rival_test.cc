// What other interpreters of workflow files on Temporal get wrong, each as a case: values under replay, cancellation,
// loops, branches, names. Data and secrets are in rival_data_test.cc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "activities/http_server_for_test.h"
#include "dsl/load.h"
#include "tests/integration/harness.h"

namespace weft::testing {
namespace {

using machine::NodeStatus;
using temporal::api::history::v1::HistoryEvent;

/// Events; the longest run that is to stay one has fewer.
const int kLongestRun = Harness::ContinueAsNewAfter(150);  // NOLINT: before the first use of the harness

/// With this cache every step replays the whole history.
constexpr worker::Limits kNoCache{.cached_runs = 0};

class Rival : public ::testing::Test {
 protected:
  /// The run's output.
  expr::Value OutputOf(const temporalio::WorkflowRef& run) {
    const auto view = harness.Wait(run);
    EXPECT_EQ(view.status, "completed") << view.ToJson().DumpPretty();
    return view.output;
  }

  Harness& harness = Harness::Get();
};

constexpr std::string_view kValues = R"(
weft: 1
name: values
nodes:
  made:
    set:
      k0: "${ $input.v + \"0\" }"
      k1: "${ $input.v + \"1\" }"
      k2: "${ $input.v + \"2\" }"
      k3: "${ $input.v + \"3\" }"
      k4: "${ $input.v + \"4\" }"
      k5: "${ $input.v + \"5\" }"
      at: "${ now }"
      id: "${ $run.id }"
      started: "${ $run.startedAt }"
  before: { needs: made, shell: { run: cat, stdin: "${ tojson }", output: json } }
  pause: { needs: before, event: com.test.go }
  after: { needs: pause, shell: { run: cat, stdin: "${ $nodes.made.output | tojson }", output: json } }
output: "${ [$nodes.made.output, $nodes.before.output, $nodes.after.output] }"
)";

TEST_F(Rival, ValuesStayTheSameWhenTheWorkerIsReplaced) {
  LocalServer server;
  auto worker = std::make_optional<LocalWorker>();
  const auto run = harness.Start(kValues, R"({"v": "v"})");
  harness.WaitUntil(run, [](const auto& view) { return Is(view, "pause", NodeStatus::kWaiting); });
  worker.reset();
  worker.emplace(LocalWorker::NoSandbox(), kNoCache);
  server.Publish(R"({"type": "com.test.go"})");
  const auto values = OutputOf(run);
  EXPECT_EQ(values.At(0), values.At(1));
  EXPECT_EQ(values.At(0), values.At(2));
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(values.At(2).Get("k" + std::to_string(i)).AsString(), "v" + std::to_string(i));
  }
  EXPECT_EQ(values.At(2).Get("id").AsString(), run.workflow_id);
  harness.CheckReplay(run, "values");
}

TEST_F(Rival, AnObjectIsWalkedInOneOrderWithoutACache) {
  const LocalWorker worker(LocalWorker::NoSandbox(), kNoCache);
  const auto run = harness.Start(R"(
weft: 1
name: object
nodes:
  each:
    foreach: "${ to_entries }"
    concurrency: 3
    nodes:
      show: { shell: 'echo "$KEY=$VALUE"', env: { KEY: "${ .key }", VALUE: "${ .value | tostring }" } }
output: "${ $nodes.each.output | map(.stdout) }"
)",
                                 R"({"e": 5, "a": 1, "d": 4, "b": 2, "f": 6, "c": 3})");
  EXPECT_EQ(OutputOf(run).Dump(), R"(["e=5","a=1","d=4","b=2","f=6","c=3"])");
  harness.CheckReplay(run, "object");
}

TEST_F(Rival, CancelEndsWhateverIsWaiting) {
  activities::HttpServer silent([](const auto&) { return "HANG"; });
  LocalServer server;
  const LocalWorker worker;
  server.Deploy("weft: 1\nname: child\nnodes:\n  sleep: { wait: 1h }\n");
  struct Case {
    std::string body;
    std::string path;  ///< of the node that waits
    NodeStatus status;
    temporalio::WorkflowRef run;
  };
  std::map<std::string, Case> cases{
      {"wait", {"wait: 1h", "slow", NodeStatus::kWaiting, {}}},
      {"event", {"event: com.test.never", "slow", NodeStatus::kWaiting, {}}},
      {"approval", {"approval: { title: sure }", "slow", NodeStatus::kWaiting, {}}},
      {"http", {"http: { url: \"" + silent.Url() + "\" }", "slow", NodeStatus::kRunning, {}}},
      {"shell", {"shell: exec tail -f /dev/null", "slow", NodeStatus::kRunning, {}}},
      {"workflow", {"workflow: child", "slow", NodeStatus::kRunning, {}}},
      {"loop", {"loop: { while: true, delay: 1h }, nodes: { a: { set: 1 } }", "slow", NodeStatus::kWaiting, {}}},
      {"foreach", {"foreach: [1, 2], nodes: { a: { wait: 1h } }", "slow/1/a", NodeStatus::kWaiting, {}}},
      {"group", {"group: { nodes: { a: { wait: 1h } } }", "slow/a", NodeStatus::kWaiting, {}}},
  };
  for (auto& [name, one] : cases) {
    one.run = harness.Start("weft: 1\nname: cancel-" + name + "\nnodes:\n  slow: { " + one.body +
                            " }\n  next: { needs: slow, set: 1 }\n");
  }
  for (const auto& [name, one] : cases) {
    SCOPED_TRACE(name);
    harness.WaitUntil(one.run, [&](const auto& view) { return Is(view, one.path, one.status); });
    ASSERT_TRUE(harness.client().RequestCancel(one.run));
  }
  for (const auto& [name, one] : cases) {
    SCOPED_TRACE(name);
    const auto view = harness.Wait(one.run);
    EXPECT_EQ(view.status, "cancelled");
    EXPECT_EQ(NodeOf(view, "slow").status, NodeStatus::kCancelled);
    EXPECT_EQ(NodeOf(view, "next").status, NodeStatus::kSkipped);
    harness.CheckReplay(one.run, "cancel-" + name);
  }
  EXPECT_EQ(harness.Wait({cases.at("workflow").run.workflow_id + ".slow.1", ""}).status, "cancelled");
}

TEST_F(Rival, LoopsBranchesAndGroupsStayInOneExecution) {
  const LocalWorker worker;
  const auto thousands = harness.Start(R"(
weft: 1
name: thousands
nodes:
  sum: { loop: { while: "${ $index < 3000 }", max: 3000 }, with: 0, nodes: { add: { set: "${ . + 1 }" } } }
)");
  const auto nested = harness.Start(R"(
weft: 1
name: nested
nodes:
  route: { switch: [{ case: many, when: "${ $input > 1 }" }, { case: few }] }
  each:
    needs: route.many
    foreach: "${ [range($input)] }"
    nodes:
      attempt:
        group:
          nodes:
            bad: { fail: { code: odd, message: "odd ${ . }" }, on_error: { continue: "${ $item }" } }
            good: { needs: bad, set: "${ . * 10 }" }
)",
                                    "20");
  const auto counted = harness.Wait(thousands);
  EXPECT_EQ(counted.output.AsInteger(), 3000) << counted.ToJson().DumpPretty();
  EXPECT_EQ(counted.events, 5);
  harness.CheckReplay(thousands, "loop-3000");
  const auto each = harness.Wait(nested);
  EXPECT_EQ(each.output.size(), 20U) << each.ToJson().DumpPretty();
  EXPECT_EQ(each.output.At(19).AsInteger(), 190);
  EXPECT_EQ(each.events, 5);
  harness.CheckReplay(nested, "nested");
}

TEST_F(Rival, ASwitchGoesToASiblingAndComesBack) {
  const LocalWorker worker;
  const auto run = harness.Start(R"(
weft: 1
name: sibling
nodes:
  first: { shell: "echo 7" }
  route: { needs: first, switch: [{ case: big, when: "${ (.stdout | tonumber) > 5 }" }, { case: small }] }
  small: { needs: route.small, shell: "echo small" }
  big: { needs: route.big, shell: "echo big" }
  end: { needs: [small, big], shell: 'echo "end of $WHICH"', env: { WHICH: "${ .big.stdout }" } }
output: "${ $nodes.end.output.stdout }"
)");
  EXPECT_EQ(OutputOf(run).AsString(), "end of big");
  harness.CheckReplay(run, "sibling");
}

TEST_F(Rival, WhateverABranchOrGroupGivesIsNoFailure) {
  const LocalWorker worker;
  const auto run = harness.Start(R"(
weft: 1
name: shapes
nodes:
  first: { set: 0 }
  text: { needs: first, group: { nodes: { a: { set: text } } } }
  list: { needs: first, group: { nodes: { b: { set: [1, [2]] } } } }
  nothing: { needs: first, group: { nodes: { c: { set: null } } } }
  no: { needs: first, group: { nodes: { d: { set: false } } } }
  caught: { needs: [text.failed, list.failed, nothing.failed, no.failed], set: caught }
  end: { needs: [text, list, nothing, no], set: "${ . }" }
output: "${ [$nodes.end.output, $nodes.caught.status] }"
)");
  EXPECT_EQ(OutputOf(run).Dump(), R"([{"list":[1,[2]],"no":false,"nothing":null,"text":"text"},"skipped"])");
  harness.CheckReplay(run, "shapes");
}

TEST_F(Rival, AnEventOfAnyOfSeveralTypesEndsTheWaitInsideRegionsToo) {
  LocalServer server;
  const LocalWorker worker(LocalWorker::NoSandbox(), kNoCache);
  const auto run = harness.Start(R"(
weft: 1
name: any-of
nodes:
  each:
    foreach: [n, s]
    nodes:
      inner:
        group:
          nodes:
            heard: { event: [com.test.one, com.test.two], key: "${ $item }" }
)");
  harness.WaitUntil(run, [](const auto& view) {
    return Is(view, "each/0/inner/heard", NodeStatus::kWaiting) && Is(view, "each/1/inner/heard", NodeStatus::kWaiting);
  });
  server.Publish(R"({"type": "com.test.two", "key": "s", "data": "south"})");
  server.Publish(R"({"type": "com.test.one", "key": "x", "data": "nobody"})");
  server.Publish(R"({"type": "com.test.one", "key": "n", "data": "north"})");
  EXPECT_EQ(OutputOf(run).Dump(), R"(["north","south"])");
  harness.CheckReplay(run, "any-of");
}

// An event that came before the point at which a run continues was waited for again, and values were made again.
TEST_F(Rival, ARunThatContinuesAsNewKeepsWhatItHas) {
  LocalServer server;
  const LocalWorker worker;
  const auto first = harness.Start(R"(
weft: 1
name: continued
nodes:
  made: { set: { at: "${ now }" } }
  before: { needs: made, shell: { run: cat, stdin: "${ [.at, $run.startedAt] | tojson }", output: json } }
  heard: { event: com.test.early }
  count:
    needs: [before, heard]
    loop: { while: "${ $index < 40 }" }
    with: { n: 0 }
    nodes:
      work: { shell: 'echo "$N"', env: { N: "${ .n + 1 | tostring }" }, output: "${ { n: (.stdout | tonumber) } }" }
  later: { event: com.test.late }
  after:
    needs: [count, later]
    shell: { run: cat, stdin: "${ [$nodes.made.output.at, $run.startedAt] | tojson }", output: json }
output: "${ [$nodes.count.output.n, $nodes.heard.output, $nodes.later.output, $nodes.before.output == $nodes.after.output] }"
)");
  server.Publish(R"({"type": "com.test.early", "data": "once"})");
  harness.WaitUntil(first, [&](const auto& view) { return view.run_id != first.run_id; });
  server.Publish(R"({"type": "com.test.late", "data": "after the point"})");
  const auto view = harness.Wait(first);
  EXPECT_EQ(view.output.Dump(), R"([40,"once","after the point",true])") << view.ToJson().DumpPretty();
  EXPECT_GT(harness.HistoryOf(first).events_size(), kLongestRun);
  harness.CheckReplay(first, "continued-1");
  harness.CheckReplay({first.workflow_id, view.run_id}, "continued-2");
}

// One node's settings were another's, in the same run or in another of the same process.
TEST_F(Rival, RetriesAndTimeoutsOfANodeAreItsOwn) {
  const LocalWorker worker;
  const auto first = harness.Start(R"(
weft: 1
name: own-retries
retry: { attempts: 2, delay: 10ms }
nodes:
  single: { shell: "exit 1", retry: 1, timeout: 7s, deadline: 40s, on_error: { continue: null } }
  default: { needs: single, shell: "exit 2", on_error: { continue: null } }
  many: { needs: default, shell: "exit 3", retry: { attempts: 3, delay: 10ms }, on_error: { continue: null } }
)");
  const auto view = harness.Wait(first);
  EXPECT_EQ(NodeOf(view, "single").attempts, 1);
  EXPECT_EQ(NodeOf(view, "default").attempts, 2);
  EXPECT_EQ(NodeOf(view, "many").attempts, 3);
  std::map<std::string, std::pair<std::int64_t, bool>> limits;
  for (const auto& event : harness.HistoryOf(first).events()) {
    if (!event.has_activity_task_scheduled_event_attributes()) continue;
    const auto& scheduled = event.activity_task_scheduled_event_attributes();
    limits[scheduled.activity_id()] = {scheduled.start_to_close_timeout().seconds(),
                                       scheduled.schedule_to_close_timeout().seconds() == 40};
    EXPECT_EQ(scheduled.retry_policy().maximum_attempts(), 1);
  }
  EXPECT_EQ(limits.at("single#1"), std::pair(std::int64_t{17}, true));
  EXPECT_EQ(limits.at("default#1"), std::pair(std::int64_t{610}, false));
  EXPECT_EQ(limits.at("many#3"), std::pair(std::int64_t{610}, false));

  const auto second = harness.Start(
      "weft: 1\nname: other-retries\nnodes:\n  a: { shell: exit 1, retry: { attempts: 2, delay: 10ms } }\n");
  EXPECT_EQ(NodeOf(harness.Wait(second), "a").attempts, 2);
  harness.CheckReplay(first, "own-retries");
}

TEST_F(Rival, TemporalItselfShowsWhyARunFailed) {
  const LocalWorker worker;
  const auto run = harness.Start(R"(
weft: 1
name: readable
nodes:
  a: { shell: "echo out of paper >&2; exit 4" }
)");
  harness.Wait(run);
  const auto history = harness.HistoryOf(run);
  const auto& failure = history.events().rbegin()->workflow_execution_failed_event_attributes().failure();
  EXPECT_EQ(failure.application_failure_info().type(), "shell.exit");
  EXPECT_THAT(failure.message(), ::testing::HasSubstr("out of paper"));
}

TEST_F(Rival, AChildGetsItsInputAndNothingElse) {
  LocalServer server;
  const LocalWorker worker;
  server.Deploy("weft: 1\nname: inner\nnodes:\n  a: { set: \"${ [., $input] }\" }\n");
  const auto run = harness.Start(R"(
weft: 1
name: outer
nodes:
  secretive: { set: unseen-by-the-child }
  call: { needs: secretive, workflow: inner, with: { n: "${ $input.n }" } }
)",
                                 R"({"n": 1, "other": "not-for-the-child"})");
  EXPECT_EQ(OutputOf(run).Dump(), R"([{"n":1},{"n":1}])");
  harness.CheckReplay(run, "outer");
  const auto child = harness.HistoryOf({run.workflow_id + ".call.1", ""}).SerializeAsString();
  EXPECT_THAT(child, ::testing::Not(::testing::HasSubstr("unseen-by-the-child")));
  EXPECT_THAT(child, ::testing::Not(::testing::HasSubstr("not-for-the-child")));
}

TEST_F(Rival, EqualNamesInTwoNamespacesDoNotMeet) {
  LocalServer server;
  const LocalWorker worker;
  std::map<std::string, temporalio::WorkflowRef> runs;
  for (const std::string ns : {"north", "south"}) {
    server.Deploy("weft: 1\nname: part\nnamespace: " + ns + "\nnodes:\n  try: { set: \"" + ns + " ${ . }\" }\n");
    runs[ns] = harness.Start("weft: 1\nname: whole\nnamespace: " + ns +
                             "\nnodes:\n  each: { foreach: [1, 2], nodes: { call: { workflow: part } } }\n");
  }
  EXPECT_EQ(OutputOf(runs["north"]).Dump(), R"(["north 1","north 2"])");
  EXPECT_EQ(OutputOf(runs["south"]).Dump(), R"(["south 1","south 2"])");
}

TEST_F(Rival, NodesMayHaveTheNamesOfThingsAndTextHoldsExpressions) {
  const LocalWorker worker;
  const auto run = harness.Start(R"(
weft: 1
name: names
nodes:
  workflow: { set: 1 }
  task: { set: 2 }
  input: { set: 3 }
  run: { set: 4 }
  nodes: { needs: [workflow, task, input, run], set: "${ $nodes.workflow.output } of ${ .run }, ${ $input }, $${ . }" }
)",
                                 R"("given")");
  EXPECT_EQ(OutputOf(run).AsString(), "1 of 4, given, ${ . }");
}

TEST(RivalFiles, WhatWouldOnlyBreakARunIsRefusedBefore) {
  const auto codes = [](std::string_view nodes) {
    std::vector<std::string> found;
    for (const auto& diagnostic : dsl::Load("weft: 1\nname: refused\nnodes:\n" + std::string(nodes)).diagnostics) {
      found.push_back(diagnostic.code);
    }
    return found;
  };
  using ::testing::Contains;
  EXPECT_THAT(codes("  a: { set: 1 }\n  a: { set: 2 }\n"), Contains("duplicate-key"));
  EXPECT_THAT(codes("  a: { set: 1 }\n  g: { group: { nodes: { a: { set: 2 } } } }\n"), Contains("duplicate-id"));
  EXPECT_THAT(codes("  a: { needs: nowhere, set: 1 }\n"), Contains("unknown-node"));
  EXPECT_THAT(codes("  a: { needs: b, set: 1 }\n  b: { needs: a, set: 1 }\n"), Contains("cycle"));
  EXPECT_THAT(codes("  a: { set: 1, thenn: b }\n"), Contains("unknown-key"));
  EXPECT_THAT(codes("  a: { set: \"${ $nodes.b.output }\" }\n  b: { set: 1 }\n"), Contains("not-upstream"));
}

/// `weft run` of files in a folder of their own: what it said, and how it ended.
class RivalRun : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "weft-rival-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  void Write(const std::string& file, const std::string& text) const { std::ofstream(folder / file) << text; }
  [[nodiscard]] std::pair<int, std::string> Weft(const std::string& files) const {
    const char* weft = std::getenv("WEFT");
    const auto command = "cd '" + folder.string() + "' && '" + (weft == nullptr ? "weft" : weft) +
                         "' run --sandbox off " + files + " 2>&1";
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string text;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text.push_back(static_cast<char>(c));
    return {::pclose(pipe), text};
  }

  std::filesystem::path folder;
};

TEST_F(RivalRun, SeveralFilesMayShareNodeNamesButNotTheirOwn) {
  Write("a.yaml", "weft: 1\nname: a\nnodes:\n  each: { foreach: [1, 2], nodes: { step: { workflow: b } } }\n");
  Write("b.yaml", "weft: 1\nname: b\nnodes:\n  each: { foreach: [1, 2], nodes: { step: { set: \"${ . * 2 }\" } } }\n");
  Write("c.yaml", "weft: 1\nname: b\nnodes:\n  other: { set: 1 }\n");
  Write("d.yaml", "weft: 1\nname: b\nnamespace: elsewhere\nnodes:\n  other: { set: 1 }\n");
  const auto [code, text] = Weft("a.yaml b.yaml d.yaml");
  EXPECT_EQ(code, 0) << text;
  const auto [twice, why] = Weft("a.yaml b.yaml c.yaml");
  EXPECT_NE(twice, 0);
  EXPECT_THAT(why, ::testing::AllOf(::testing::HasSubstr("b.yaml"), ::testing::HasSubstr("c.yaml")));
}

}  // namespace
}  // namespace weft::testing
