// Tokens, secrets, the audit, and what workers ask for, on a real listener and store.
#include "server/access.h"

#include <gmock/gmock.h>

#include <optional>
#include <string>

#include "expr/value.h"
#include "server/handlers/audit.h"
#include "server/handlers/secrets.h"
#include "server/handlers/session.h"
#include "server/handlers/tokens.h"
#include "server/handlers/worker.h"
#include "server/testing.h"
#include "store/logs.h"
#include "store/testing.h"
#include "triggers/definitions.h"
#include "triggers/deploy.h"

namespace weft::server {
namespace {

using expr::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kWorkflow = R"(weft: 1
name: orders
secrets: [token, missing]
nodes:
  a: { set: 1 }
)";

class AccessRoutesTest : public store::StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    definitions.emplace(db());
    services.database = &db();
    services.definitions = &*definitions;
    services.key = &key;
    std::vector<Route> all;
    const auto origin = [this](const std::string&, const std::string& run) -> Result<RunOrigin> {
      if (run != "run-1") return Fail("not_found", "Temporal has no such run.");
      return RunOrigin{.ns = "default", .name = "orders", .revision = revision, .test_secrets = test_secrets};
    };
    for (auto& routes : {AuditRoutes(services), SecretRoutes(services), SessionRoutes(services), TokenRoutes(services),
                         WorkerRoutes(services, origin)}) {
      all.insert(all.end(), routes.begin(), routes.end());
    }
    AuthOptions auth;
    auth.check = StoreTokens(db(), "own-token", "worker-token");
    server.emplace(std::move(all), std::move(auth));
    services.auth = &server->auth();
    ASSERT_TRUE(triggers::Deploy(db(), kWorkflow, "ann", Timestamp{}));
  }
  void TearDown() override {
    server.reset();
    definitions.reset();
    StoreTest::TearDown();
  }

  Answer Call(const std::string& method, const std::string& path, std::string_view body = {},
              const std::string& token = "own-token") {
    const auto headers = "Authorization: Bearer " + token + "\r\n";
    return TestClient(server->port())
        .Call(method, path, body.empty() ? headers : headers + "Content-Type: application/json\r\n", body);
  }
  std::string NewToken(const std::string& body) {
    const auto made = Call("POST", "/api/v1/tokens", body);
    EXPECT_EQ(made.status, 201) << made.body;
    return Value::Parse(made.body)->Get("token").AsString();
  }
  std::string WorkerToken(const std::string& ns) {
    return NewToken(R"({"name":"worker of )" + ns + R"(","permissions":["worker"],"namespaces":[")" + ns + R"("]})");
  }
  Answer Resolve(const std::string& token, const std::string& names, const std::string& run = "run-1") {
    return Call("POST", "/internal/v1/secrets/resolve",
                R"({"workflowId":"default.orders.hook.1","runId":")" + run + R"(","names":)" + names + "}", token);
  }
  std::vector<std::string> Actions() {
    const auto items = Value::Parse(Call("GET", "/api/v1/audit").body)->Get("items");
    std::vector<std::string> actions;
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto action = items.At(i).Get("action").AsString();
      if (action != "workflow.deploy") actions.push_back(std::move(action));  // SetUp's
    }
    return actions;
  }

  const SealingKey key = NewSealingKey();
  int revision = 1;
  std::vector<std::string> test_secrets;
  Services services;
  std::optional<triggers::Definitions> definitions;
  std::optional<TestServer> server;
};
WEFT_ON_BOTH_ENGINES(AccessRoutesTest);

TEST_P(AccessRoutesTest, ShowsATokenOnceAndLetsItBeRevoked) {
  const auto token = NewToken(R"({"name":"ci","permissions":["view","edit"],"expiresIn":"90d"})");
  EXPECT_THAT(token, testing::StartsWith("weft_"));
  const auto listed = Call("GET", "/api/v1/tokens");
  EXPECT_THAT(listed.body, HasSubstr(R"("name":"ci")"));
  EXPECT_THAT(listed.body, Not(HasSubstr(token)));
  EXPECT_EQ(Call("GET", "/api/v1/secrets", {}, token).status, 403);
  EXPECT_EQ(Call("POST", "/api/v1/tokens", R"({"name":"ci","permissions":["view"]})").status, 409);
  EXPECT_EQ(Call("DELETE", "/api/v1/tokens/ci").status, 204);
  EXPECT_EQ(Call("DELETE", "/api/v1/tokens/ci").status, 404);
  EXPECT_EQ(Call("GET", "/api/v1/secrets", {}, token).status, 401);
  EXPECT_THAT(Actions(), ElementsAre("token.delete", "token.create"));
}

TEST_P(AccessRoutesTest, RefusesTokensThatMakeNoSense) {
  for (const auto* body : {R"([])", R"({"name":"","permissions":["view"]})", R"({"name":"a"})",
                           R"({"name":"a","permissions":["everything"]})", R"({"name":"a","permissions":["public"]})",
                           R"({"name":"a","permissions":["worker"]})", R"({"name":"a","permissions":"view"})",
                           R"({"name":"a","permissions":["view"],"expiresAt":"2001-01-01T00:00:00Z"})",
                           R"({"name":"a","permissions":["view"],"expiresIn":"soon"})"}) {
    EXPECT_EQ(Call("POST", "/api/v1/tokens", body).status, 422) << body;
  }
  EXPECT_THAT(Actions(), ElementsAre());
}

TEST_P(AccessRoutesTest, NeverShowsASecret) {
  const auto set = R"({"namespace":"default","name":"token","value":"s3cret-value"})";
  EXPECT_EQ(Call("POST", "/api/v1/secrets", set).status, 201);
  EXPECT_EQ(Call("POST", "/api/v1/secrets", set).status, 200);
  const auto listed = Call("GET", "/api/v1/secrets?namespace=default");
  EXPECT_THAT(listed.body, HasSubstr(R"("name":"token")"));
  EXPECT_THAT(Call("GET", "/api/v1/secrets?namespace=other").body, Not(HasSubstr("token")));
  const auto audited = Call("GET", "/api/v1/audit?action=secret");
  EXPECT_THAT(audited.body, HasSubstr(R"("target":"default/token")"));
  for (const auto& answer : {listed, audited}) EXPECT_THAT(answer.body, Not(HasSubstr("s3cret")));
  EXPECT_EQ(Call("DELETE", "/api/v1/secrets/default/token").status, 204);
  EXPECT_EQ(Call("DELETE", "/api/v1/secrets/default/token").status, 404);
}

TEST_P(AccessRoutesTest, DoesNotRepeatASecretThatItRefuses) {
  for (const auto* body :
       {R"({"name":"to ken","value":"s3cret"})", R"({"name":"a","namespace":"A!","value":"s3cret"})",
        R"({"name":"a","value":{"s3cret":1}})", R"({"name":"a","value":"s3cret)", R"({"name":"a","value":""})"}) {
    const auto answer = Call("POST", "/api/v1/secrets", body);
    EXPECT_EQ(answer.status, 422) << body;
    EXPECT_THAT(answer.body, Not(HasSubstr("s3cret")));
  }
}

TEST_P(AccessRoutesTest, GivesAWorkerWhatTheRevisionDeclares) {
  ASSERT_EQ(Call("POST", "/api/v1/secrets", R"({"name":"token","value":"s3cret-value"})").status, 201);
  ASSERT_EQ(Call("POST", "/api/v1/secrets", R"({"name":"other","value":"not for it"})").status, 201);
  const auto worker = WorkerToken("default");
  const auto resolved = Resolve(worker, R"(["token","missing"])");
  EXPECT_EQ(resolved.status, 200) << resolved.body;
  EXPECT_EQ(resolved.body, R"({"values":{"token":"s3cret-value"}})");
  EXPECT_EQ(resolved.Header("Cache-Control"), "no-store");
  const auto undeclared = Resolve(worker, R"(["token","other"])");
  EXPECT_EQ(undeclared.status, 403);
  EXPECT_THAT(undeclared.body, HasSubstr("does not declare the secret `other`"));
  EXPECT_EQ(Resolve(worker, R"(["token"])", "run-2").status, 404);
  EXPECT_EQ(Resolve(worker, "[]").status, 400);
  revision = 0;
  EXPECT_EQ(Resolve(worker, R"(["token"])").status, 403) << "a run that was not deployed";
  test_secrets = {"token"};
  EXPECT_EQ(Resolve(worker, R"(["token"])").body, R"({"values":{"token":"s3cret-value"}})") << "a test run";
  EXPECT_EQ(Resolve(worker, R"(["other"])").status, 403);
  const auto audited = Call("GET", "/api/v1/audit?action=secret.resolve").body;
  EXPECT_EQ(Value::Parse(audited)->Get("items").size(), 2U);
  EXPECT_THAT(audited,
              HasSubstr(R"("detail":{"instance":"default.orders.hook.1","names":["token","missing"],"revision":1})"));
}

TEST_P(AccessRoutesTest, AWorkersTokenIsBoundToItsNamespaces) {
  ASSERT_EQ(Call("POST", "/api/v1/secrets", R"({"name":"token","value":"s3cret-value"})").status, 201);
  EXPECT_EQ(Resolve(WorkerToken("team"), R"(["token"])").status, 403);
  EXPECT_EQ(Resolve(WorkerToken("*"), R"(["token"])").status, 200);
  EXPECT_EQ(Resolve(NewToken(R"({"name":"ann","permissions":["admin"]})"), R"(["token"])").status, 403)
      << "a person's token";
  EXPECT_EQ(Resolve("worker-token", R"(["token"])").status, 200) << "that of a worker in the server's process";
  EXPECT_EQ(Call("GET", "/api/v1/tokens", {}, "worker-token").status, 403);
  EXPECT_EQ(Call("GET", "/api/v1/tokens", {}, WorkerToken("default")).status, 403);
}

TEST_P(AccessRoutesTest, TheOwnTokenServesAWorkerOfThisMachineButNoPage) {
  ASSERT_EQ(Call("POST", "/api/v1/secrets", R"({"name":"token","value":"s3cret-value"})").status, 201);
  EXPECT_EQ(Resolve("own-token", R"(["token"])").status, 200);
  const auto signed_in = Call("POST", "/api/v1/session");
  ASSERT_EQ(signed_in.status, 200) << signed_in.body;
  const auto cookie = signed_in.Header("Set-Cookie");
  const auto asked = TestClient(server->port())
                         .Call("POST", "/internal/v1/secrets/resolve",
                               "Cookie: " + cookie.substr(0, cookie.find(';')) +
                                   "\r\nSec-Fetch-Site: same-origin\r\nContent-Type: application/json\r\n",
                               R"({"workflowId":"default.orders.hook.1","runId":"run-1","names":["token"]})");
  EXPECT_EQ(asked.status, 403) << asked.body;
}

TEST_P(AccessRoutesTest, TakesLogsOfWorkers) {
  const auto worker = WorkerToken("default");
  const auto send = [&](const std::string& instance, const std::string& stream) {
    return Call("POST", "/internal/v1/logs",
                R"({"chunks":[{"instance":")" + instance +
                    R"(","run":"run-1","path":"each/7/ship","attempt":2,"stream":")" + stream +
                    R"(","text":"one\ntwo","at":"2026-03-01T12:00:00.5Z"}]})",
                worker)
        .status;
  };
  EXPECT_EQ(send("default.orders.hook.1", "stdout"), 204);
  EXPECT_EQ(send("team.orders.hook.1", "stdout"), 403);
  EXPECT_EQ(send("default.orders.hook.1", "video"), 400);
  EXPECT_EQ(Call("POST", "/internal/v1/logs", "{}", worker).status, 400);
  const auto kept =
      db().Read<std::vector<store::LogChunk>>([](auto& t) { return store::ReadLogs(t, "default.orders.hook.1", {}); });
  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().text, "one\ntwo");
  EXPECT_EQ(kept->front().path, "each/7/ship");
  EXPECT_EQ(FormatTimestamp(kept->front().at), "2026-03-01T12:00:00.500Z");
}

}  // namespace
}  // namespace weft::server
