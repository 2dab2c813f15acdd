#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/id.h"
#include "progress/hub.h"
#include "temporalio/converter/payload.h"
#include "tests/integration/harness.h"

namespace weft::testing {
namespace {

using expr::Value;
using progress::Found;
using progress::Hub;
using progress::InstanceView;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

[[maybe_unused]] const int kLongestRun = Harness::ContinueAsNewAfter(60);

struct Event {
  std::string kind, id, data;
};

/// Somebody who watches an instance.
class Viewer {
 public:
  Viewer(Hub& hub, const Found& found, std::string last_version = {})
      : source_(hub.Watch(found, {.send =
                                      [this](std::string_view kind, std::string_view id, std::string_view data) {
                                        const std::scoped_lock lock(mutex_);
                                        events_.push_back({std::string(kind), std::string(id), std::string(data)});
                                        changed_.notify_all();
                                        return true;
                                      },
                                  .close =
                                      [this] {
                                        const std::scoped_lock lock(mutex_);
                                        closed_ = true;
                                        changed_.notify_all();
                                      },
                                  .last_version = std::move(last_version)})) {}

  /// Waits until `done` says so of what came so far.
  std::vector<Event> Until(const std::function<bool(const std::vector<Event>&)>& done) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), [&] { return done(events_); }));
    return events_;
  }
  std::vector<Event> UntilClosed() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(60), [this] { return closed_; }));
    return events_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Event> events_;
  bool closed_ = false;
  std::shared_ptr<void> source_;
};

/// The document that a viewer has, by what it was told.
class Document {
 public:
  explicit Document(const std::vector<Event>& events) {
    for (const auto& event : events) {
      const auto data = Value::Parse(event.data).value();
      if (event.kind == "instance") value_ = data;
      if (event.kind != "node") continue;
      auto nodes = value_.Get("nodes");
      const auto path = data.Get("path").AsString();
      auto node = nodes.Get(path);
      data.ForEachField([&](std::string_view name, const Value& field) {
        if (name != "path") node.Set(name, field);
      });
      nodes.Set(path, node);
      value_.Set("nodes", nodes);
    }
  }
  [[nodiscard]] Value Node(std::string_view path) const { return value_.Get("nodes").Get(path); }
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  Value value_ = Value::EmptyObject();
};

/// The document as it is now.
Value Get(Hub& hub, const std::string& id) {
  const auto found = hub.Find(id);
  EXPECT_TRUE(found) << found.error().message;
  if (!found) return {};
  std::string text = "null";
  const auto looked = hub.Look(*found, [&](const InstanceView& view) { text = view.ToJson().Dump(); });
  EXPECT_TRUE(looked) << looked.error().message;
  return Value::Parse(text).value();
}

/// Looks until `done`.
Value GetUntil(Hub& hub, const std::string& id, const std::function<bool(const Value&)>& done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  auto document = Get(hub, id);
  while (!done(document) && std::chrono::steady_clock::now() < end) document = Get(hub, id);
  EXPECT_TRUE(done(document)) << document.DumpPretty();
  return document;
}

std::string Status(const Value& document, const char* path) {
  return document.Get("nodes").Get(path).Get("status").AsString();
}

constexpr std::string_view kThreeSteps = R"(
weft: 1
name: steps
nodes:
  a: { shell: "echo one" }
  go: { needs: a, event: go }
  b: { needs: go, set: { x: "${ .y }" } }
output: "${ .x }"
)";

// These come first, while no worker, and then no server, has ever polled.
TEST(Alone, ARunWithoutAnyWorkerSaysSo) {
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(kThreeSteps);
  const auto document = Get(hub, run.workflow_id);
  EXPECT_EQ(document.Get("status"), Value("running"));
  EXPECT_EQ(Status(document, "a"), "pending");
  EXPECT_EQ(document.Get("reason").Get("message"), Value("no worker polls queue weft"));
  EXPECT_TRUE(Harness::Get().client().Terminate(run, "enough of it"));
  const auto ended = Get(hub, run.workflow_id);
  EXPECT_EQ(ended.Get("status"), Value("terminated"));
  EXPECT_EQ(ended.Get("error").Get("message"), Value("enough of it"));
  EXPECT_EQ(hub.figures().folds, 1U);
}

TEST(Alone, EveryNodeThatStandsStillSaysWhy) {
  const LocalWorker worker;
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(R"(
weft: 1
name: reasons
nodes:
  gpu: { shell: "true", queue: gpu }
  shout: { emit: { type: done } }
  paid: { event: com.shop.paid, key: "${ 8841 }", timeout: 1h }
  pause: { wait: 2h }
  again: { http: "http://127.0.0.1:1/", retry: { attempts: 5, delay: 1h, max_delay: 1h, jitter: 0 } }
)");
  const auto document = GetUntil(hub, run.workflow_id, [](const Value& d) { return Status(d, "again") == "retrying"; });
  const auto reason = [&](const char* path) { return document.Get("nodes").Get(path).Get("reason"); };
  EXPECT_EQ(reason("gpu").Get("message"), Value("no worker polls queue gpu"));
  EXPECT_EQ(reason("shout").Get("message"), Value("no server polls weft-system"));
  EXPECT_EQ(reason("paid").Get("kind"), Value("event"));
  EXPECT_EQ(reason("paid").Get("type"), Value("com.shop.paid"));
  EXPECT_EQ(reason("paid").Get("key"), Value("8841"));
  EXPECT_TRUE(reason("paid").Get("until").IsString());
  EXPECT_EQ(reason("paid").Get("message"), Value("no server polls weft-system"));
  EXPECT_EQ(reason("pause").Get("kind"), Value("timer"));
  EXPECT_EQ(reason("again").Get("kind"), Value("retry"));
  EXPECT_EQ(reason("again").Get("attempt"), Value(2));
  EXPECT_EQ(reason("again").Get("of"), Value(5));
  EXPECT_EQ(reason("again").Get("code"), Value("http.connect"));
  EXPECT_TRUE(Harness::Get().client().Terminate(run, "seen"));
}

TEST(Live, ManyViewersOfAnInstanceCostOneFold) {
  const LocalWorker worker;
  LocalServer server;
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(kThreeSteps);
  const auto found = hub.Find(run.workflow_id);
  ASSERT_TRUE(found);
  std::vector<std::unique_ptr<Viewer>> viewers;
  for (int i = 0; i < 50; ++i) viewers.push_back(std::make_unique<Viewer>(hub, *found));
  for (auto& viewer : viewers) {
    viewer->Until([](const auto& events) { return Document(events).Node("go").Get("status") == Value("waiting"); });
  }
  EXPECT_EQ(hub.figures().viewers, 50U);
  server.Publish(R"({"type":"go","data":{"y":7}})");
  for (auto& viewer : viewers) {
    const auto events = viewer->UntilClosed();
    ASSERT_FALSE(events.empty());
    EXPECT_EQ(events.front().kind, "instance");
    EXPECT_EQ(events.back().kind, "closed");
    EXPECT_THAT(events.back().data, HasSubstr(R"("output":7)"));
    const Document document(events);
    EXPECT_EQ(document.Node("b").Get("status"), Value("succeeded"));
    EXPECT_EQ(document.value().Get("status"), Value("completed"));
    EXPECT_EQ(document.Node("a").Get("output").Get("stdout"), Value("one"));
  }
  EXPECT_EQ(hub.figures().folds, 1U);
  EXPECT_EQ(hub.figures().viewers, 0U);
  const auto history = Harness::Get().HistoryOf(run);
  EXPECT_EQ(hub.figures().events, static_cast<std::uint64_t>(history.events_size()));
}

TEST(Live, AViewerThatComesBackGoesOnWhereItWas) {
  const LocalWorker worker;
  LocalServer server;
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(kThreeSteps);
  GetUntil(hub, run.workflow_id, [](const Value& d) { return Status(d, "go") == "waiting"; });
  const auto found = hub.Find(run.workflow_id).value();
  std::string version;
  {
    Viewer first(hub, found);
    version = first.Until([](const auto& events) { return !events.empty(); }).front().id;
  }
  EXPECT_THAT(version, ::testing::StartsWith(found.run_id + ":"));
  Viewer again(hub, found, version);
  Viewer other(hub, found, "another:1.0");
  other.Until([](const auto& events) { return !events.empty(); });
  server.Publish(R"({"type":"go","data":{"y":8}})");
  const auto events = again.UntilClosed();
  ASSERT_FALSE(events.empty());
  const auto first = Value::Parse(events.front().data).value();
  EXPECT_TRUE(events.front().kind == "node" || first.Get("status") == Value("completed"))
      << events.front().kind << events.front().data;
  EXPECT_EQ(other.UntilClosed().front().kind, "instance");
}

TEST(Live, ARunThatWasResetGoesOnAsTheSameInstance) {
  const LocalWorker worker;
  LocalServer server;
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(kThreeSteps);
  GetUntil(hub, run.workflow_id, [](const Value& d) { return Status(d, "go") == "waiting"; });
  Viewer viewer(hub, hub.Find(run.workflow_id).value());
  viewer.Until([](const auto& events) { return !events.empty(); });
  const auto reset = Harness::Get().client().Reset(
      run, {.reason = "again", .workflow_task_event_id = 4, .do_not_reapply = {}, .request_id = {}});
  ASSERT_TRUE(reset) << reset.error().message;
  const auto events = viewer.Until([&](const auto& all) {
    return Document(all).value().Get("run").Get("id") == Value(*reset) &&
           Document(all).Node("go").Get("status") == Value("waiting");
  });
  EXPECT_EQ(Document(events).value().Get("status"), Value("running"));
  server.Publish(R"({"type":"go","data":{"y":1}})");
  EXPECT_EQ(viewer.UntilClosed().back().kind, "closed");
  EXPECT_EQ(Get(hub, run.workflow_id).Get("status"), Value("completed"));
}

TEST(Live, TwelveRunsOfAChainAreOneInstance) {
  const LocalWorker worker;
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(R"(
weft: 1
name: chain
nodes:
  turns:
    loop: { until: "${ .n >= 120 }" }
    nodes: { step: { shell: "true", output: "${ {n: 1} }" }, count: { needs: step, set: { n: "${ $index + 1 }" } } }
)");
  const auto found = hub.Find(run.workflow_id).value();
  Viewer viewer(hub, found);
  const auto events = viewer.UntilClosed();
  EXPECT_EQ(events.back().kind, "closed");
  const auto document = Document(events).value();
  EXPECT_EQ(document.Get("id").AsString(), run.workflow_id);
  EXPECT_EQ(document.Get("status"), Value("completed"));
  EXPECT_NE(document.Get("run").Get("id").AsString(), run.run_id);
  EXPECT_EQ(Document(events).Node("turns").Get("counts").Get("succeeded"), Value(120));
  EXPECT_GE(hub.figures().folds, 12U);
  // Opened anew it costs the last run alone.
  Hub cold(Harness::Get().client());
  const auto again = Get(cold, run.workflow_id);
  EXPECT_EQ(cold.figures().folds, 1U);
  EXPECT_LT(cold.figures().events, 250U);
  EXPECT_EQ(again.Get("startedAt"), document.Get("startedAt"));
  EXPECT_EQ(again.Get("nodes").Get("turns").Get("output"), document.Get("nodes").Get("turns").Get("output"));
}

TEST(Live, ALargeRegionIsCountedAndItsFailuresShown) {
  const LocalWorker worker;
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(R"(
weft: 1
name: large
nodes:
  each:
    foreach: "${ [range(400)] }"
    concurrency: 100
    on_item_error: continue
    nodes:
      check: { switch: [ { case: bad, when: "${ $item % 50 == 7 }" }, { case: good } ] }
      broken: { needs: check.bad, fail: { code: bad.item, message: "item ${ $item }" } }
)");
  Harness::Get().Wait(run);
  const auto document = Get(hub, run.workflow_id);
  const auto counts = document.Get("nodes").Get("each").Get("counts");
  EXPECT_EQ(counts.Get("succeeded"), Value(392));
  EXPECT_EQ(counts.Get("failed"), Value(8));
  EXPECT_EQ(Status(document, "each/57/broken"), "failed");
  EXPECT_EQ(document.Get("nodes").size(), 1U + 8 * 2);
}

TEST(Live, WhatNobodyLooksAtIsForgotten) {
  const LocalWorker worker;
  Hub hub(Harness::Get().client(), {.keep = std::chrono::milliseconds(0)});
  const auto run = Harness::Get().Start(kThreeSteps);
  Get(hub, run.workflow_id);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (hub.figures().instances > 0 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  EXPECT_EQ(hub.figures().instances, 0U);
  EXPECT_TRUE(Harness::Get().client().Terminate(run, "seen"));
}

TEST(Live, ARunOfANewerVersionIsShownWithTheReason) {
  const LocalWorker worker;
  Hub hub(Harness::Get().client());
  temporalio::StartOptions start;
  start.workflow_id = "default.newer.manual." + NewUlid();
  start.workflow_type = "default.newer";
  start.task_queue = "weft";
  start.input = {temporalio::JsonPayload(R"({"semantics":99,"trigger":{"kind":"manual"}})"),
                 temporalio::JsonPayload(R"({"weft":99})"), temporalio::JsonPayload("null")};
  const auto id = start.workflow_id;
  const auto started = Harness::Get().client().StartWorkflow(std::move(start));
  ASSERT_TRUE(started);
  const auto document = Get(hub, id);
  EXPECT_EQ(document.Get("id").AsString(), id);
  EXPECT_EQ(document.Get("workflow"), Value("newer"));
  EXPECT_EQ(document.Get("reason").Get("kind"), Value("semantics"));
  const auto stuck = GetUntil(hub, id, [](const Value& d) { return d.Get("status") == Value("stuck"); });
  EXPECT_THAT(stuck.Get("reason").Get("message").AsString(), HasSubstr("semantics 99"));
  EXPECT_TRUE(Harness::Get().client().Terminate({id, started->run_id}, "seen"));
  EXPECT_EQ(Get(hub, id).Get("status"), Value("terminated"));
}

TEST(Live, LinesAreToldAsTheyAreWritten) {
  const LocalWorker worker;
  std::atomic<bool> written = false, passed_over = false;
  const auto logs = [&](const std::string&, const std::string&,
                        std::int64_t after) -> Result<std::vector<progress::LogLine>> {
    std::vector<progress::LogLine> lines;
    const std::int64_t last = written ? 2 : 1;
    if (after == 1) {
      passed_over = true;
      passed_over.notify_all();
    }
    for (auto number = after + 1; number <= last; ++number) {
      lines.push_back({.number = number,
                       .path = "a",
                       .attempt = 1,
                       .stream = "stdout",
                       .text = "line " + std::to_string(number),
                       .at = {}});
    }
    return lines;
  };
  Hub hub(Harness::Get().client(), {.logs = logs});
  const auto run = Harness::Get().Start(R"(
weft: 1
name: talks
nodes:
  a: { shell: "sleep 600" }
)");
  Viewer viewer(hub, hub.Find(run.workflow_id).value());
  viewer.Until([](const auto& events) { return Document(events).Node("a").Get("status") == Value("running"); });
  const auto is_log = [](const Event& event) { return event.kind == "log"; };
  // What was there before is asked for elsewhere; whoever watches is told what is new.
  passed_over.wait(false);
  written = true;
  const auto events = viewer.Until([&](const auto& all) { return std::ranges::any_of(all, is_log); });
  EXPECT_EQ(std::ranges::find_if(events, is_log)->data,
            R"({"at":"1970-01-01T00:00:00.000Z","attempt":1,"path":"a","stream":"stdout","text":"line 2"})");
  EXPECT_TRUE(Harness::Get().client().Terminate(run, "seen"));
}

TEST(Live, AViewerThatHasLeftIsNotCalled) {
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(kThreeSteps);
  std::atomic<bool> inside = false, leaving = false, go_on = false, told = false;
  const auto raise = [](std::atomic<bool>& flag) {
    flag = true;
    flag.notify_all();
  };
  auto source = hub.Watch(hub.Find(run.workflow_id).value(), {.send =
                                                                  [&](auto, auto, auto) {
                                                                    raise(inside);
                                                                    go_on.wait(false);
                                                                    told = true;
                                                                    return true;
                                                                  },
                                                              .close = [] {},
                                                              .last_version = {}});
  inside.wait(false);
  std::jthread leaver([&] {
    raise(leaving);
    source.reset();
    EXPECT_TRUE(told);
  });
  leaving.wait(false);
  raise(go_on);
  leaver.join();
  EXPECT_TRUE(Harness::Get().client().Terminate(run, "seen"));
}

TEST(Live, AHubThatEndsIsNotCalledByTheCallsItHadUnderWay) {
  const auto run = Harness::Get().Start(kThreeSteps);
  for (int round = 0; round < 50; ++round) {
    Hub hub(Harness::Get().client());
    Viewer viewer(hub, hub.Find(run.workflow_id).value());
    viewer.Until([](const auto& events) { return !events.empty(); });
  }
  EXPECT_TRUE(Harness::Get().client().Terminate(run, "seen"));
}

TEST(Live, WatchedRunsBeyondTheLongPollsAreToldToo) {
  const LocalWorker worker;
  LocalServer server;
  Hub hub(Harness::Get().client(), {.threads = 1, .long_polls = 1});
  std::vector<temporalio::WorkflowRef> runs;
  std::vector<std::unique_ptr<Viewer>> viewers;
  for (int i = 0; i < 5; ++i) {
    runs.push_back(Harness::Get().Start(kThreeSteps));
    viewers.push_back(std::make_unique<Viewer>(hub, hub.Find(runs.back().workflow_id).value()));
  }
  for (auto& viewer : viewers) {
    viewer->Until([](const auto& events) { return Document(events).Node("go").Get("status") == Value("waiting"); });
  }
  EXPECT_LE(hub.figures().long_polls, 1U);
  server.Publish(R"({"type":"go","data":{"y":7}})");
  for (auto& viewer : viewers) EXPECT_EQ(viewer->UntilClosed().back().kind, "closed");
  EXPECT_EQ(hub.figures().folds, 5U);
}

// The work of looking again is that of what has happened since.
TEST(Live, ALookAtWhatWasSeenReadsOnlyWhatIsNew) {
  const LocalWorker worker;
  LocalServer server;
  Hub hub(Harness::Get().client());
  const auto run = Harness::Get().Start(kThreeSteps);
  GetUntil(hub, run.workflow_id, [](const Value& d) { return Status(d, "go") == "waiting"; });
  server.Publish(R"({"type":"go","data":{"y":1}})");
  Harness::Get().Wait(run);
  EXPECT_EQ(Get(hub, run.workflow_id).Get("status"), Value("completed"));
  EXPECT_EQ(Get(hub, run.workflow_id).Get("status"), Value("completed"));
  EXPECT_EQ(hub.figures().events, static_cast<std::uint64_t>(Harness::Get().HistoryOf(run).events_size()));
  EXPECT_EQ(hub.figures().folds, 1U);
}

}  // namespace
}  // namespace weft::testing
