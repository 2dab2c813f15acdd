// The worker is killed in the middle of every kind of node at once, so that the time that Temporal needs to notice is
// spent once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "activities/http_server_for_test.h"
#include "contract/names.h"
#include "temporalio/converter/payload.h"
#include "tests/integration/harness.h"

namespace weft::testing {
namespace {

using machine::NodeStatus;
namespace fs = std::filesystem;

/// A run and what is to become of it. In `nodes`, ENV stands for variables that name the run's log and the folder, GATE
/// for a script that waits until the folder holds the file `open` (or is gone), URL for the server's.
struct Case {
  std::string nodes;
  std::vector<std::string> begun;   ///< lines of its log when it is in the middle
  std::vector<std::string> logged;  ///< all of them at its end, sorted
  std::string output = {};
  std::string waits = {};  ///< the node that waits meanwhile, if one does
  std::string status = "completed";
  std::string error = {};
  bool queued = false;  ///< meanwhile, for want of a slot
  temporalio::WorkflowRef run = {};
};

// In the middle while the server answers.
std::map<std::string, Case> WithServer() {
  return {
      {"shell",
       {.nodes = R"(
  before: { shell: 'echo before >> "$LOG"', ENV }
  gate: { needs: before, shell: 'echo gate >> "$LOG"; GATE; echo 7', ENV }
  after: { needs: gate, shell: 'echo after >> "$LOG"', ENV }
output: "${ $nodes.gate.output.stdout }"
)",
        .begun = {"before", "gate"},
        .logged = {"after", "before", "gate", "gate"},
        .output = R"("7")"}},
      {"python",
       {.nodes = R"(
  code:
    python: |
      import os, time
      def main(input):
          with open(os.environ["LOG"], "a") as log:
              log.write("code\n")
          folder = os.environ["DIR"]
          while os.path.exists(folder) and not os.path.exists(folder + "/open"):
              time.sleep(0.05)
          return {"n": input["n"] + 1}
    ENV
)",
        .begun = {"code"},
        .logged = {"code", "code"},
        .output = R"({"n":2})"}},
      {"http", {.nodes = "\n  call: { http: \"URL/call\" }\n", .begun = {}, .logged = {}, .output = R"({"answer":1})"}},
      {"http-once",
       {.nodes = "\n  pay: { http: { url: \"URL/pay\", method: POST }, once: true }\n",
        .begun = {},
        .logged = {},
        .status = "failed",
        .error = "worker_lost"}},
      {"shell-once",
       {.nodes = "\n  pay: { shell: 'echo pay >> \"$LOG\"; GATE', once: true, ENV }\n",
        .begun = {"pay"},
        .logged = {"pay"},
        .status = "failed",
        .error = "worker_lost"}},
      {"foreach",
       {.nodes = R"(
  each:
    foreach: [1, 2, 3, 4]
    concurrency: 2
    nodes:
      item: { shell: 'echo "$I" >> "$LOG"; [ "$I" -lt 3 ] || GATE; echo "$I"', ENV, with: "${ $item }" }
output: "${ $nodes.each.output | map(.stdout | tonumber) }"
)",
        .begun = {"1", "2", "3", "4"},
        .logged = {"1", "2", "3", "3", "4", "4"},
        .output = "[1,2,3,4]"}},
      {"loop",
       {.nodes = R"(
  again:
    loop: { while: "${ $index < 3 }" }
    nodes:
      step: { shell: 'echo "$I" >> "$LOG"; [ "$I" -ne 1 ] || GATE; echo "$I"', ENV, with: "${ $index }" }
output: "${ $nodes.again.output.stdout }"
)",
        .begun = {"0", "1"},
        .logged = {"0", "1", "1", "2"},
        .output = R"("2")"}},
      {"group",
       {.nodes = R"(
  both:
    group:
      nodes:
        first: { shell: 'echo first >> "$LOG"', ENV }
        second: { needs: first, shell: 'echo second >> "$LOG"; GATE; echo done', ENV }
    retry: 2
output: "${ $nodes.both.output.stdout }"
)",
        .begun = {"first", "second"},
        .logged = {"first", "second", "second"},
        .output = R"("done")"}},
      {"workflow",
       {.nodes = "\n  call: { workflow: child, with: \"${ { dir: $input.dir, name: $run.workflow } }\" }\n",
        .begun = {"child"},
        .logged = {"child", "child"},
        .output = R"("from the child")"}},
      {"compensate",
       {.nodes = R"(
  reserve: { shell: "true", compensate: { shell: 'echo undo >> "$LOG"; GATE', ENV } }
  refuse: { needs: reserve, fail: { code: no.stock, message: none } }
)",
        .begun = {"undo"},
        .logged = {"undo", "undo"},
        .status = "failed",
        .error = "no.stock"}},
      {"wait",
       {.nodes = "\n  pause: { wait: 2s }\n  after: { needs: pause, shell: 'echo after >> \"$LOG\"', ENV }\n",
        .begun = {},
        .logged = {"after"},
        .output = R"({"exit_code":0,"stderr":"","stdout":""})",
        .waits = "pause"}},
      {"event",
       {.nodes = R"(
  heard: { event: com.test.paid, key: o-1, count: 2 }
  after: { needs: heard, shell: 'echo after >> "$LOG"', ENV }
output: "${ $nodes.heard.output }"
)",
        .begun = {},
        .logged = {"after"},
        .output = "[1,2]",
        .waits = "heard"}},
      {"approval",
       {.nodes = R"(
  ask: { approval: { title: Ship it? } }
  yes: { needs: ask.approved, shell: 'echo yes >> "$LOG"', ENV }
output: "${ $nodes.ask.output.by }"
)",
        .begun = {},
        .logged = {"yes"},
        .output = R"("a tester")",
        .waits = "ask"}},
  };
}

// In the middle while no server answers.
std::map<std::string, Case> WithoutServer() {
  return {
      {"emit",
       {.nodes = R"(
  send: { emit: { type: com.test.sent, data: { n: 5 } } }
  after: { needs: send, shell: 'echo after >> "$LOG"', ENV }
output: "${ $nodes.send.output.data.n }"
)",
        .begun = {},
        .logged = {"after"},
        .output = "5",
        .waits = "send"}},
      {"listen",
       {.nodes = "\n  heard: { event: com.test.sent }\n",
        .begun = {},
        .logged = {},
        .output = R"({"n":5})",
        .waits = "heard"}},
      {"notify",
       {.nodes = R"(
  tell: { notify: { to: ops, title: hello } }
output: "${ $nodes.tell.output.delivered }"
)",
        .begun = {},
        .logged = {},
        .output = "false",
        .waits = "tell"}},
      {"resolve",
       {.nodes = "\n  call: { workflow: quick, with: 3 }\n",
        .begun = {},
        .logged = {},
        .output = "6",
        .waits = "call"}},
      {"slot",
       {.nodes = R"(
  work: { shell: 'echo work >> "$LOG"', ENV }
concurrency: { key: "${ \"only\" }", limit: 1 }
output: "${ $nodes.work.output.exit_code }"
)",
        .begun = {},
        .logged = {"work"},
        .output = "0",
        .queued = true}},
  };
}

void ReplaceAll(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

class KindsKill : public ::testing::Test {
 protected:
  KindsKill()
      : http_([this](const auto&) {
          open_.wait(false);
          return activities::Json(R"({"answer": 1})");
        }) {}
  ~KindsKill() override { Open(); }
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "weft-kinds-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void Open() {
    open_ = true;
    open_.notify_all();
  }

  [[nodiscard]] std::string Filled(std::string text, std::string_view name = "$run.workflow") const {
    ReplaceAll(text, "ENV",
               R"(env: { DIR: "${ $input.dir }", LOG: "${ $input.dir + \"/\" + )" + std::string(name) +
                   R"( }", I: "${ tostring }" })");
    ReplaceAll(text, "GATE", R"(until [ -e "$DIR/open" ] || [ ! -d "$DIR" ]; do sleep 0.05; done)");
    ReplaceAll(text, "URL/", http_.Url());
    return text;
  }

  void Start(std::map<std::string, Case>& cases) const {
    const auto input = expr::Value::Object({{"dir", expr::Value(folder_.string())}, {"n", expr::Value(1)}}).Dump();
    for (auto& [name, one] : cases) {
      one.run = harness_.Start("weft: 1\nname: " + name + "\nnodes:" + Filled(one.nodes), input);
    }
    for (const auto& [name, one] : cases) {
      SCOPED_TRACE(name);
      harness_.WaitUntil(one.run, [&](const auto& view) {
        return LinesOf(name) == one.begun && (view.status == "queued") == one.queued &&
               (one.waits.empty() || Is(view, one.waits, NodeStatus::kWaiting) ||
                Is(view, one.waits, NodeStatus::kScheduled));
      });
    }
  }

  /// Sorted.
  [[nodiscard]] std::vector<std::string> LinesOf(const std::string& name) const {
    std::ifstream log(folder_ / name);
    std::vector<std::string> lines;
    for (std::string line; std::getline(log, line);) lines.push_back(line);
    std::ranges::sort(lines);
    return lines;
  }

  void Check(const std::map<std::string, Case>& cases) const {
    for (const auto& [name, one] : cases) {
      SCOPED_TRACE(name);
      const auto view = harness_.Wait(one.run);
      EXPECT_EQ(view.status, one.status) << view.ToJson().DumpPretty();
      if (one.status == "completed") EXPECT_EQ(view.output.Dump(), one.output);
      EXPECT_EQ(view.error.Get("code").AsString(), one.error);
      EXPECT_EQ(LinesOf(name), one.logged);
      CheckEachCompletedOnce(one.run);
      harness_.CheckReplay(one.run, "killed-" + name);
    }
  }

  void CheckEachCompletedOnce(const temporalio::WorkflowRef& run) const {
    const auto history = harness_.HistoryOf(run);
    std::map<std::string, int> completed;
    for (const auto& event : history.events()) {
      if (!event.has_activity_task_completed_event_attributes()) continue;
      const auto id = event.activity_task_completed_event_attributes().scheduled_event_id();
      const auto& scheduled = history.events(static_cast<int>(id) - 1).activity_task_scheduled_event_attributes();
      const auto path = scheduled.activity_id().substr(0, scheduled.activity_id().find('#'));
      EXPECT_EQ(++completed[scheduled.activity_type().name() + ' ' + path], 1) << path;
    }
  }

  Harness& harness_ = Harness::Get();
  fs::path folder_;
  std::atomic<bool> open_ = false;
  activities::HttpServer http_;
};

TEST_F(KindsKill, EachNodeCompletesOnceWhenTheWorkerIsKilledInItsMiddle) {
  LocalServer server;
  server.Deploy(Filled(R"(
weft: 1
name: child
nodes:
  work: { shell: 'echo child >> "$LOG"; GATE; echo from the child', ENV }
output: "${ $nodes.work.output.stdout }"
)",
                       "$input.name"));
  server.Deploy("weft: 1\nname: quick\nnodes:\n  a: { set: \"${ . * 2 }\" }\n");
  auto first = std::make_unique<WorkerProcess>(harness_.target());
  auto served = WithServer();
  Start(served);
  harness_.WaitUntil(served.at("http").run, [&](const auto&) { return http_.requests().size() == 2; });
  server.Close();
  auto unserved = WithoutServer();
  Start(unserved);
  first->End(SIGKILL);

  // What all of them wait for comes while there is no worker.
  server.Open();
  server.Publish(R"({"type": "com.test.paid", "id": "e1", "key": "o-1", "data": 1})");
  server.Publish(R"({"type": "com.test.paid", "id": "e2", "key": "o-2", "data": 9})");
  server.Publish(R"({"type": "com.test.paid", "id": "e3", "key": "o-1", "data": 2})");
  const auto answered = harness_.client().SignalWorkflow(
      served.at("approval").run,
      {.name = std::string(contract::kApprovalSignal),
       .input = {temporalio::JsonPayload(R"({"node": "ask", "decision": "approved", "by": "a tester"})")}});
  ASSERT_TRUE(answered) << answered.error().message;
  std::ofstream(folder_ / "open") << "";
  Open();
  const WorkerProcess second(harness_.target());

  Check(served);
  Check(unserved);
  std::map<std::string, int> requests;
  for (const auto& request : http_.requests()) ++requests[request.target];
  EXPECT_EQ(requests["/call"], 2);
  EXPECT_EQ(requests["/pay"], 1);
}

}  // namespace
}  // namespace weft::testing
