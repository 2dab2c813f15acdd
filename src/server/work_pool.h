#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "server/metrics.h"
#include "temporalio/worker/thread_pool.h"

namespace weft::server {

/// Threads for handlers, which block on the store and on Temporal, with a bounded queue. Any thread. Its end waits for
/// the work it took.
class WorkPool {
 public:
  /// At most `threads` (made as they are needed), before which at most `waiting` pieces of work wait. `shown` tells how
  /// many run or wait.
  WorkPool(std::size_t threads, std::size_t waiting, Gauge& shown)
      : most_(threads + waiting), shown_(shown), pool_(threads, kKept) {}

  /// False when the queue is full: the work is not taken. `work` must not throw.
  bool TryRun(std::function<void()> work) {
    if (in_hand_.fetch_add(1) >= most_) {
      --in_hand_;
      return false;
    }
    Submit(std::move(work));
    return true;
  }
  /// Work that must be done however full the queue is.
  void Run(std::function<void()> work) {
    ++in_hand_;
    Submit(std::move(work));
  }

 private:
  static constexpr std::size_t kKept = 8;  // idle threads

  void Submit(std::function<void()> work) {
    shown_.Add(1);
    pool_.Submit([this, work = std::move(work)] {
      work();
      shown_.Add(-1);
      --in_hand_;
    });
  }

  const std::size_t most_;
  std::atomic<std::size_t> in_hand_ = 0;
  Gauge& shown_;
  temporalio::internal::ThreadPool pool_;  // last: its threads use the rest
};

}  // namespace weft::server
