#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace temporalio::internal {

/// Threads for blocking work: made when none is idle, up to a number; those that become idle end, but for a few.
class ThreadPool {
 public:
  /// Makes the first thread: throws std::system_error if the system has none to give.
  ThreadPool(std::size_t max_threads, std::size_t max_idle);
  /// Waits until all work is done.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  /// `work` must not throw. It waits for a thread if there are `max_threads`, or if the system gives no further one.
  void Submit(std::function<void()> work);

  /// Threads that exist now.
  std::size_t size() const;

 private:
  using Threads = std::list<std::thread>;

  void AddThread();
  void Run(Threads::iterator self);

  const std::size_t max_threads_;
  const std::size_t max_idle_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  Threads threads_;
  Threads ended_;  // to be joined
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace temporalio::internal
