#include "base/clock.h"

#include <condition_variable>
#include <mutex>

namespace weft {

Timestamp Now() { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }

bool Rest(const std::stop_token& stop, Duration span) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, span, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace weft
