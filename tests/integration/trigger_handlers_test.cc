// The HTTP calls about triggers, on a real Temporal server.
#include <gtest/gtest.h>

#include "expr/value.h"
#include "server/handlers/triggers.h"
#include "server/testing.h"
#include "temporalio/tests/eventually.h"
#include "tests/integration/schedules_fixture.h"
#include "triggers/definitions.h"

namespace weft::testing {
namespace {

using expr::Value;
using temporalio::test::Eventually;

class TriggerHandlersTest : public SchedulesTest {
 protected:
  TriggerHandlersTest() {
    services_.database = database_.get();
    services_.client = Harness::Get().client();
    services_.definitions = &definitions_;
    services_.schedules = &reconciler_;
    server_.emplace(server::TriggerRoutes(services_));
  }

  struct Reply {
    int status;
    Value body;
  };
  Reply Call(const std::string& method, const std::string& path, const std::string& body = {}) {
    server::TestClient client(server_->port());
    const auto answer = client.Call(method, path, body.empty() ? "" : "Content-Type: application/json\r\n", body);
    return {answer.status, Value::Parse(answer.body).value_or(Value())};
  }
  [[nodiscard]] std::string Path(const std::string& rest = {}) const {
    return "/api/v1/workflows/default/" + name_ + "/triggers" + rest;
  }
  Value Shown(const std::string& id) {
    const auto items = Call("GET", Path()).body.Get("items");
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items.At(i).Get("id").AsString() == id) return items.At(i);
    }
    return {};
  }

  triggers::Definitions definitions_{*database_};
  server::Services services_;
  std::optional<server::TestServer> server_;
};

TEST_F(TriggerHandlersTest, ShowsWhatEachKindHas) {
  DeployAndApply(
      kYearly + ", { id: hook, webhook: orders-" + name_ +
      ", methods: [POST, PUT], auth: token, respond: result }, { id: placed, event: order.placed, source: shop }");
  const auto manual = Shown("manual"), cron = Shown("tick"), hook = Shown("hook"), placed = Shown("placed");
  EXPECT_TRUE(manual.Get("enabled").AsBool());
  EXPECT_EQ(Call("GET", Path()).body.Get("items").At(0).Get("id").AsString(), "tick")
      << "the file's triggers come first";
  EXPECT_EQ(cron.Get("kind").AsString(), "cron");
  EXPECT_EQ(cron.Get("cron").AsString(), "0 0 1 1 *");
  EXPECT_EQ(cron.Get("timezone").AsString(), "UTC");
  EXPECT_EQ(cron.Get("nextFireTimes").At(0).AsString().substr(4), "-01-01T00:00:00.000Z");
  EXPECT_TRUE(cron.Get("problem").IsNull());
  EXPECT_FALSE(cron.Get("paused").AsBool());
  EXPECT_EQ(hook.Get("path").AsString(), "/hooks/default/orders-" + name_);
  EXPECT_EQ(hook.Get("methods").Dump(), R"(["POST","PUT"])");
  EXPECT_EQ(hook.Get("auth").AsString(), "token");
  EXPECT_EQ(hook.Get("respond").AsString(), "result");
  EXPECT_EQ(placed.Get("type").AsString(), "order.placed");
  EXPECT_EQ(placed.Get("source").AsString(), "shop");
}

TEST_F(TriggerHandlersTest, TellsThatTemporalDoesNotHaveAScheduleYet) {
  Deploy(kYearly);
  EXPECT_TRUE(Shown("tick").Get("problem").AsString().contains("does not have"));
  EXPECT_TRUE(Shown("tick").Get("nextFireTimes").IsNull());
  EXPECT_EQ(Call("POST", Path("/tick/fire")).status, 404);
}

TEST_F(TriggerHandlersTest, PausesWithANoteAndResumes) {
  DeployAndApply(kYearly);
  const auto paused = Call("POST", Path("/tick/pause"), R"({"note":"stocktaking 盘点"})");
  EXPECT_EQ(paused.status, 200);
  EXPECT_TRUE(paused.body.Get("paused").AsBool());
  EXPECT_EQ(paused.body.Get("note").AsString(), "stocktaking 盘点");
  EXPECT_EQ(paused.body.Get("changedBy").AsString(), "anonymous");
  EXPECT_TRUE(Status("tick").paused);
  EXPECT_TRUE(StateOf("tick").paused);
  const auto resumed = Call("POST", Path("/tick/resume"));
  EXPECT_FALSE(resumed.body.Get("paused").AsBool());
  EXPECT_TRUE(resumed.body.Get("note").IsNull());
  EXPECT_FALSE(Status("tick").paused);
}

TEST_F(TriggerHandlersTest, APauseBeforeTemporalHasTheScheduleIsItsFirstState) {
  Deploy(kYearly);
  EXPECT_EQ(Call("POST", Path("/tick/pause"), R"({"note":"not yet"})").status, 200);
  ApplyAll(reconciler_);
  EXPECT_TRUE(Status("tick").paused);
  EXPECT_EQ(Status("tick").note, "not yet");
}

TEST_F(TriggerHandlersTest, PausesOtherTriggersInTheStore) {
  DeployAndApply("{ id: placed, event: order.placed }");
  EXPECT_EQ(Call("POST", Path("/placed/pause"), R"({"note":"no"})").status, 200);
  EXPECT_TRUE(StateOf("placed").paused);
  EXPECT_EQ(Call("POST", Path("/placed/resume")).status, 200);
  EXPECT_FALSE(StateOf("placed").paused);
}

TEST_F(TriggerHandlersTest, FiresAndBackfills) {
  DeployAndApply("{ id: tick, cron: \"0 6 * * *\", paused: true }");
  const auto fired = Call("POST", Path("/tick/fire"));
  EXPECT_EQ(fired.status, 202);
  EXPECT_TRUE(fired.body.Get("id").AsString().starts_with(IdOf("tick") + "-"));
  const LocalWorker worker;
  const auto filled =
      Call("POST", Path("/tick/backfill"), R"({"from":"2024-03-01T06:00:00Z","to":"2024-03-02T06:00:00Z"})");
  EXPECT_EQ(filled.status, 202);
  EXPECT_EQ(filled.body.Get("slots").AsInteger(), 2);
  EXPECT_EQ(filled.body.Get("overlap").AsString(), "buffer_all");
  EXPECT_TRUE(Eventually([&] { return Shown("tick").Get("counts").Get("started").AsInteger() == 3; }));
  EXPECT_EQ(Shown("tick").Get("runs").size(), 3U);
}

TEST_F(TriggerHandlersTest, RefusesWhatCannotBe) {
  DeployAndApply("{ id: tick, cron: \"* * * * *\", paused: true }, { id: placed, event: order.placed }");
  EXPECT_EQ(Call("POST", Path("/other/pause")).status, 404);
  EXPECT_EQ(Call("GET", "/api/v1/workflows/default/nothing/triggers").status, 404);
  EXPECT_EQ(Call("POST", Path("/placed/fire")).status, 422);
  EXPECT_EQ(Call("POST", Path("/tick/pause"), "[]").status, 422);
  EXPECT_EQ(Call("POST", Path("/tick/pause"), R"({"note":1})").status, 422);
  const auto backfill = [&](const std::string& body) { return Call("POST", Path("/tick/backfill"), body).status; };
  EXPECT_EQ(backfill("{}"), 422);
  EXPECT_EQ(backfill(R"({"from":"2024-03-02T00:00:00Z","to":"2024-03-01T00:00:00Z"})"), 422);
  EXPECT_EQ(backfill(R"({"from":"2024-03-01T00:00:00Z","to":"2024-03-03T00:00:00Z"})"), 422) << "2,880 slots";
  EXPECT_EQ(backfill(R"({"from":"2024-03-01T00:00:00Z","to":"2024-03-01T00:01:00Z","overlap":"none"})"), 422);
}

TEST_F(TriggerHandlersTest, PreviewsACron) {
  const auto good = Call("GET", "/api/v1/cron/preview?expression=0+2+29+2+*&timezone=Asia/Shanghai&count=2");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.body.Get("nextFireTimes").size(), 2U);
  EXPECT_EQ(good.body.Get("nextFireTimes").At(0).AsString().substr(4), "-02-28T18:00:00.000Z");
  const auto bad = Call("GET", "/api/v1/cron/preview?expression=0+25+*+*+*");
  EXPECT_EQ(bad.status, 422);
  EXPECT_EQ(bad.body.Get("code").AsString(), "cron");
  EXPECT_EQ(bad.body.Get("offset").AsInteger(), 2);
  EXPECT_EQ(Call("GET", "/api/v1/cron/preview?expression=@daily&timezone=Asia/Peking").status, 422);
}

}  // namespace
}  // namespace weft::testing
