#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/id.h"
#include "contract/ids.h"
#include "progress/hub.h"
#include "server/archiver.h"
#include "server/handlers/instances.h"
#include "server/testing.h"
#include "store/archive.h"
#include "temporalio/tests/eventually.h"
#include "tests/integration/control_plane.h"

namespace weft::testing {
namespace {

using expr::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

[[maybe_unused]] const int kLongestRun = Harness::ContinueAsNewAfter(60);

std::vector<std::string> Texts(const Value& list, const char* field = nullptr) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    texts.push_back(field == nullptr ? list.At(i).AsString() : list.At(i).Get(field).AsString());
  }
  return texts;
}

/// What servers do for instances, with HTTP in front.
class Site {
 public:
  Site()
      : starter_(plane_.database(), Harness::Get().client()),
        hub_(Harness::Get().client()),
        archiver_(plane_.database(), Harness::Get().client(), {}) {
    services_.database = &plane_.database();
    services_.client = Harness::Get().client();
    services_.approvals = &plane_.approvals();
    services_.correlator = &plane_.correlator();
    services_.definitions = &starter_.definitions();
    services_.starter = &starter_;
    services_.hub = &hub_;
    server_.emplace(server::InstanceRoutes(services_));
    plane_.OpenSystem();
  }

  struct Said {
    int status = 0;
    Value body;
  };
  Said Call(const char* method, const std::string& target, const std::string& body = {}) {
    server::TestClient client(server_->port());
    const auto answer = client.Call(method, "/api/v1/instances" + target,
                                    body.empty() ? std::string() : "Content-Type: application/json\r\n", body);
    return {answer.status, Value::Parse(answer.body).value_or(Value())};
  }
  Value Get(const std::string& target) {
    const auto said = Call("GET", target);
    EXPECT_EQ(said.status, 200) << target << ' ' << said.body.Dump();
    return said.body;
  }
  Said Post(const std::string& target, const std::string& body = {}) { return Call("POST", target, body); }
  Value GetUntil(const std::string& target, const std::function<bool(const Value&)>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    auto document = Get(target);
    while (!done(document) && std::chrono::steady_clock::now() < end) document = Get(target);
    EXPECT_TRUE(done(document)) << document.DumpPretty();
    return document;
  }
  Value GetEnded(const std::string& id) {
    return GetUntil("/" + id, [](const Value& d) { return !d.Get("endedAt").IsNull(); });
  }

  std::string Start(const std::string& name, const std::string& input = "null", const std::string& key = {}) {
    triggers::StartRequest request;
    request.ns = "default";
    request.name = name;
    request.input = Value::Parse(input).value();
    request.key = key;
    request.request_id = NewUlid();
    const auto started = starter_.Start(request);
    EXPECT_TRUE(started) << started.error().message;
    return started ? started->id : std::string();
  }

  ControlPlane& plane() { return plane_; }
  server::Archiver& archiver() { return archiver_; }
  std::uint16_t port() const { return server_->port(); }

 private:
  ControlPlane plane_;
  triggers::Starter starter_;
  progress::Hub hub_;
  server::Archiver archiver_;
  server::Services services_;
  std::optional<server::TestServer> server_;
};

constexpr std::string_view kSteps = R"(
weft: 1
name: steps
nodes:
  a: { shell: "echo one" }
  ok: { needs: a, approval: { title: "Go on?" } }
  b: { needs: ok, set: { x: "${ .data.x }" } }
output: "${ .x }"
)";

TEST(Instances, AreListedShownAnsweredAndKept) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy(kSteps);
  const auto id = site.Start("steps", R"({"order":"4711"})");
  auto document = site.GetUntil(
      "/" + id, [](const Value& d) { return d.Get("nodes").Get("ok").Get("status").StringView() == "waiting"; });
  EXPECT_EQ(document.Get("id").AsString(), id);
  EXPECT_EQ(document.Get("revision"), Value(1));
  EXPECT_EQ(document.Get("nodes").Get("ok").Get("reason").Get("kind").AsString(), "approval");
  EXPECT_EQ(document.Get("nodes").Get("a").Get("output").Get("stdout").AsString(), "one");
  EXPECT_EQ(document.Get("nodes").Get("a").Get("tries").At(0).Get("outcome").AsString(), "completed");

  // It is listed where it waits, once Temporal's index knows of it.
  const auto listed = [&](const std::string& query) {
    return site.GetUntil("?workflow=steps" + query, [](const Value& list) { return list.Get("items").size() == 1; });
  };
  EXPECT_THAT(Texts(listed("&node=ok").Get("items"), "id"), ElementsAre(id));
  EXPECT_EQ(listed("&status=running").Get("items").At(0).Get("trigger").Get("kind").AsString(), "manual");
  EXPECT_EQ(site.Get("?workflow=steps&status=failed").Get("items").size(), 0U);
  EXPECT_EQ(site.Get("?workflow=steps&node=b").Get("items").size(), 0U);

  EXPECT_EQ(site.Post("/" + id + "/approve", R"({"node":"ok","decision":"approved","data":{"x":5}})").status, 202);
  EXPECT_EQ(site.Post("/" + id + "/approve", R"({"node":"ok","decision":"approved","data":{"x":6}})").status, 409);
  document = site.GetEnded(id);
  EXPECT_EQ(document.Get("status").AsString(), "completed");
  EXPECT_EQ(document.Get("output"), Value(5));

  // As it was after its first task.
  const auto run = document.Get("run").Get("id").AsString();
  const auto past = site.Get("/" + id + "?at=" + run + ":5");
  EXPECT_EQ(past.Get("status").AsString(), "running");
  EXPECT_EQ(past.Get("nodes").Get("a").Get("status").AsString(), "scheduled");
  const auto history = site.Get("/" + id + "/history?limit=3");
  // Temporal gives whole batches of events.
  EXPECT_GE(history.Get("items").size(), 3U);
  EXPECT_EQ(history.Get("items").At(0).Get("attributes").Get("input").Get("payloads").At(2).Get("order"),
            Value("4711"));
  const auto second_page = [&](const Value& first) {
    const auto cursor = first.Get("next").AsString();
    EXPECT_FALSE(cursor.empty());
    EXPECT_EQ(cursor.find_first_of("+/=&%"), std::string::npos) << "clients put it into a query as it is: " << cursor;
    return site.Get("/" + id + "/history?limit=3&cursor=" + cursor).Get("items");
  };
  EXPECT_EQ(second_page(history).At(0).Get("id"), Value(static_cast<std::int64_t>(history.Get("items").size()) + 1));

  // From the archive all is the same.
  site.GetUntil("?workflow=steps&status=completed", [](const Value& list) { return list.Get("items").size() == 1; });
  ASSERT_TRUE(site.archiver().Scan());
  ASSERT_TRUE(site.archiver().Scan());
  EXPECT_EQ(site.Get("/" + id), document);
  EXPECT_EQ(site.Get("/" + id + "?at=" + run + ":5"), past);
  EXPECT_EQ(second_page(site.Get("/" + id + "/history?limit=3")).At(0).Get("id"), Value(4));
  const auto list = site.Get("?workflow=steps").Get("items");
  EXPECT_THAT(Texts(list, "id"), ElementsAre(id));
  EXPECT_EQ(list.At(0).Get("revision"), Value(1));
  EXPECT_THAT(Texts(site.Get("?search=4711").Get("items"), "id"), ElementsAre(id));
  EXPECT_EQ(site.Post("/" + id + "/cancel").status, 409);
  EXPECT_EQ(site.Call("GET", "/default.steps.manual.none").status, 404);
  EXPECT_EQ(site.Call("GET", "?status=sleeping").status, 400);
}

TEST(Instances, AStreamTellsAllAndCanBeTakenUpAgain) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy(kSteps);
  const auto id = site.Start("steps");
  site.GetUntil("/" + id,
                [](const Value& d) { return d.Get("nodes").Get("ok").Get("status").StringView() == "waiting"; });
  server::TestClient viewer(site.port());
  viewer.Send("GET /api/v1/instances/" + id + "/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  const auto first = viewer.Until("\"workflow\":\"steps\"");
  EXPECT_THAT(first, HasSubstr("event: instance"));
  EXPECT_EQ(site.Post("/" + id + "/approve", R"({"node":"ok","decision":"approved","data":{"x":5}})").status, 202);
  const auto rest = viewer.UntilClosed();
  EXPECT_THAT(rest, HasSubstr("event: closed"));
  EXPECT_THAT(rest, HasSubstr(R"("output":5)"));
  // Somebody who knows the end is not told everything again.
  const auto at = rest.rfind("\nid: ");
  ASSERT_NE(at, std::string::npos);
  const auto version = rest.substr(at + 5, rest.find('\n', at + 1) - at - 5);
  server::TestClient again(site.port());
  again.Send("GET /api/v1/instances/" + id + "/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: " + version +
             "\r\n\r\n");
  const auto more = again.UntilClosed();
  EXPECT_THAT(more, HasSubstr("event: closed"));
  EXPECT_THAT(more, Not(HasSubstr("event: instance")));
}

TEST(Instances, ASecondCancelGoesStraightToTheEnd) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy(R"(
weft: 1
name: stubborn
nodes:
  a: { wait: 1h }
  clean: { needs: a, join: always, wait: 1h }
)");
  const auto id = site.Start("stubborn");
  site.GetUntil("/" + id,
                [](const Value& d) { return d.Get("nodes").Get("a").Get("status").StringView() == "waiting"; });
  EXPECT_EQ(site.Post("/" + id + "/cancel", R"({"reason":"wrong order"})").body.Get("status"), Value("cancelling"));
  const auto document = site.GetUntil(
      "/" + id, [](const Value& d) { return d.Get("nodes").Get("clean").Get("status").StringView() == "waiting"; });
  EXPECT_EQ(document.Get("reason").Get("kind"), Value("cancelling"));
  EXPECT_EQ(site.Post("/" + id + "/cancel").body.Get("status"), Value("abandoning"));
  EXPECT_EQ(site.GetEnded(id).Get("status"), Value("cancelled"));
}

TEST(Instances, AnEventSentToOneInstanceSkipsItsKey) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy(R"(
weft: 1
name: waits
nodes:
  e: { event: com.shop.paid, key: "${ \"a\" }", timeout: 1h }
)");
  const auto id = site.Start("waits");
  site.GetUntil("/" + id,
                [](const Value& d) { return d.Get("nodes").Get("e").Get("status").StringView() == "waiting"; });
  EXPECT_EQ(site.Post("/" + id + "/event", R"({"data":1})").status, 422);
  EXPECT_EQ(site.Post("/" + id + "/event", R"({"type":"com.shop.paid","subject":"b","data":{"n":1}})").status, 202);
  EXPECT_EQ(site.GetEnded(id).Get("output").Get("n"), Value(1));
}

TEST(Instances, ARerunFromANodeReusesWhatIsBeforeIt) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy(R"(
weft: 1
name: again
nodes:
  a: { shell: "date +%s%N" }
  each: { needs: a, foreach: "${ [1, 2, 3] }", nodes: { one: { shell: "date +%s%N" }, two: { needs: one, set: "${ $item }" } } }
  last: { needs: each, http: { url: "http://127.0.0.1:1/" }, retry: 1 }
)");
  const auto id = site.Start("again", R"({"k":1})");
  const auto before = site.GetEnded(id);
  EXPECT_EQ(before.Get("status").AsString(), "failed");
  const auto dry = site.Post("/" + id + "/rerun", R"({"from":"last","dryRun":true})");
  EXPECT_EQ(dry.status, 200) << dry.body.Dump();
  EXPECT_THAT(Texts(dry.body.Get("runsAgain"), "path"), ElementsAre("last"));
  EXPECT_EQ(dry.body.Get("runsAgain").At(0).Get("effects"), Value(true));
  EXPECT_THAT(Texts(dry.body.Get("reused")), ElementsAre("a", "each"));

  const auto rerun = site.Post("/" + id + "/rerun", R"({"from":"each/1/two"})");
  EXPECT_EQ(rerun.status, 201) << rerun.body.Dump();
  EXPECT_THAT(Texts(rerun.body.Get("runsAgain"), "path"), ElementsAre("each/1/two", "last"));
  const auto other = rerun.body.Get("id").AsString();
  EXPECT_NE(other, id);
  const auto after = site.GetEnded(other);
  EXPECT_EQ(after.Get("input"), before.Get("input"));
  for (const auto* path : {"a", "each/0/one", "each/1/one", "each/2/one"}) {
    EXPECT_EQ(after.Get("nodes").Get(path).Get("output"), before.Get("nodes").Get(path).Get("output")) << path;
  }
  // What is misunderstood must not run everything again.
  for (const auto* body :
       {R"({"from":"nowhere"})", R"({"from":["last"]})", R"({"dry_run":true})", R"({"dryRun":"yes"})"}) {
    EXPECT_EQ(site.Post("/" + id + "/rerun", body).status, 422) << body;
  }
  const auto whole = site.Post("/" + id + "/rerun", R"({"latest":true,"input":{"k":2}})");
  EXPECT_THAT(Texts(whole.body.Get("runsAgain"), "path"), ElementsAre("a", "each", "each/*/one", "each/*/two", "last"));
  EXPECT_EQ(site.GetEnded(whole.body.Get("id").AsString()).Get("input").Get("k"), Value(2));
}

TEST(Instances, AChainOfRunsIsOneInstance) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy(R"(
weft: 1
name: chain
nodes:
  first: { set: 1 }
  turns:
    needs: first
    loop: { until: "${ .n >= 40 }" }
    nodes: { step: { shell: "true", output: "${ {n: 1} }" }, count: { needs: step, set: { n: "${ $index + 1 }" } } }
output: "${ .n }"
)");
  const auto id = site.Start("chain");
  const auto document = site.GetEnded(id);
  EXPECT_EQ(document.Get("output"), Value(40));
  EXPECT_EQ(document.Get("nodes").Get("turns").Get("counts").Get("succeeded"), Value(40));
  EXPECT_EQ(document.Get("nodes").Get("first").Get("output"), Value(1));
  EXPECT_EQ(document.Get("revision"), Value(1));
  site.GetUntil("?workflow=chain&status=completed", [](const Value& list) { return list.Get("items").size() == 1; });
  ASSERT_TRUE(site.archiver().Scan());
  const auto list = site.Get("?workflow=chain").Get("items");
  ASSERT_EQ(list.size(), 1U) << list.Dump();
  EXPECT_EQ(list.At(0).Get("startedAt"), document.Get("startedAt"));
  // An iteration of an earlier run of the chain.
  const auto part = site.Get("/" + id + "?path=turns/3");
  EXPECT_EQ(part.Get("nodes").Get("turns/3/count").Get("output").Get("n"), Value(4));
  EXPECT_EQ(site.Call("GET", "/" + id + "?path=turns/300").status, 404);
}

TEST(Instances, TwoServersArchiveARunOnce) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy(R"(
weft: 1
name: twice
nodes: { a: { set: 1 } }
)");
  const auto id = site.Start("twice");
  site.GetEnded(id);
  site.GetUntil("?workflow=twice&status=completed", [](const Value& list) { return list.Get("items").size() == 1; });
  const auto run = Harness::Get().client().Describe({id, {}});
  ASSERT_TRUE(run);
  server::Archiver other(site.plane().database(), Harness::Get().client(), {});
  {
    const std::jthread one([&] { EXPECT_TRUE(site.archiver().Archive(run->info)); });
    const std::jthread two([&] { EXPECT_TRUE(other.Archive(run->info)); });
  }
  // While one holds the scan the other has nothing to do.
  EXPECT_TRUE(site.archiver().Scan().value());
  EXPECT_FALSE(other.Scan().value());
  const auto rows = site.plane().database().Read<std::vector<store::ArchivedInstance>>(
      [](store::Transaction& t) { return store::ListArchived(t, {}); });
  ASSERT_TRUE(rows);
  EXPECT_EQ(std::ranges::count(*rows, id, &store::ArchivedInstance::id), 1);
}

TEST(Instances, AnOlderRunOfAnIdKeepsItsOwnName) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy(R"(
weft: 1
name: keyed
nodes: { a: { set: "${ $input.n }" } }
)");
  const auto id = site.Start("keyed", R"({"n":1})", "k");
  const auto first = site.GetEnded(id);
  EXPECT_EQ(site.Start("keyed", R"({"n":2})", "k"), id);
  site.GetUntil("/" + id, [](const Value& d) { return d.Get("output") == Value(2); });
  const auto older = id + "@" + std::string(contract::ShortRunId(first.Get("run").Get("id").AsString()));
  const auto check = [&] {
    const auto document = site.Get("/" + older);
    EXPECT_EQ(document.Get("output"), Value(1)) << document.DumpPretty();
    EXPECT_EQ(document.Get("id").AsString(), older);
  };
  const auto list =
      site.GetUntil("?workflow=keyed&status=completed", [](const Value& l) { return l.Get("items").size() == 2; });
  EXPECT_THAT(Texts(list.Get("items"), "id"), ElementsAre(id, older));
  check();
  ASSERT_TRUE(site.archiver().Scan());
  check();
  EXPECT_THAT(Texts(site.Get("?workflow=keyed").Get("items"), "id"), ElementsAre(id, older));
  const auto page = site.Get("?workflow=keyed&limit=1");
  EXPECT_THAT(Texts(page.Get("items"), "id"), ElementsAre(id));
  EXPECT_THAT(Texts(site.Get("?workflow=keyed&limit=1&cursor=" + page.Get("next").AsString()).Get("items"), "id"),
              ElementsAre(older));
}

TEST(Instances, ThatAreChildrenAreListedWithTheirRevisionFromTheStart) {
  const LocalWorker worker;
  Site site;
  site.plane().Deploy("weft: 1\nname: inner\nnodes: { go: { event: com.test.never } }\n");
  site.plane().Deploy("weft: 1\nname: inner\nnodes: { go: { event: com.test.later } }\n");
  site.plane().Deploy("weft: 1\nname: outer\nnodes: { call: { workflow: inner } }\n");
  const auto id = site.Start("outer");
  const auto open =
      site.GetUntil("?workflow=inner&status=running", [](const Value& list) { return list.Get("items").size() == 1; });
  const auto child = open.Get("items").At(0);
  EXPECT_EQ(child.Get("revision"), Value(2));
  EXPECT_EQ(child.Get("trigger").Get("kind").AsString(), "workflow");
  EXPECT_EQ(site.Post("/" + id + "/terminate").status, 202);  // its child goes with it
}

TEST(Instances, ThatEndedAtOnceAreAllListedBeforeAnyIsArchived) {
  constexpr std::size_t kMany = 520;
  const LocalWorker worker;
  Site site;
  site.plane().Deploy("weft: 1\nname: crowd\nnodes: { a: { set: 1 } }\n");
  std::vector<std::string> started;
  for (std::size_t i = 0; i < kMany; ++i) started.push_back(site.Start("crowd"));
  for (const auto& id : started) Harness::Get().Wait({id, {}});
  const auto listed = [&] {
    std::vector<std::string> ids;
    Value cursor("");
    while (cursor.IsString()) {
      const auto page = site.Get("?workflow=crowd&status=completed&limit=200&cursor=" + cursor.AsString());
      const auto some = Texts(page.Get("items"), "id");
      ids.insert(ids.end(), some.begin(), some.end());
      cursor = page.Get("next");
    }
    return ids;
  };
  std::ranges::sort(started);
  ASSERT_TRUE(temporalio::test::Eventually([&] {
    auto ids = listed();
    std::ranges::sort(ids);
    return ids == started;
  }));
}

}  // namespace
}  // namespace weft::testing
