#include "temporalio/worker/worker.h"

#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "temporalio/bridge/core_worker.h"
#include "temporalio/worker/activity_runner.h"
#include "temporalio/worker/codec_worker.h"
#include "temporalio/worker/core_worker.h"
#include "temporalio/worker/in_flight.h"
#include "temporalio/worker/workflow_cache.h"

namespace temporalio {
namespace {

// What the threads of one Run share.
class Session {
 public:
  explicit Session(internal::CoreWorker& core) : core_(core) {}

  internal::InFlight in_flight;

  // Calls `handle` with each task until Core has no more. An error of Core is for good: it ends the worker, in order.
  template <class Task, class Handle>
  void Poll(Result<std::optional<Task>> (internal::CoreWorker::*poll)(), Handle handle) {
    for (;;) {
      Result<std::optional<Task>> polled = (core_.*poll)();
      if (polled && !*polled) return;
      if (polled) {
        handle(**polled);
      } else {
        std::lock_guard lock(mutex_);
        if (!error_) error_ = std::move(polled).error();
        core_.InitiateShutdown();
      }
    }
  }

  std::optional<Error> error() {
    std::lock_guard lock(mutex_);
    return error_;
  }

 private:
  internal::CoreWorker& core_;
  std::mutex mutex_;
  std::optional<Error> error_;
};

}  // namespace

Worker::Worker(std::unique_ptr<internal::CoreWorker> core, WorkerOptions options)
    : core_(std::move(core)), options_(std::move(options)) {
  if (options_.codec) core_ = std::make_unique<internal::CodecWorker>(std::move(core_), options_.codec);
}

Worker::~Worker() {
  if (ran_) return;
  std::stop_source stop;
  stop.request_stop();
  static_cast<void>(Run(stop.get_token()));
}

Result<std::unique_ptr<Worker>> Worker::Create(std::shared_ptr<Connection> connection, WorkerOptions options) {
  auto core = internal::ConnectWorker(std::move(connection), options);
  if (!core) return std::unexpected(std::move(core).error());
  return std::unique_ptr<Worker>(new Worker(*std::move(core), std::move(options)));
}

std::unique_ptr<Worker> Worker::ForTesting(std::unique_ptr<internal::CoreWorker> core, WorkerOptions options) {
  return std::unique_ptr<Worker>(new Worker(std::move(core), std::move(options)));
}

Result<void> Worker::Run(std::stop_token stop) try {
  ran_ = true;
  Session session(*core_);
  {
    const std::stop_callback on_stop(std::move(stop), [this] { core_->InitiateShutdown(); });
    std::optional<internal::ActivityRunner> runner;
    std::jthread activities;
    if (!options_.activities.empty()) {
      runner.emplace(*core_, options_, session.in_flight);
      activities = std::jthread(
          [&] { session.Poll(&internal::CoreWorker::PollActivity, [&](const auto& task) { runner->Handle(task); }); });
    }
    if (options_.workflows) {
      internal::WorkflowCache cache(options_.workflows);
      session.Poll(&internal::CoreWorker::PollWorkflow, [&](const auto& activation) {
        core_->CompleteWorkflow(cache.Handle(activation), session.in_flight.Begin());
      });
    }
  }
  session.in_flight.Wait();
  if (auto finalized = core_->FinalizeShutdown(); !finalized) return finalized;
  if (auto error = session.error()) return std::unexpected(*std::move(error));
  return {};
} catch (const std::system_error& e) {
  return Fail(Error::Code::kResourceExhausted, std::string("The worker could not start its threads: ") + e.what());
}

}  // namespace temporalio
