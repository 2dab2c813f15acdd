#include <gmock/gmock.h>

#include <algorithm>
#include <variant>

#include "expr/value.h"
#include "server/handlers/drafts.h"
#include "store/audit.h"
#include "store/testing.h"
#include "triggers/deploy.h"

namespace weft::server {
namespace {

using expr::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::string_view kFlow = "weft: 1\nname: w\nnodes: { a: { set: 1 } }\n";

class DraftsApiTest : public store::StoreTest {
 protected:
  void SetUp() override {
    store::StoreTest::SetUp();
    services_.database = &db();
    routes_ = DraftRoutes(services_);
    Deploy(kFlow);
  }
  void Deploy(std::string_view text) { ASSERT_TRUE(triggers::Deploy(db(), text, "ann", Timestamp{})); }

  Response Call(const std::string& method, const std::string& who = "ann", const std::string& body = {},
                const std::string& seen = {}, const std::string& name = "w") {
    const auto route = std::ranges::find_if(
        routes_, [&](const Route& r) { return r.method == method && r.pattern == "/api/v1/drafts/{ns}/{name}"; });
    Request request;
    request.method = method;
    request.body = body;
    request.parameters = {{"ns", "default"}, {"name", name}};
    request.principal.name = who;
    if (!seen.empty()) request.headers.emplace_back("if-match", seen);
    return std::get<Handler>(route->handler)(request);
  }
  static std::string Body(const std::string& text, int revision = 1) {
    return Value::Object({{"text", Value(text)}, {"revision", Value(revision)}}).Dump();
  }
  static std::string TagOf(const Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "ETag") return value;
    }
    return {};
  }
  std::vector<std::string> Audited() {
    std::vector<std::string> entries;
    store::AuditFilter filter;
    filter.action = "draft";
    for (const auto& entry : *db().Read<std::vector<store::AuditEntry>>(
             [&](store::Transaction& t) { return store::ListAudit(t, filter); })) {
      entries.push_back(entry.actor + ' ' + entry.action + ' ' + entry.target);
    }
    return entries;
  }

  Services services_;
  std::vector<Route> routes_;
};
WEFT_ON_BOTH_ENGINES(DraftsApiTest);

TEST_P(DraftsApiTest, NobodyWritesOverAStateHeHasNotSeen) {
  EXPECT_EQ(Call("GET").status, 404);
  const auto first = Call("PUT", "ann", Body("one"));
  ASSERT_EQ(first.status, 200) << first.body;
  const auto second = Call("PUT", "ann", Body("two"), TagOf(first));
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_NE(TagOf(first), TagOf(second));

  for (const auto& seen : {std::string(), TagOf(first)}) {
    const auto late = Call("PUT", "bob", Body("other"), seen);
    EXPECT_EQ(late.status, 409);
    const auto draft = Value::Parse(late.body)->Get("draft");
    EXPECT_EQ(draft.Get("text").AsString(), "two");
    EXPECT_EQ(draft.Get("author").AsString(), "ann");
    EXPECT_FALSE(draft.Get("savedAt").AsString().empty());
    EXPECT_EQ(TagOf(late), TagOf(second));
  }
  EXPECT_EQ(Call("DELETE", "bob", {}, TagOf(first)).status, 409);
  const auto again = Call("PUT", "ann", Body("two"), TagOf(first));
  EXPECT_EQ(again.status, 200) << "a client that has lost the answer asks once more";
  EXPECT_EQ(TagOf(again), TagOf(second));

  const auto shown = *Value::Parse(Call("GET").body);
  EXPECT_EQ(shown.Get("text").AsString(), "two");
  EXPECT_EQ(shown.Get("revision"), Value(1));
  EXPECT_EQ('"' + shown.Get("version").AsString() + '"', TagOf(second));

  const auto third = Call("PUT", "bob", Body("three"), TagOf(second));
  EXPECT_EQ(Call("DELETE", "bob", {}, TagOf(third)).status, 204);
  EXPECT_EQ(Call("DELETE", "bob", {}, TagOf(third)).status, 404);
  const auto gone = Call("PUT", "ann", Body("two"), TagOf(second));
  EXPECT_EQ(gone.status, 409);
  EXPECT_TRUE(Value::Parse(gone.body)->Get("draft").IsNull());
  EXPECT_THAT(Audited(),
              ElementsAre("bob draft.delete default/w", "bob draft.save default/w", "ann draft.save default/w"));
}

TEST_P(DraftsApiTest, RefusesWhatIsNoDraft) {
  EXPECT_EQ(Call("PUT", "ann", Body("one"), {}, "none").status, 404);
  EXPECT_EQ(Call("PUT", "ann", "[]").status, 422);
  EXPECT_EQ(Call("PUT", "ann", R"({"text":"one"})").status, 422);
  EXPECT_EQ(Call("PUT", "ann", R"({"text":1,"revision":1})").status, 422);
  EXPECT_EQ(Call("PUT", "ann", Body(std::string((1 << 20) + 1, 'x'))).status, 413);
  EXPECT_EQ(Call("PUT", "ann", Body("nodes: [")).status, 200) << "it may have errors";
}

TEST_P(DraftsApiTest, EndsWhenItsTextIsDeployedAndStaysWhenAnotherIs) {
  const std::string text = "weft: 1\nname: w\nnodes: { a: { set: 2 } }\n";
  ASSERT_EQ(Call("PUT", "ann", Body(text)).status, 200);
  Deploy("weft: 1\nname: w\nnodes: { a: { set: 3 } }\n");
  EXPECT_THAT(Call("GET").body, HasSubstr("set: 2"));
  Deploy(text);
  EXPECT_EQ(Call("GET").status, 404);
  ASSERT_EQ(Call("PUT", "ann", Body("other", 3)).status, 200);
  ASSERT_TRUE(*triggers::Undeploy(db(), "default", "w", "ann"));
  EXPECT_EQ(Call("GET").status, 404);
}

}  // namespace
}  // namespace weft::server
