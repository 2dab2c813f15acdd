#pragma once

#include <functional>
#include <thread>

namespace weft::cli {

/// Takes SIGINT and SIGTERM: calls `on_signal` with 1, 2, … for each, on a thread of its own. To be made on the main
/// thread before any other thread starts, which then all have the signals blocked; child processes are started with
/// none blocked. One per process.
class Interrupts {
 public:
  explicit Interrupts(std::function<void(int count)> on_signal);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  int wake_ = -1;  // an eventfd, to end the thread
  std::thread thread_;
};

}  // namespace weft::cli
