// A worker's secrets and logs on a real server with a real Temporal, and with a server that is away.
#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "activities/register.h"
#include "activities/server_logs.h"
#include "activities/server_secrets.h"
#include "base/id.h"
#include "contract/names.h"
#include "server/access.h"
#include "server/handlers/secrets.h"
#include "server/handlers/worker.h"
#include "server/testing.h"
#include "store/logs.h"
#include "store/secrets.h"
#include "tests/integration/harness.h"
#include "triggers/deploy.h"
#include "triggers/start.h"

namespace weft::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kWorkflow = R"(weft: 1
name: orders
secrets: [token]
nodes:
  call:
    once: true
    shell: 'echo "${#T} characters: $T"'
    env: { T: "${ $secrets.token }" }
)";

class SecretsTest : public ::testing::Test {
 protected:
  SecretsTest()
      : directory_(std::filesystem::temp_directory_path() /
                   ("weft-secrets-" + std::to_string(::getpid()) + NewUlid())) {
    std::filesystem::create_directories(directory_);
    database_ = *store::Database::Open({.url = (directory_ / "weft.db").string()});
    starter_.emplace(*database_, Harness::Get().client());
    services_.database = database_.get();
    services_.client = Harness::Get().client();
    services_.definitions = &starter_->definitions();
    services_.key = &key_;
    EXPECT_TRUE(triggers::Deploy(*database_, kWorkflow, "test", Timestamp{}));
  }
  ~SecretsTest() override {
    worker_.reset();
    server_.reset();
    starter_.reset();
    database_.reset();
    std::filesystem::remove_all(directory_);
  }

  /// On this port; 0: any.
  void OpenServer(std::uint16_t port = 0) {
    auto routes = server::SecretRoutes(services_);
    for (auto& route : server::WorkerRoutes(services_, server::OriginFromTemporal(services_))) routes.push_back(route);
    server::AuthOptions auth;
    auth.check = server::StoreTokens(*database_, "own-token", "worker-token");
    server::ListenerOptions options;
    options.port = port;
    server_ = std::make_unique<server::TestServer>(std::move(routes), std::move(auth), options);
  }
  void OpenWorker(const std::string& url) {
    const auto link = activities::ServerLink::Open(url, "worker-token");
    ASSERT_TRUE(link) << link.error().message;
    const auto secrets = std::make_shared<activities::ServerSecrets>(*link, activities::LocalSecrets());
    const auto logs = std::make_shared<activities::ServerLogs>(*link);
    activities::HandlerOptions options;
    options.secrets = [secrets](const auto& info) { return secrets->For(info); };
    options.log = [logs](const auto& info, activities::Stream stream, std::string_view line) {
      logs->Add(info, stream, line);
    };
    const auto acts = std::make_shared<activities::Activities>(LocalWorker::NoSandbox(), activities::LocalSecrets());
    worker_.emplace(std::vector<worker::Queue>{{.name = std::string(contract::kWorkerQueue),
                                                .workflows = true,
                                                .activities = activities::MakeHandlers(acts, options)}});
  }
  void SetSecret() {
    const store::SecretRow row{.ns = "default", .name = "token", .updated_by = "test"};
    ASSERT_TRUE(database_->Write<bool>([&](auto& t) { return store::SetSecret(t, key_, row, "s3cret-value"); }));
  }
  temporalio::WorkflowRef Start() {
    triggers::StartRequest request;
    request.ns = "default";
    request.name = "orders";
    request.request_id = NewUlid();
    const auto started = starter_->Start(request);
    EXPECT_TRUE(started) << started.error().message;
    return {started->id, started->run_id};
  }
  std::vector<store::LogChunk> LogsOf(const std::string& id) {
    return *database_->Read<std::vector<store::LogChunk>>([&](auto& t) { return store::ReadLogs(t, id, {}); });
  }

  const SealingKey key_ = NewSealingKey();
  std::filesystem::path directory_;
  std::unique_ptr<store::Database> database_;
  std::optional<triggers::Starter> starter_;
  server::Services services_;
  std::unique_ptr<server::TestServer> server_;
  std::optional<LocalHost> worker_;
};

TEST_F(SecretsTest, PassFromTheServerToTheNodeAndNowhereElse) {
  SetSecret();
  OpenServer();
  OpenWorker(server_->url());
  const auto run = Start();
  const auto closed = Harness::Get().Wait(run);
  EXPECT_THAT(closed.ToJson().Dump(), HasSubstr("12 characters: ***"));
  EXPECT_THAT(Harness::Get().HistoryOf(run).DebugString(), Not(HasSubstr("s3cret")));
  worker_.reset();  // sends what is left
  const auto logs = LogsOf(run.workflow_id);
  ASSERT_EQ(logs.size(), 1U);
  EXPECT_EQ(logs.front().text, "12 characters: ***");
  EXPECT_EQ(logs.front().path, "call");
  EXPECT_EQ(logs.front().run, run.run_id);
  Harness::Get().CheckReplay(run, "secret_from_server");
}

TEST_F(SecretsTest, AServerThatIsAwayUsesUpNoAttempt) {
  SetSecret();
  OpenServer();
  const auto url = server_->url();
  const auto port = server_->port();
  server_.reset();
  OpenWorker(url);
  const auto run = Start();
  Harness::Get().WaitUntil(
      run, [](const progress::InstanceView& view) { return view.ToJson().Dump().contains("secret.unavailable"); });
  OpenServer(port);
  const auto closed = Harness::Get().Wait(run).ToJson();
  EXPECT_EQ(closed.Get("status").AsString(), "completed") << closed.DumpPretty();
  EXPECT_GT(closed.Get("nodes").Get("call").Get("attempts").AsInteger(), 1);
  Harness::Get().CheckReplay(run, "secret_server_away");
}

TEST_F(SecretsTest, ASecretThatNobodyHasFailsTheNode) {
  OpenServer();
  OpenWorker(server_->url());
  const auto run = Start();
  const auto closed = Harness::Get().Wait(run).ToJson();
  EXPECT_EQ(closed.Get("error").Get("code").AsString(), "secret");
  EXPECT_THAT(closed.Get("error").Get("message").AsString(), HasSubstr("weft secret set token"));
}

}  // namespace
}  // namespace weft::testing
