// What workers ask servers for: secrets, and to keep their log lines.
#include <atomic>
#include <condition_variable>

#include "activities/http_server_for_test.h"
#include "activities/register.h"
#include "activities/run_for_test.h"
#include "activities/server_logs.h"
#include "activities/server_secrets.h"
#include "temporalio/converter/payload.h"

namespace weft::activities {
namespace {

using expr::Value;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Answered(int status, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

temporalio::ActivityInfo OrdersRun() {
  temporalio::ActivityInfo info;
  info.activity_id = "each/7/ship#2";
  info.activity_type = "shell";
  info.workflow_id = "default.orders.hook.1";
  info.workflow_run_id = "run-1";
  info.workflow_type = "default.orders";
  return info;
}

std::shared_ptr<ServerLink> LinkTo(const std::string& url) {
  auto link = ServerLink::Open(url, "weft_token");
  EXPECT_TRUE(link) << link.error().message;
  return link.value_or(nullptr);
}

Result<std::string> Nothing(const std::string& name) {
  return Fail("secret", "this worker has no secret `" + name + "`");
}

TEST(ServerLinkTest, NeedsEncryptionOutsideThisMachine) {
  for (const auto* url : {"http://weft.example.com", "http://10.0.0.1:8080", "http://[fd00::1]:8080", "nothing", ""}) {
    const auto link = ServerLink::Open(url, "weft_token");
    ASSERT_FALSE(link) << url;
    EXPECT_EQ(link.error().code, "settings");
  }
  for (const auto* url :
       {"https://weft.example.com", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1/"}) {
    EXPECT_TRUE(ServerLink::Open(url, "weft_token")) << url;
  }
  EXPECT_THAT(ServerLink::Open("https://weft.example.com", "").error().message, HasSubstr("WEFT_TOKEN"));
  EXPECT_TRUE(ServerLink::Open("http://127.0.0.1:8080", "")) << "which may run with `--auth none`";
}

TEST(ServerSecretsTest, AsksTheServerForWhatThisMachineLacks) {
  HttpServer server([](const ServedRequest&) { return Answered(200, R"({"values":{"token":"s3cret-value"}})"); });
  ServerSecrets secrets(LinkTo(server.Url()), [](const std::string& name) -> Result<std::string> {
    if (name == "here") return "local-value";
    return Nothing(name);
  });
  const auto resolve = secrets.For(OrdersRun());
  EXPECT_EQ(resolve("here"), "local-value");
  EXPECT_EQ(server.requests().size(), 0U);
  EXPECT_EQ(resolve("token"), "s3cret-value");
  EXPECT_EQ(resolve("token"), "s3cret-value");
  ASSERT_EQ(server.requests().size(), 1U) << "the second one comes from memory";
  const auto request = server.requests().front();
  EXPECT_EQ(request.target, "/internal/v1/secrets/resolve");
  EXPECT_THAT(request.head, HasSubstr("Authorization: Bearer weft_token"));
  EXPECT_EQ(request.body, R"({"names":["token"],"runId":"run-1","workflowId":"default.orders.hook.1"})");
  auto other = OrdersRun();
  other.workflow_type = "default.other";
  EXPECT_EQ(secrets.For(other)("token"), "s3cret-value");
  EXPECT_EQ(server.requests().size(), 2U) << "what one workflow may read is not for another";
  EXPECT_EQ(resolve("none").error().code, "secret");
}

TEST(ServerSecretsTest, ForgetsAfterItsTime) {
  HttpServer server([](const ServedRequest&) { return Answered(200, R"({"values":{"token":"s3cret-value"}})"); });
  ServerSecrets secrets(LinkTo(server.Url()), Nothing, std::chrono::milliseconds(0));
  const auto resolve = secrets.For(OrdersRun());
  EXPECT_TRUE(resolve("token") && resolve("token"));
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST(ServerSecretsTest, TellsWhatPassesFromWhatDoesNot) {
  std::atomic<int> status = 0;
  HttpServer server([&](const ServedRequest&) { return Answered(status, R"({"detail":"because"})"); });
  ServerSecrets secrets(LinkTo(server.Url()), Nothing);
  for (const auto& [answer, code] : std::map<int, std::string>{{503, "secret.unavailable"},
                                                               {500, "secret.unavailable"},
                                                               {429, "secret.unavailable"},
                                                               {401, "secret.unavailable"},
                                                               {403, "secret"},
                                                               {404, "secret"}}) {
    status = answer;
    const auto value = secrets.For(OrdersRun())("token");
    ASSERT_FALSE(value);
    EXPECT_EQ(value.error().code, code) << answer;
    EXPECT_THAT(value.error().message, HasSubstr("because"));
  }
  const auto nobody = LinkTo("http://127.0.0.1:1");
  ServerSecrets unreachable(nobody, Nothing);
  EXPECT_EQ(unreachable.For(OrdersRun())("token").error().code, "secret.unavailable");
}

TEST(ServerSecretsTest, AnAttemptGetsThoseOfItsRun) {
  HttpServer server([](const ServedRequest&) { return Answered(200, R"({"values":{"token":"s3cret-value"}})"); });
  const auto secrets = std::make_shared<ServerSecrets>(LinkTo(server.Url()), Nothing);
  TestDirectory directory;
  Settings settings = NoSandbox();
  settings.work_directory = directory.path();
  HandlerOptions options;
  options.secrets = [secrets](const auto& info) { return secrets->For(info); };
  const auto handlers = MakeHandlers(std::make_shared<Activities>(settings, Nothing), options);
  temporalio::ActivityContext context(
      OrdersRun(),
      {temporalio::JsonPayload(
          R"({"args":{"run":"echo ${#T}; echo $T","env":{}},"secrets":[{"path":["env","T"],"segments":[{"secret":"token"}]}]})")},
      {}, [](const auto&) {});
  const auto result = handlers.at("shell")(context);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_THAT(std::string(*temporalio::JsonOf(*result)), HasSubstr(R"("stdout":"12\n***")"));
}

/// Keeps what a server was sent.
class LogServer {
 public:
  LogServer()
      : server_([this](const ServedRequest& request) {
          const std::scoped_lock lock(mutex_);
          const int answer = status;
          const auto chunks = Value::Parse(request.body)->Get("chunks");
          if (answer != 204) {
            if (refused++ == 0) first_refused_ = chunks.At(0).Get("id").AsString();
            return Answered(answer, "{}");
          }
          for (std::size_t i = 0; i < chunks.size(); ++i) chunks_.push_back(chunks.At(i).Dump());
          changed_.notify_all();
          return Answered(answer, "");
        }) {}

  std::vector<std::string> WaitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return chunks_.size() >= count; });
    return chunks_;
  }
  std::vector<std::string> chunks() {
    const std::scoped_lock lock(mutex_);
    return chunks_;
  }
  std::string first_refused() {
    const std::scoped_lock lock(mutex_);
    return first_refused_;
  }
  [[nodiscard]] std::string url() const { return server_.Url(); }
  void WaitForRefusal() const {
    while (refused == 0) std::this_thread::yield();
  }

  std::atomic<int> status = 204;
  std::atomic<int> refused = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> chunks_;
  std::string first_refused_;
  HttpServer server_;
};

TEST(ServerLogsTest, SendsLinesInChunks) {
  LogServer server;
  {
    ServerLogs logs(LinkTo(server.url()));
    auto other = OrdersRun();
    other.activity_id = "pack#1";
    logs.Add(OrdersRun(), Stream::kStdout, "one");
    logs.Add(other, Stream::kStdout, "elsewhere");
    logs.Add(OrdersRun(), Stream::kStdout, "two");
    logs.Add(OrdersRun(), Stream::kStderr, "oh");
    logs.Add(OrdersRun(), Stream::kStdout, "three");
  }
  const auto chunks = server.chunks();
  ASSERT_EQ(chunks.size(), 4U) << "what waits at the end is sent";
  EXPECT_THAT(chunks[0], HasSubstr(R"("text":"one\ntwo")"));
  EXPECT_THAT(chunks[0], HasSubstr(R"("attempt":2)"));
  EXPECT_THAT(chunks[0], HasSubstr(R"("path":"each/7/ship")"));
  EXPECT_THAT(chunks[0], HasSubstr(R"("instance":"default.orders.hook.1")"));
  EXPECT_THAT(chunks[1], HasSubstr(R"("text":"elsewhere")"));
  EXPECT_THAT(chunks[2], HasSubstr(R"("stream":"stderr")"));
  EXPECT_THAT(chunks[3], HasSubstr(R"("text":"three")"));
}

TEST(ServerLogsTest, KeepsLinesWhileTheServerIsAwayAndSaysHowManyWereLost) {
  LogServer server;
  server.status = 503;
  ServerLogs logs(LinkTo(server.url()), {.interval = Duration(1), .most_bytes = 1000});
  for (int i = 0; i < 1000; ++i) logs.Add(OrdersRun(), Stream::kStdout, "line " + std::to_string(i));
  server.WaitForRefusal();
  server.status = 204;
  const auto chunks = server.WaitFor(2);
  ASSERT_GE(chunks.size(), 2U);
  EXPECT_THAT(chunks.front(), HasSubstr(R"("text":"line 0\nline 1\n)"));
  EXPECT_THAT(chunks.back(), HasSubstr("lines are missing here"));
  EXPECT_THAT(chunks.back(), Not(HasSubstr("[weft] 0 lines")));
  logs.Add(OrdersRun(), Stream::kStdout, "after");
  EXPECT_THAT(server.WaitFor(3).back(), HasSubstr("after"));
}

TEST(ServerLogsTest, WhatWasOnItsWayIsSentAgainAsItWas) {
  LogServer server;
  server.status = 503;
  ServerLogs logs(LinkTo(server.url()), {.interval = Duration(1)});
  logs.Add(OrdersRun(), Stream::kStdout, "one");
  server.WaitForRefusal();
  logs.Add(OrdersRun(), Stream::kStdout, "two");
  server.status = 204;
  const auto chunks = server.WaitFor(2);
  ASSERT_EQ(chunks.size(), 2U);
  EXPECT_THAT(chunks[0], HasSubstr(R"("text":"one")"));
  EXPECT_THAT(chunks[1], HasSubstr(R"("text":"two")"));
  const auto name = [](const std::string& chunk) { return Value::Parse(chunk)->Get("id").AsString(); };
  EXPECT_EQ(name(chunks[0]), server.first_refused());
  EXPECT_NE(name(chunks[0]), name(chunks[1]));
}

TEST(ServerLogsTest, DropsWhatTheServerRefuses) {
  LogServer server;
  server.status = 403;
  ServerLogs logs(LinkTo(server.url()), {.interval = Duration(1)});
  logs.Add(OrdersRun(), Stream::kStdout, "refused");
  server.WaitForRefusal();
  server.status = 204;
  logs.Add(OrdersRun(), Stream::kStdout, "taken");
  const auto chunks = server.WaitFor(1);
  ASSERT_FALSE(chunks.empty());
  EXPECT_THAT(chunks.back(), HasSubstr("taken"));
}

}  // namespace
}  // namespace weft::activities
