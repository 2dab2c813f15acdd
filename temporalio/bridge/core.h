#pragma once

// What the sources of this folder share. The C header declares many global names, so only they include it; this file
// gets by with declarations.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "temporalio/bridge/connection.h"
#include "temporalio/bridge/runtime.h"

struct TemporalCoreByteArray;
struct TemporalCoreByteArrayRef;
struct TemporalCoreConnection;
struct TemporalCoreRuntime;

namespace temporalio {

struct Runtime::Core {
  TemporalCoreRuntime* runtime = nullptr;
  bool has_log = false;
  ~Core();

  /// Frees a connection or worker that is no longer used. A flaw of the bridge: it stops forwarding the log as soon as
  /// the first thing is freed that refers to the runtime. So with a log, all that is kept until the runtime ends.
  void Retire(std::function<void()> free);

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> retired_;
};

struct Connection::Core {
  explicit Core(Runtime::Core& its_runtime) : runtime(its_runtime) {}
  ~Core();
  Runtime::Core& runtime;
  std::atomic<TemporalCoreConnection*> connection = nullptr;  // until the server has answered
};

namespace internal {

/// Borrows `text`. Never a null pointer: Rust forbids it for slices, even empty ones.
TemporalCoreByteArrayRef Borrow(std::string_view text);

/// Copies what a callback or function of the bridge handed over, and frees it. Null gives nothing.
std::optional<std::string> Take(const TemporalCoreByteArray* bytes);

/// Writes to the log of the runtime that has one.
void Log(LogLevel level, std::string message);

/// Hands one value from a thread of Core to the thread that waits for it, on whose stack it may live: Put touches
/// nothing after the waiting thread can go on.
template <class T>
class Handover {
 public:
  void Put(T value) {
    std::lock_guard lock(mutex_);
    value_ = std::move(value);
    ready_.notify_one();
  }
  T Take() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return value_.has_value(); });
    return *std::move(value_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  std::optional<T> value_;
};

}  // namespace internal
}  // namespace temporalio
