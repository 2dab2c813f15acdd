// A worker and a client in one program. With a server (`temporal server start-dev`) running:
//
//   temporalio_greeting NAME
#include <cstdio>
#include <string>
#include <thread>

#include "temporalio/client/result.h"
#include "temporalio/config/environment.h"
#include "temporalio/converter/failure.h"
#include "temporalio/examples/greeting/greeting.h"
#include "temporalio/worker/worker.h"

using namespace temporalio;

namespace {

Result<std::unique_ptr<Worker>> MakeWorker(const std::shared_ptr<Connection>& connection) {
  WorkerOptions options;
  options.task_queue = kTaskQueue;
  options.workflows = [](const std::string&, const auto& start) -> Result<std::unique_ptr<Workflow>> {
    if (start.workflow_type() != kGreeting) return nullptr;
    return std::make_unique<Greeting>();
  };
  options.activities[kGreet] = Greet;
  return Worker::Create(connection, std::move(options));
}

Result<std::string> RunOne(const Client& client, const std::string& name, std::stop_token stop) {
  StartOptions options;
  options.workflow_id = "greeting-" + name;
  options.workflow_type = kGreeting;
  options.task_queue = kTaskQueue;
  options.input = {BytesPayload(name)};
  Result<StartedRun> started = client.StartWorkflow(std::move(options));
  if (!started) return std::unexpected(started.error());

  Result<RunOutcome> outcome = GetResult(client, {"greeting-" + name, started->run_id}, true, stop);
  if (!outcome) return std::unexpected(outcome.error());
  if (const auto* completed = std::get_if<Completed>(&outcome->how)) return completed->result.at(0).data();
  if (const auto* failed = std::get_if<Failed>(&outcome->how))
    return Fail(Error::Code::kUnknown, MessageOf(failed->failure));
  return Fail(Error::Code::kCancelled, "The greeting was stopped from outside.");
}

Result<std::string> Main(const std::string& name) {
  Result<ConnectionOptions> options = LoadConnectionOptions();
  if (!options) return std::unexpected(options.error());
  RuntimeOptions logging;
  logging.log = [](const LogRecord& record) { std::fprintf(stderr, "%s\n", record.message.c_str()); };
  Result<std::shared_ptr<Runtime>> runtime = Runtime::Create(std::move(logging));
  if (!runtime) return std::unexpected(runtime.error());
  Result<std::shared_ptr<Connection>> connection = Connection::Connect(*runtime, *std::move(options));
  if (!connection) return std::unexpected(connection.error());
  Result<std::unique_ptr<Worker>> worker = MakeWorker(*connection);
  if (!worker) return std::unexpected(worker.error());

  Result<void> worked;
  Result<std::string> greeting;
  {
    std::stop_source worker_ended;  // without worker, the client would wait for ever
    const std::jthread working([&](const std::stop_token& stop) {
      worked = (*worker)->Run(stop);
      worker_ended.request_stop();
    });
    greeting = RunOne(Client(*connection), name, worker_ended.get_token());
  }  // asks the worker to stop and waits for it
  if (!worked) return std::unexpected(worked.error());
  return greeting;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: temporalio_greeting NAME\n");
    return 2;
  }
  const Result<std::string> greeting = Main(argv[1]);
  if (!greeting) {
    std::fprintf(stderr, "%s\n", greeting.error().message.c_str());
    return 1;
  }
  std::printf("%s\n", greeting->c_str());
}
