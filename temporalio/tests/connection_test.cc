// Connections and calls to a real server, and to none.
#include "temporalio/bridge/connection.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/tests/support.h"

namespace temporalio::test {
namespace {

using namespace std::chrono_literals;
using namespace temporal::api::workflowservice::v1;

Result<std::shared_ptr<Connection>> ConnectTo(const std::string& target) {
  ConnectionOptions options;
  options.target = target;
  return Connection::Connect(TheRuntime(), std::move(options));
}

TEST(Connection, SaysWhichAddressDoesNotAnswer) {
  // Nobody listens on the port of tcpmux.
  const auto connection = ConnectTo("127.0.0.1:1");
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Error::Code::kUnavailable);
  EXPECT_EQ(connection.error().message, "Temporal at 127.0.0.1:1 does not answer: Connection refused.");
}

TEST(Connection, RefusesAddressesThatAreNone) {
  for (const char* target : {"localhost", "http://localhost:7233", ":7233", "localhost:", "", "local host:7233"}) {
    const auto connection = ConnectTo(target);
    ASSERT_FALSE(connection) << target;
    EXPECT_EQ(connection.error().code, Error::Code::kInvalidArgument) << target << ": " << connection.error().message;
    ConnectionOptions options;
    options.target = target;
    const auto opened = Connection::Open(TheRuntime(), std::move(options));
    ASSERT_FALSE(opened) << target;
    EXPECT_EQ(opened.error().code, Error::Code::kInvalidArgument) << target << ": " << opened.error().message;
  }
}

TEST(Connection, RefusesACertificateWithoutKey) {
  ConnectionOptions options;
  options.tls.emplace();
  options.tls->client_cert = "certificate";
  const auto connection = Connection::Connect(TheRuntime(), std::move(options));
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, Error::Code::kInvalidArgument);
}

TEST(Connection, NeverSendsAnApiKeyInPlainText) {
  ConnectionOptions options;
  options.target = TheServer().target();  // speaks plain text only
  options.api_key = "very-secret";
  const auto connection = Connection::Connect(TheRuntime(), std::move(options));
  ASSERT_FALSE(connection);
  EXPECT_FALSE(connection.error().message.contains("very-secret")) << connection.error().message;
}

TEST(Connection, NamesItselfByProcessAndHost) {
  EXPECT_TRUE(TheConnection()->identity().starts_with(std::to_string(getpid()) + "@"));
}

TEST(Call, ReturnsTheServersCode) {
  DescribeWorkflowExecutionRequest request;
  request.set_namespace_("default");
  request.mutable_execution()->set_workflow_id("no-such-run");
  const auto described = TheConnection()->Call<DescribeWorkflowExecutionResponse>("DescribeWorkflowExecution", request);
  ASSERT_FALSE(described);
  EXPECT_EQ(described.error().code, Error::Code::kNotFound);
  EXPECT_FALSE(described.error().details.empty());
}

TEST(Call, RefusesAnUnknownRpc) {
  const auto answer = TheConnection()->CallRaw("NoSuchRpc", "");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Error::Code::kInvalidArgument);
}

TEST(Call, ReachesTheOtherServices) {
  EXPECT_TRUE(TheConnection()->CallRaw("Check", "", {.service = Service::kHealth}));
  EXPECT_TRUE(TheConnection()->CallRaw("ListSearchAttributes",
                                       "\x0a\x07"
                                       "default",
                                       {.service = Service::kOperator}));
}

GetWorkflowExecutionHistoryRequest LongPoll(const WorkflowRef& run) {
  GetWorkflowExecutionHistoryRequest request;
  request.set_namespace_("default");
  request.mutable_execution()->set_workflow_id(run.workflow_id);
  request.set_wait_new_event(true);
  request.set_history_event_filter_type(temporal::api::enums::v1::HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT);
  return request;
}

TEST(Call, EndsEarlyWhenStopIsRequested) {
  const WorkflowRef run = Start("nobody-runs-it", "no-worker");
  std::stop_source stop;
  std::jthread later([&] { stop.request_stop(); });
  const auto history = TheConnection()->Call<GetWorkflowExecutionHistoryResponse>(
      "GetWorkflowExecutionHistory", LongPoll(run), {.stop = stop.get_token()});
  ASSERT_FALSE(history);
  EXPECT_EQ(history.error().code, Error::Code::kCancelled);
}

TEST(Call, CanBeMadeWithoutWaiting) {
  const auto connection = TheConnection();
  std::promise<Result<std::string>> known, unknown, stopped;
  connection->StartCall("GetSystemInfo", GetSystemInfoRequest().SerializeAsString(), {},
                        [&](Result<std::string> bytes) { known.set_value(std::move(bytes)); });
  connection->StartCall("NoSuchCall", {}, {}, [&](Result<std::string> bytes) { unknown.set_value(std::move(bytes)); });
  std::stop_source stop;
  PollWorkflowTaskQueueRequest poll;
  poll.set_namespace_(connection->namespace_name());
  poll.mutable_task_queue()->set_name("nothing-comes-here");
  CallOptions options;
  options.stop = stop.get_token();
  connection->StartCall("PollWorkflowTaskQueue", poll.SerializeAsString(), options,
                        [&](Result<std::string> bytes) { stopped.set_value(std::move(bytes)); });
  EXPECT_TRUE(known.get_future().get());
  EXPECT_FALSE(unknown.get_future().get());
  stop.request_stop();
  const auto answer = stopped.get_future().get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Error::Code::kCancelled);
}

TEST(Call, IsMadeFromManyThreads) {
  std::vector<std::jthread> threads;
  TheConnection();
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([connection = TheConnection()] {
      for (int j = 0; j < 10; ++j)
        EXPECT_TRUE(connection->Call<GetSystemInfoResponse>("GetSystemInfo", GetSystemInfoRequest()));
    });
}

TEST(Runtime, HasTheLogToItself) {
  TheRuntime();
  const auto second = Runtime::Create({.log = [](const LogRecord&) {}});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Error::Code::kAlreadyExists);
  EXPECT_TRUE(Runtime::Create());
}

}  // namespace
}  // namespace temporalio::test
