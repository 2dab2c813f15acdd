// What happens while Temporal is away.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <latch>

#include "temporalio/client/result.h"
#include "temporalio/tests/support.h"

namespace temporalio::test {
namespace {

class Outage : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    StartServer();
  }
  void TearDown() override {
    connection_.reset();
    server_.reset();
    std::filesystem::remove_all(directory_);
  }

  // On the same port and with the same data as before, if there was one before.
  void StartServer() {
    testing::DevServerOptions options;
    options.cli = TEMPORAL_CLI;
    options.db_filename = directory_ + "/temporal.db";
    if (connection_) options.port = static_cast<std::uint16_t>(std::stoi(connection_->target().substr(10)));
    auto server = testing::DevServer::Start(TheRuntime(), std::move(options));
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
    if (connection_) return;
    ConnectionOptions to;
    to.target = server_->target();
    auto connection = Connection::Connect(TheRuntime(), std::move(to));
    ASSERT_TRUE(connection) << connection.error().message;
    connection_ = *std::move(connection);
  }

  void KillServer() {
    kill(server_->pid(), SIGKILL);
    server_.reset();
  }

  std::string directory_ = std::filesystem::temp_directory_path() / "outage-XXXXXX";
  std::unique_ptr<testing::DevServer> server_;
  std::shared_ptr<Connection> connection_;
};

TEST_F(Outage, AConnectionOpenedBeforeItsServerReachesItWhenItComes) {
  const std::string target = connection_->target();
  KillServer();
  ConnectionOptions to;
  to.target = target;
  const auto opened = Connection::Open(TheRuntime(), std::move(to));
  ASSERT_TRUE(opened) << opened.error().message;
  const Client client(*opened);
  const auto away = client.GetSystemInfo();
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, Error::Code::kUnavailable);
  EXPECT_EQ(away.error().message, "Temporal at " + target + " does not answer: Connection refused.");
  Result<std::string> later;
  (*opened)->StartCall("GetSystemInfo", {}, {}, [&](Result<std::string> answer) { later = std::move(answer); });
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().code, Error::Code::kUnavailable);
  WorkerOptions options;
  options.task_queue = "queue";
  options.activities["work"] = [](ActivityContext&) { return BytesPayload("done"); };
  const auto worker = Worker::Create(*opened, options);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code, Error::Code::kUnavailable);
  std::stop_source stopped;
  stopped.request_stop();
  EXPECT_FALSE((*opened)->AwaitServer(stopped.get_token()));

  StartServer();
  EXPECT_TRUE((*opened)->AwaitServer({}));
  EXPECT_TRUE(client.GetSystemInfo());
  EXPECT_TRUE(Worker::Create(*opened, options));
}

TEST_F(Outage, WorkersGoOnTryingSayThatAndReportWhatWasDoneMeanwhile) {
  std::latch began(1);
  std::latch may_end(1);
  WorkerOptions options;
  options.task_queue = "queue";
  options.workflows = Scripted({{"order", [] {
                                   return [](const WorkflowActivationJob& job) -> std::vector<WorkflowCommand> {
                                     if (job.has_initialize_workflow()) return {ScheduleActivity(1, "work", "queue")};
                                     return {Complete(job.resolve_activity().result().completed().result().data())};
                                   };
                                 }}});
  options.activities["work"] = [&](ActivityContext&) {
    began.count_down();
    may_end.wait();
    return BytesPayload("done");
  };
  auto worker = Worker::Create(connection_, options);
  ASSERT_TRUE(worker) << worker.error().message;
  std::jthread thread([&](std::stop_token stop) {
    const auto ran = (*worker)->Run(std::move(stop));
    EXPECT_TRUE(ran) << ran.error().message;
  });
  const Client client(connection_);
  StartOptions start;
  start.workflow_id = "order-1";
  start.workflow_type = "order";
  start.task_queue = "queue";
  ASSERT_TRUE(client.StartWorkflow(start));
  began.wait();

  KillServer();
  EXPECT_TRUE(AwaitLog("gRPC call poll_"));
  may_end.count_down();
  StartServer();

  const auto outcome = GetResult(client, {"order-1", ""});
  ASSERT_TRUE(outcome) << outcome.error().message;
  ASSERT_TRUE(std::holds_alternative<Completed>(outcome->how));
  EXPECT_EQ(std::get<Completed>(outcome->how).result[0].data(), "done");
}

TEST_F(Outage, AWorkerIsNotMadeAndTheErrorNamesTheAddress) {
  KillServer();
  WorkerOptions options;
  options.task_queue = "queue";
  options.activities["work"] = [](ActivityContext&) { return NullPayload(); };
  const auto worker = Worker::Create(connection_, options);
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code, Error::Code::kUnavailable);
  EXPECT_TRUE(worker.error().message.contains(connection_->target())) << worker.error().message;
}

TEST_F(Outage, AWorkerEndsInOrderWhileTheServerIsAway) {
  WorkerOptions options;
  options.task_queue = "queue";
  options.workflows = Scripted({});
  options.activities["work"] = [](ActivityContext&) { return NullPayload(); };
  auto worker = Worker::Create(connection_, options);
  ASSERT_TRUE(worker) << worker.error().message;
  std::jthread thread([&](std::stop_token stop) {
    const auto ran = (*worker)->Run(std::move(stop));
    EXPECT_TRUE(ran) << ran.error().message;
  });
  KillServer();
}

TEST_F(Outage, ACallToAServerThatHangsEndsWithItsTimeout) {
  kill(server_->pid(), SIGSTOP);
  ASSERT_EQ(waitpid(server_->pid(), nullptr, WUNTRACED), server_->pid());
  const auto info = connection_->Call<temporal::api::workflowservice::v1::GetSystemInfoResponse>(
      "GetSystemInfo", temporal::api::workflowservice::v1::GetSystemInfoRequest(),
      {.timeout = std::chrono::milliseconds(100), .retry = false});
  KillServer();
  ASSERT_FALSE(info);
  EXPECT_EQ(info.error().code, Error::Code::kDeadlineExceeded) << info.error().message;
}

TEST(DevServer, SaysInItsOwnWordsWhyItDoesNotStart) {
  testing::DevServerOptions options;
  options.cli = TEMPORAL_CLI;
  options.db_filename = "/nonexistent/directory/temporal.db";
  const auto server = testing::DevServer::Start(TheRuntime(), std::move(options));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Error::Code::kUnavailable);
  EXPECT_TRUE(server.error().message.contains("/nonexistent/directory")) << server.error().message;
}

TEST(DevServer, SaysThatItsProgramIsMissing) {
  testing::DevServerOptions options;
  options.cli = "/nonexistent/temporal";
  const auto server = testing::DevServer::Start(TheRuntime(), std::move(options));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Error::Code::kNotFound);
}

}  // namespace
}  // namespace temporalio::test
