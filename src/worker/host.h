#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/error.h"
#include "temporalio/worker/worker.h"

namespace weft::worker {

/// What one task queue may take of the process.
struct Limits {
  /// Runs kept in memory; others are replayed from their history when something happens to them.
  unsigned cached_runs = 1000;
  std::size_t workflow_tasks = 100;  ///< at once
  std::size_t activities = 100;      ///< at once
};

/// One task queue that a host polls.
struct Queue {
  std::string name;
  /// Interprets workflows: those that are started (contract::kWorkerQueue), and children that a `workflow` node with a
  /// `queue` starts.
  bool workflows = false;
  std::map<std::string, temporalio::ActivityHandler> activities;
  Limits limits{};
};

/// The workers of one process, one per task queue, each on threads of its own.
class Host {
 public:
  /// Connects each worker; none runs yet. Fails with code `temporal` and a sentence that names the address.
  static Result<std::unique_ptr<Host>> Create(const std::shared_ptr<temporalio::Connection>& connection,
                                              std::vector<Queue> queues);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Works until stop is requested, then drains: nothing new is taken, what runs may end, results are reported. Blocks.
  /// When one worker fails for good the others are stopped too, and its error is returned.
  Result<void> Run(std::stop_token stop);

 private:
  explicit Host(std::vector<std::unique_ptr<temporalio::Worker>> workers) : workers_(std::move(workers)) {}
  std::vector<std::unique_ptr<temporalio::Worker>> workers_;
};

}  // namespace weft::worker
