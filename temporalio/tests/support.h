#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "temporal/sdk/core/workflow_commands/workflow_commands.pb.h"
#include "temporalio/bridge/connection.h"
#include "temporalio/bridge/runtime.h"
#include "temporalio/client/client.h"
#include "temporalio/testing/dev_server.h"
#include "temporalio/worker/worker.h"

/// What the integration tests share. Each program runs one dev server, from its first use to the program's end.
namespace temporalio::test {

const std::shared_ptr<Runtime>& TheRuntime();
testing::DevServer& TheServer();
const std::shared_ptr<Connection>& TheConnection();
Client TheClient();

/// Waits until a record of Core's log begins with `message` and has `detail` among its fields; false if that takes more
/// than a minute.
bool AwaitLog(const std::string& message, const std::string& detail = "");

/// A name that no other test of any run uses.
std::string UniqueName(const std::string& prefix);

using coresdk::workflow_activation::WorkflowActivationJob;
using coresdk::workflow_commands::WorkflowCommand;

/// What a scripted workflow gives for each job, in order.
using Script = std::function<std::vector<WorkflowCommand>(const WorkflowActivationJob&)>;
/// Makes the script of one run.
using MakeScript = std::function<Script()>;

/// Workflows by type.
WorkflowFactory Scripted(std::map<std::string, MakeScript> scripts);

/// Commands.
WorkflowCommand StartTimer(unsigned seq, std::chrono::milliseconds delay);
WorkflowCommand Complete(const std::string& text);
WorkflowCommand FailRun(const std::string& type, const std::string& message);
WorkflowCommand ScheduleActivity(unsigned seq, const std::string& type, const std::string& task_queue,
                                 std::chrono::milliseconds start_to_close = std::chrono::seconds(60));

/// A worker of the shared connection that works until it is stopped.
class RunningWorker {
 public:
  /// Ends the program if the worker cannot be made; fails the test if it does not end in order.
  explicit RunningWorker(WorkerOptions options);
  ~RunningWorker();
  void RequestStop() { thread_.request_stop(); }
  void Stop();

 private:
  std::unique_ptr<Worker> worker_;
  std::jthread thread_;
};

/// Starts a run; its ids.
WorkflowRef Start(const std::string& type, const std::string& task_queue, const std::string& input = "");
/// How it ended, as text: `completed: RESULT`, `failed: TYPE: MESSAGE`, `cancelled` or `other`.
std::string Outcome(const WorkflowRef& run);
void SendSignal(const WorkflowRef& run, const std::string& name);

}  // namespace temporalio::test
