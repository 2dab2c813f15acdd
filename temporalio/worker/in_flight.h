#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>

namespace temporalio::internal {

/// Counts completions that Core has not yet let go of.
class InFlight {
 public:
  /// Counts one; to be called when it is over, from any thread. May outlive Wait, but not be called after it.
  std::function<void()> Begin() {
    std::lock_guard lock(mutex_);
    ++count_;
    return [this] {
      std::lock_guard end_lock(mutex_);
      if (--count_ == 0) none_.notify_all();
    };
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  std::size_t count_ = 0;
};

}  // namespace temporalio::internal
