#include "worker/host.h"

#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "worker/run_workflow.h"

namespace weft::worker {

Result<std::unique_ptr<Host>> Host::Create(const std::shared_ptr<temporalio::Connection>& connection,
                                           std::vector<Queue> queues) {
  std::vector<std::unique_ptr<temporalio::Worker>> workers;
  for (auto& queue : queues) {
    temporalio::WorkerOptions options;
    options.task_queue = queue.name;
    if (queue.workflows) options.workflows = MakeWorkflowFactory();
    options.activities = std::move(queue.activities);
    options.max_cached_workflows = queue.limits.cached_runs;
    options.max_concurrent_workflow_tasks = queue.limits.workflow_tasks;
    options.max_concurrent_activities = queue.limits.activities;
    auto worker = temporalio::Worker::Create(connection, std::move(options));
    if (!worker) return Fail("temporal", worker.error().message);
    workers.push_back(*std::move(worker));
  }
  return std::unique_ptr<Host>(new Host(std::move(workers)));
}

Host::~Host() = default;

Result<void> Host::Run(std::stop_token stop) {
  std::stop_source all;
  const std::stop_callback forward(stop, [&all] { all.request_stop(); });
  std::mutex mutex;
  std::optional<temporalio::Error> failed;
  {
    std::vector<std::jthread> threads;
    for (auto& worker : workers_) {
      threads.emplace_back([&, worker = worker.get()] {
        const auto ended = worker->Run(all.get_token());
        if (ended) return;
        const std::scoped_lock lock(mutex);
        if (!failed) failed = ended.error();
        all.request_stop();
      });
    }
  }
  if (failed) return Fail("temporal", failed->message);
  return {};
}

}  // namespace weft::worker
