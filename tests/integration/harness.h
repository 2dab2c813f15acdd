#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "activities/settings.h"
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
  /// The run's history passes through the present interpreter again with the same batches and commands. With
  /// WEFT_RECORD_HISTORIES set to a folder it is also stored there as NAME.json.
  void CheckReplay(const temporalio::WorkflowRef& run, const std::string& name) const;

 private:
  Harness();
  std::shared_ptr<temporalio::Runtime> runtime_;
  std::unique_ptr<temporalio::testing::DevServer> server_;
  std::shared_ptr<temporalio::Connection> connection_;
  std::unique_ptr<temporalio::Client> client_;
  friend class LocalWorker;
};

/// A worker in this process, while the object lives. Loopback is allowed; code runs without a sandbox unless `settings`
/// says otherwise.
class LocalWorker {
 public:
  explicit LocalWorker(activities::Settings settings = NoSandbox());
  ~LocalWorker();
  static activities::Settings NoSandbox();

 private:
  std::unique_ptr<worker::Host> host_;
  std::jthread thread_;
};

/// The view's node, which must be there.
const progress::NodeView& NodeOf(const progress::InstanceView& view, std::string_view path);

}  // namespace weft::testing
