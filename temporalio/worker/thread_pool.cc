#include "temporalio/worker/thread_pool.h"

#include <iterator>
#include <system_error>
#include <utility>

namespace temporalio::internal {

ThreadPool::ThreadPool(std::size_t max_threads, std::size_t max_idle) : max_threads_(max_threads), max_idle_(max_idle) {
  std::lock_guard lock(mutex_);
  AddThread();
}

ThreadPool::~ThreadPool() {
  Threads all;
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return threads_.empty(); });
    all.swap(ended_);
  }
  for (std::thread& thread : all) thread.join();
}

void ThreadPool::Submit(std::function<void()> work) {
  Threads ended;
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    if (queue_.size() > idle_ && threads_.size() < max_threads_) {
      try {
        AddThread();
      } catch (const std::system_error&) {  // One of the others will take it.
      }
    }
    changed_.notify_one();
    ended.swap(ended_);
  }
  for (std::thread& thread : ended) thread.join();
}

std::size_t ThreadPool::size() const {
  std::lock_guard lock(mutex_);
  return threads_.size();
}

void ThreadPool::AddThread() {
  threads_.emplace_back();
  const auto self = std::prev(threads_.end());
  try {
    *self = std::thread([this, self] { Run(self); });
  } catch (...) {
    threads_.erase(self);
    throw;
  }
}

void ThreadPool::Run(Threads::iterator self) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (queue_.empty() && !stopping_ && idle_ < max_idle_) {
      ++idle_;
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      --idle_;
    }
    if (queue_.empty()) break;
    const std::function<void()> work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
  ended_.splice(ended_.end(), threads_, self);
  if (stopping_) changed_.notify_all();
}

}  // namespace temporalio::internal
