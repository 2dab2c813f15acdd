// Workflows, deliveries and the language over real HTTP.
#include <gtest/gtest.h>

#include "store/archive.h"
#include "tests/integration/inbox_fixture.h"

namespace weft::testing {
namespace {

using expr::Value;

constexpr const char* kYaml = "Content-Type: application/yaml\r\n";
constexpr const char* kJson = "Content-Type: application/json\r\n";
const std::string kWorkflows = "/api/v1/workflows";

std::string Flow(const std::string& name, const std::string& more = "") {
  return "weft: 1\nname: " + name + "\n" + more + "nodes: { a: { wait: 24h } }\n";
}

class WorkflowsApi : public InboxTest {
 protected:
  void SetUp() override { Open(client()); }
  static const temporalio::Client& client() { return Harness::Get().client(); }
  server::Answer Put(const std::string& text) const { return Call("POST", kWorkflows, kYaml, text); }
  server::Answer Start(const std::string& name, const std::string& json, const std::string& headers = "") const {
    return Call("POST", kWorkflows + "/default/" + name + "/instances", kJson + headers, json);
  }
  Value Get(const std::string& path) const {
    const auto answer = Call("GET", "/api/v1" + path);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Value::Parse(answer.body).value_or(Value());
  }
  static void End(const std::string& id) { ASSERT_TRUE(client().Terminate({id, ""}, "test")); }
};

TEST_F(WorkflowsApi, DeploysAndShowsRevisions) {
  const auto first = Put(Flow("w", "title: 订单\nlabels: { team: shop }\n"));
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(Member(first.body, "namespace"), "default");
  EXPECT_EQ(Member(first.body, "name"), "w");
  EXPECT_EQ(Member(first.body, "revision"), "1");
  EXPECT_EQ(Member(first.body, "digest").size(), 64U);
  EXPECT_EQ(first.Header("Location"), "/api/v1/workflows/default/w/revisions/1");
  EXPECT_EQ(Put(Flow("w", "title: another\n")).status, 200);
  EXPECT_EQ(Put(Flow("w", "timeout: 1h\n")).status, 201);
  EXPECT_EQ(Call("POST", kWorkflows, kJson, R"({"weft":1,"name":"j","nodes":{"b":{"set":1},"a":{"set":2}}})").status,
            201);

  const auto list = Get("/workflows?limit=1");
  EXPECT_EQ(list.Get("items").At(0).Get("name").AsString(), "j");
  const auto rest = Get("/workflows?cursor=" + list.Get("next").AsString());
  EXPECT_EQ(rest.Get("items").At(0).Get("name").AsString(), "w");
  EXPECT_TRUE(rest.Get("next").IsNull());
  EXPECT_EQ(Call("GET", kWorkflows + "?limit=0").status, 400);

  const auto shown = Get("/workflows/default/w");
  EXPECT_EQ(shown.Get("revision").AsInteger(), 2);
  EXPECT_EQ(shown.Get("source").AsString(), Flow("w", "timeout: 1h\n"));
  EXPECT_TRUE(shown.Get("manual").AsBool());
  EXPECT_EQ(shown.Get("graph").Get("nodes").size(), 1U);
  EXPECT_TRUE(Call("GET", kWorkflows + "/default/j").body.contains(R"("nodes":{"b":{"set":1},"a":{"set":2}})"))
      << "the order of nodes has meaning";
  EXPECT_EQ(Get("/workflows/default/w/revisions").Get("items").size(), 2U);
  EXPECT_EQ(Get("/workflows/default/w/revisions/1").Get("title").AsString(), "another");
  EXPECT_EQ(Call("GET", kWorkflows + "/default/w/revisions/3").status, 404);
  EXPECT_EQ(Call("GET", kWorkflows + "/default/w/revisions/x").status, 404);

  EXPECT_EQ(Call("DELETE", kWorkflows + "/default/w").status, 204);
  EXPECT_EQ(Call("DELETE", kWorkflows + "/default/w").status, 404);
  EXPECT_EQ(Call("GET", kWorkflows + "/default/w").status, 404);
}

TEST_F(WorkflowsApi, ListsWithWhatRunsCameToAndWhenTheNextOneStarts) {
  ASSERT_EQ(Put(Flow("busy",
                     "triggers: [ { id: late, cron: '0 0 1 1 *' }, { id: never, cron: '* * * * *', paused: true }, "
                     "{ id: over, cron: '* * * * *', end: 2020-01-01T00:00:00Z }, { id: hook, webhook: busy } ]\n"))
                .status,
            201);
  ASSERT_EQ(Put(Flow("idle")).status, 201);
  for (int i = 0; i < 4; ++i) {
    store::ArchivedInstance ended;
    ended.id = "default.busy.manual." + std::to_string(i);
    ended.first_run = std::to_string(i);
    ended.ns = "default";
    ended.workflow = "busy";
    ended.status = i == 0 ? "failed" : "completed";
    ended.ended_at = inbox().Now();
    ended.started_at = ended.ended_at - Duration(100 * i);
    ASSERT_TRUE(db().Write([&](store::Transaction& t) { return store::ArchiveInstance(t, ended); }));
  }
  EXPECT_TRUE(Get("/workflows").Get("items").At(0).Get("stats").IsNull()) << "only who asks for it waits for it";
  const auto items = Get("/workflows?details=true").Get("items");
  const auto busy = items.At(0), idle = items.At(1);
  EXPECT_EQ(busy.Get("triggers").Dump(), R"([{"id":"late","kind":"cron","paused":false},)"
                                         R"({"id":"never","kind":"cron","paused":true},)"
                                         R"({"id":"over","kind":"cron","paused":false},)"
                                         R"({"id":"hook","kind":"webhook","paused":false}])");
  EXPECT_EQ(busy.Get("nextFireAt").AsString().substr(4), "-01-01T00:00:00.000Z");
  const auto stats = busy.Get("stats");
  ASSERT_EQ(stats.Get("hours").size(), 24U);
  // The hour may have ended meanwhile.
  std::int64_t completed = 0, failed = 0;
  for (const std::size_t hour : {22U, 23U}) {
    completed += stats.Get("hours").At(hour).Get("completed").AsInteger();
    failed += stats.Get("hours").At(hour).Get("failed").AsInteger();
  }
  EXPECT_EQ(completed, 3);
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(stats.Get("successRate").AsDouble(), 0.75);
  EXPECT_EQ(stats.Get("p95Ms").AsInteger(), 300);
  EXPECT_TRUE(ParseTimestamp(stats.Get("from").AsString()));
  EXPECT_EQ(idle.Get("triggers").size(), 0U);
  EXPECT_TRUE(idle.Get("nextFireAt").IsNull());
  EXPECT_EQ(idle.Get("stats").Get("hours").size(), 24U);
  EXPECT_TRUE(idle.Get("stats").Get("successRate").IsNull());
  EXPECT_TRUE(idle.Get("stats").Get("p95Ms").IsNull());
}

TEST_F(WorkflowsApi, RefusesAFileWithErrorsAndAPathThatIsTaken) {
  const auto refused = Put("weft: 1\nname: w\nnodes: { a: { needs: x, set: 1 } }\n");
  EXPECT_EQ(refused.status, 422);
  const auto diagnostics = Value::Parse(refused.body)->Get("diagnostics");
  ASSERT_EQ(diagnostics.size(), 1U) << refused.body;
  EXPECT_EQ(diagnostics.At(0).Get("code").AsString(), "unknown-node");
  EXPECT_EQ(diagnostics.At(0).Get("line").AsInteger(), 3);
  const std::string hook = "triggers: [ { id: h, webhook: orders } ]\n";
  EXPECT_EQ(Put(Flow("first", hook)).status, 201);
  const auto taken = Put(Flow("second", hook));
  EXPECT_EQ(taken.status, 409);
  EXPECT_TRUE(taken.body.contains("first")) << taken.body;
}

TEST_F(WorkflowsApi, StartsByHand) {
  ASSERT_EQ(Put(Flow("w", "input: { type: object, required: [n] }\n")).status, 201);
  const auto keyless = Start("w", R"({"input":{"n":1}})");
  ASSERT_EQ(keyless.status, 201) << keyless.body;
  EXPECT_TRUE(Member(keyless.body, "id").starts_with("default.w.manual."));
  const auto first = Start("w", R"({"input":{"n":1},"key":"8841"})");
  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(Member(first.body, "id"), "default.w.manual.8841");
  const auto joined = Start("w", R"({"input":{"n":1},"key":"8841"})");
  EXPECT_EQ(joined.status, 200);
  EXPECT_EQ(Member(joined.body, "id"), "default.w.manual.8841");

  const std::string named = "Idempotency-Key: once\r\n";
  const auto once = Start("w", R"({"input":{"n":2}})", named);
  EXPECT_EQ(once.status, 201) << once.body;
  const auto again = Start("w", R"({"input":{"n":2}})", named);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, once.body);
  EXPECT_EQ(Start("w", R"({"input":{"n":3}})", named).status, 409);

  const auto unfit = Start("w", R"({"input":{}})");
  EXPECT_EQ(unfit.status, 422);
  EXPECT_TRUE(Member(unfit.body, "detail").contains("n")) << unfit.body;
  EXPECT_EQ(Start("w", R"({"inputs":{}})").status, 422);
  EXPECT_EQ(Start("w", "[]").status, 422);
  EXPECT_EQ(Start("none", "{}").status, 404);
  EXPECT_EQ(Start("w", R"({"input":{"n":1},"revision":7})").status, 404);
  ASSERT_EQ(Put(Flow("closed", "manual: false\n")).status, 201);
  EXPECT_EQ(Start("closed", "{}").status, 409);
  for (const auto& answer : {keyless, first, once}) End(Member(answer.body, "id"));
}

TEST_F(WorkflowsApi, ListsShowsAndReplaysDeliveries) {
  ASSERT_EQ(
      Put(Flow("w", "triggers: [ { id: hook, webhook: w, when: \"${ .body.go }\", input: \"${ .body }\" } ]\n")).status,
      201);
  const auto started = Post("w", R"({"go":true})", "Idempotency-Key: a\r\n");
  ASSERT_EQ(started.status, 202) << started.body;
  const auto ignored = Post("w", R"({"go":false})");
  const auto list = Get("/deliveries?workflow=w");
  ASSERT_EQ(list.Get("items").size(), 2U);
  EXPECT_EQ(list.Get("items").At(0).Get("status").AsString(), "ignored");
  EXPECT_EQ(Get("/deliveries?workflow=default/w").Get("items").size(), list.Get("items").size());
  EXPECT_EQ(Get("/deliveries?status=started").Get("items").size(), 1U);
  const auto shown = Get("/deliveries/" + Member(started.body, "delivery"));
  EXPECT_EQ(shown.Get("input").Dump(), R"({"go":true})");
  EXPECT_EQ(shown.Get("payload").Get("method").AsString(), "POST");
  EXPECT_EQ(shown.Get("instance").AsString(), Member(started.body, "id"));
  EXPECT_EQ(shown.Get("sentAs").AsString(), "a");

  const auto replay = [&](const server::Answer& of) {
    return Call("POST", "/api/v1/deliveries/" + Member(of.body, "delivery") + "/replay");
  };
  const auto replayed = replay(started);
  EXPECT_EQ(replayed.status, 202) << replayed.body;
  EXPECT_NE(Member(replayed.body, "id"), Member(started.body, "id"));
  EXPECT_EQ(Member(replay(ignored).body, "id"), "null");
  // The latest revision decides.
  ASSERT_EQ(Put(Flow("w", "triggers: [ { id: hook, webhook: w, input: \"${ .body }\" } ]\n")).status, 201);
  const auto now = replay(ignored);
  EXPECT_TRUE(Member(now.body, "id").starts_with("default.w.hook.")) << now.body;
  ASSERT_EQ(Put(Flow("w")).status, 201);
  EXPECT_EQ(replay(ignored).status, 404);
  EXPECT_EQ(Call("POST", "/api/v1/deliveries/none/replay").status, 404);
  for (const auto& answer : {started, replayed, now}) End(Member(answer.body, "id"));
}

TEST_F(WorkflowsApi, ValidatesForTheEditor) {
  const auto validate = [&](const std::string& text) { return Call("POST", "/api/v1/validate", kYaml, text); };
  const auto good =
      validate("weft: 1\nname: w\nnodes: { b: { set: 1 }, a: { needs: b, set: 0x10 } }\nui: { x: 1.50 }\n");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(Value::Parse(good.body)->Get("diagnostics").Dump(), "[]");
  EXPECT_EQ(Value::Parse(good.body)->Get("graph").Get("edges").size(), 1U);
  EXPECT_TRUE(good.body.contains(R"("document":{"weft":1,"name":"w","nodes":{"b":{"set":1},"a":{"needs":"b",)"))
      << good.body;
  const auto bad = Value::Parse(validate("weft: 1\nname: w\nnodes: { a: { sett: 1 } }\n").body);
  EXPECT_GE(bad->Get("diagnostics").size(), 1U);
  EXPECT_TRUE(bad->Get("graph").IsNull());
  EXPECT_EQ(bad->Get("document").Get("name").AsString(), "w");
  EXPECT_TRUE(Value::Parse(validate("a: [").body)->Get("document").IsNull());
  EXPECT_EQ(Call("POST", "/api/v1/validate", "Content-Type: text/plain\r\n", "weft: 1").status, 415);
  EXPECT_TRUE(Get("/schema").Has("$schema"));
}

TEST_F(WorkflowsApi, TriesExpressionsInAProcessOfTheirOwn) {
  const auto try_it = [&](const std::string& json) { return Call("POST", "/api/v1/evaluate", kJson, json); };
  EXPECT_EQ(try_it(R"({"expression":"${ .a + $input.b }","names":{"dot":{"a":1},"input":{"b":2}}})").body,
            R"({"value":3})");
  EXPECT_EQ(try_it(R"({"expression":"id ${ $order.id }!","names":{"order":{"id":12345678901234567890}}})").body,
            R"({"value":"id 12345678901234567890!"})");
  EXPECT_EQ(try_it(R"({"expression":"$nodes.a.output","names":{"nodes":{"a":{"output":[1]}}}})").body,
            R"({"value":[1]})");
  const auto wrong = Value::Parse(try_it(R"({"expression":"${ .a + }"})").body)->Get("error");
  EXPECT_EQ(wrong.Get("code").AsString(), "expression");
  EXPECT_TRUE(wrong.Get("offset").IsNumber());
  EXPECT_TRUE(try_it(R"({"expression":"${ .a < 1 }","condition":true,"names":{"dot":{}}})").body.contains("\"error\""));
  EXPECT_TRUE(try_it(R"({"expression":"[range(1e9)] | length"})").body.contains("\"error\""));
  EXPECT_TRUE(try_it(R"({"expression":"def f: f; f"})").body.contains("\"error\""));
  EXPECT_EQ(try_it(R"({"expression":".a","data":{"a":3}})").body, R"({"value":3})");
  EXPECT_EQ(try_it(R"({"names":{}})").status, 422);
  // Silently left out, `.` would be null.
  EXPECT_EQ(try_it(R"({"expression":".a","dot":{"a":3}})").status, 422);
  EXPECT_EQ(try_it("{").status, 422);
}

}  // namespace
}  // namespace weft::testing
