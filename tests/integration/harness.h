#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "activities/settings.h"
#include "cli/local_system.h"
#include "contract/names.h"
#include "progress/follow.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/client/client.h"
#include "temporalio/testing/dev_server.h"
#include "worker/host.h"

namespace weft::testing {

/// One Temporal server for a test program, and what its cases need to run workflows on it. Failures to set up end the
/// program with a message.
class Harness {
 public:
  static Harness& Get();
  /// Before the first Get: runs of so many events continue as new, instead of Temporal's 4,096.
  static int ContinueAsNewAfter(int events);

  [[nodiscard]] const temporalio::Client& client() const { return *client_; }
  [[nodiscard]] const std::string& target() const { return server_->target(); }
  [[nodiscard]] const std::shared_ptr<temporalio::Runtime>& runtime() const { return runtime_; }

  /// Starts a run of a workflow's text; the result names it.
  temporalio::WorkflowRef Start(std::string_view yaml, std::string_view input = "null") const;
  /// Waits until the run has closed.
  progress::InstanceView Wait(const temporalio::WorkflowRef& run) const;
  /// Watches the run until `done` says so; fails the test when it closes before.
  progress::InstanceView WaitUntil(const temporalio::WorkflowRef& run,
                                   const std::function<bool(const progress::InstanceView&)>& done) const;
  /// What has happened to the run so far.
  temporal::api::history::v1::History HistoryOf(const temporalio::WorkflowRef& run) const;
  /// The run's history passes through the present interpreter again with the same batches and commands. With
  /// WEFT_RECORD_HISTORIES set to a folder it is also stored there as NAME.json.
  void CheckReplay(const temporalio::WorkflowRef& run, const std::string& name) const;

 private:
  Harness();
  std::shared_ptr<temporalio::Runtime> runtime_;
  std::unique_ptr<temporalio::testing::DevServer> server_;
  std::shared_ptr<temporalio::Connection> connection_;
  std::unique_ptr<temporalio::Client> client_;
  friend class LocalHost;
};

/// Task queues that are worked on in this process, while the object lives.
class LocalHost {
 public:
  explicit LocalHost(std::vector<worker::Queue> queues);
  ~LocalHost();

 private:
  std::unique_ptr<worker::Host> host_;
  std::jthread thread_;
};

/// A worker in this process, while the object lives. Loopback is allowed; code runs without a sandbox unless `settings`
/// says otherwise. It runs workflows if its queue is that of the runs.
class LocalWorker {
 public:
  explicit LocalWorker(activities::Settings settings = NoSandbox(), worker::Limits limits = {},
                       std::string_view queue = contract::kWorkerQueue);
  static activities::Settings NoSandbox();

 private:
  LocalHost host_;
};

/// What servers answer (events, definitions, notifications), in this process. It is asked only between Open and Close,
/// and remembers over both.
class LocalServer {
 public:
  LocalServer();
  void Open();
  void Close() { host_.reset(); }
  /// For nodes of kind `workflow`.
  void Deploy(std::string_view yaml);
  /// To all that wait for such an event, now or later.
  void Publish(std::string_view json);

 private:
  cli::LocalSystem system_;
  std::optional<LocalHost> host_;
};

/// `weft worker` as a process of its own, to be killed.
class WorkerProcess {
 public:
  explicit WorkerProcess(const std::string& target);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// The exit status as waitpid gives it.
  int End(int signal);

 private:
  pid_t pid_ = -1;
};

/// The view's node, which must be there.
const progress::NodeView& NodeOf(const progress::InstanceView& view, std::string_view path);
/// Whether the node is there and in that state.
bool Is(const progress::InstanceView& view, std::string_view path, machine::NodeStatus status);

}  // namespace weft::testing
