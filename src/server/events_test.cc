// CloudEvents over HTTP and the list of approvals, on a real listener and store.
#include <gmock/gmock.h>

#include "base/id.h"
#include "server/handlers/approvals.h"
#include "server/handlers/events.h"
#include "server/testing.h"
#include "store/approvals.h"
#include "store/events.h"
#include "store/testing.h"
#include "triggers/correlator.h"

namespace weft::server {
namespace {

using expr::Value;

class EventIntakeTest : public store::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    definitions.emplace(db());
    correlator.emplace(db(), temporalio::Client(nullptr), *definitions);
    services.database = &db();
    services.correlator = &*correlator;
    auto routes = EventRoutes(services);
    for (auto& route : ApprovalRoutes(services)) routes.push_back(std::move(route));
    server.emplace(std::move(routes));
  }
  void TearDown() override {
    server.reset();
    correlator.reset();
    definitions.reset();
    StoreTest::TearDown();
  }

  Answer Post(const std::string& type, std::string_view body, const std::string& headers = {},
              const std::string& query = {}) {
    return TestClient(server->port())
        .Call("POST", "/api/v1/events" + query, "Content-Type: " + type + "\r\n" + headers, body);
  }
  /// Bodies of what is stored, by arrival, as `namespace body`.
  std::vector<std::string> Stored() {
    std::vector<std::string> bodies;
    const auto rows =
        db().Read<store::Rows>([](auto& t) { return t.Query("SELECT namespace, body FROM events ORDER BY id"); });
    for (const auto& row : *rows) bodies.push_back(row.Text(0) + " " + row.Text(1));
    return bodies;
  }

  std::optional<triggers::Definitions> definitions;
  std::optional<triggers::Correlator> correlator;
  Services services;
  std::optional<TestServer> server;
};
WEFT_ON_BOTH_ENGINES(EventIntakeTest);

constexpr std::string_view kEvent = R"({"specversion":"1.0","id":"1","source":"s","type":"t","data":{"n":1}})";

TEST_P(EventIntakeTest, TakesStructuredEventsOnce) {
  const auto first = Post("application/cloudevents+json; charset=utf-8", kEvent, {}, "?namespace=shop");
  EXPECT_EQ(first.status, 202) << first.body;
  EXPECT_EQ(first.body, R"({"items":[{"duplicate":false,"id":"1","source":"s"}]})");
  EXPECT_EQ(Post("application/json", kEvent, {}, "?namespace=shop").body,
            R"({"items":[{"duplicate":true,"id":"1","source":"s"}]})");
  EXPECT_THAT(Stored(),
              testing::ElementsAre(R"(shop {"data":{"n":1},"id":"1","source":"s","specversion":"1.0","type":"t"})"));
}

TEST_P(EventIntakeTest, TakesBinaryEvents) {
  const std::string headers =
      "ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /s\r\nce-type: t\r\nce-subject: %E7%BA%AC\r\n";
  EXPECT_EQ(Post("application/json", R"({"n":12345678901234567890})", headers).status, 202);
  const std::string bytes("\xFF\x00z", 3);
  EXPECT_EQ(
      Post("application/octet-stream", bytes, "ce-specversion: 1.0\r\nce-id: 2\r\nce-source: /s\r\nce-type: t\r\n")
          .status,
      202);
  EXPECT_THAT(
      Stored(),
      testing::ElementsAre(
          R"(default {"data":{"n":12345678901234567890},"datacontenttype":"application/json","id":"1","source":"/s","specversion":"1.0","subject":"纬","type":"t"})",
          R"(default {"data_base64":"/wB6","datacontenttype":"application/octet-stream","id":"2","source":"/s","specversion":"1.0","type":"t"})"));
}

TEST_P(EventIntakeTest, ABatchIsTakenWholeOrNotAtAll) {
  const auto refused = Post("application/cloudevents-batch+json",
                            "[" + std::string(kEvent) + R"(,{"specversion":"1.0","id":"2","type":"t"},{"id":3}])");
  EXPECT_EQ(refused.status, 422);
  const auto problem = *Value::Parse(refused.body);
  EXPECT_EQ(problem.Get("problems").Dump(),
            R"(["event 2: `source` is missing, or no text","event 3: `id` is missing, or no text",)"
            R"("event 3: `source` is missing, or no text","event 3: `type` is missing, or no text",)"
            R"("event 3: `specversion` is missing, or no text"])");
  EXPECT_THAT(Stored(), testing::IsEmpty());
  EXPECT_EQ(Post("application/cloudevents-batch+json",
                 "[" + std::string(kEvent) + R"(,{"specversion":"1.0","id":"2","source":"s","type":"u"}])")
                .status,
            202);
  EXPECT_EQ(Stored().size(), 2U);
  EXPECT_EQ(Post("application/cloudevents-batch+json", "[]").status, 202);
}

TEST_P(EventIntakeTest, RefusesWhatItCannotRead) {
  EXPECT_EQ(Post("application/cloudevents+json", "{").status, 422);
  EXPECT_EQ(Post("application/cloudevents+json", "[]").status, 422);
  EXPECT_EQ(Post("application/cloudevents-batch+json", kEvent).status, 422);
  EXPECT_EQ(Post("text/plain", kEvent).status, 415);
  EXPECT_EQ(Post("application/x-www-form-urlencoded", "a=b").status, 415);
  EXPECT_EQ(Post("application/cloudevents+json", std::string(5'000'000, ' ')).status, 413);
  EXPECT_EQ(Post("application/json", "x", "ce-specversion: 1.0\r\nce-id: 1\r\nce-source: /s\r\nce-type: t\r\n").status,
            422);
  EXPECT_THAT(Stored(), testing::IsEmpty());
}

TEST_P(EventIntakeTest, OneThatIsTooLargeIsRefusedAsSuch) {
  const auto refused = Post("application/json", R"({"specversion":"1.0","id":"1","source":"s","type":"t","data":")" +
                                                    std::string(triggers::kMaxEvent, 'x') + "\"}");
  EXPECT_EQ(refused.status, 413) << refused.body;
  EXPECT_THAT(refused.body, testing::HasSubstr("512 KB"));
  EXPECT_THAT(Stored(), testing::IsEmpty());
}

TEST_P(EventIntakeTest, ListsOpenApprovalsInPages) {
  for (const auto* instance : {"i", "j", "k"}) {
    store::Approval approval;
    approval.id = NewUlid();
    approval.instance = instance;
    approval.run = "r";
    approval.name = approval.node = "review";
    approval.ns = "shop";
    approval.workflow = "order";
    approval.title = R"("Ship?")";
    approval.form = R"({"type":"object"})";
    approval.since = Timestamp(std::chrono::seconds(1'700'000'000));
    ASSERT_TRUE(db().Write([&](auto& t) { return store::AddApproval(t, approval); }));
  }
  TestClient client(server->port());
  const auto page = *Value::Parse(client.Call("GET", "/api/v1/approvals?limit=2").body);
  ASSERT_EQ(page.Get("items").size(), 2U);
  const auto first = page.Get("items").At(0);
  EXPECT_EQ(first.Get("instance").AsString(), "i");
  EXPECT_EQ(first.Get("title").AsString(), "Ship?");
  EXPECT_EQ(first.Get("form").Dump(), R"({"type":"object"})");
  EXPECT_EQ(first.Get("since").AsString(), "2023-11-14T22:13:20.000Z");
  const auto rest =
      *Value::Parse(client.Call("GET", "/api/v1/approvals?limit=2&cursor=" + page.Get("next").AsString()).body);
  ASSERT_EQ(rest.Get("items").size(), 1U);
  EXPECT_EQ(rest.Get("items").At(0).Get("instance").AsString(), "k");
  EXPECT_TRUE(rest.Get("next").IsNull());
  EXPECT_EQ(client.Call("GET", "/api/v1/approvals?limit=0").status, 422);
}

}  // namespace
}  // namespace weft::server
