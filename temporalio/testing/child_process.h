#pragma once

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "temporalio/error.h"

namespace temporalio::testing {

/// A child process that dies with this one, with the last lines of its output. It has a process group of its own, no
/// blocked signals, and no open files of ours.
class ChildProcess {
 public:
  /// `arguments[0]` is the program, looked up on the PATH if it holds no slash. Fails with kNotFound if it cannot be
  /// run.
  static Result<std::unique_ptr<ChildProcess>> Start(std::vector<std::string> arguments);
  /// Asks it to end, waits some seconds, then kills it.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  /// Whether it ended within `patience`.
  bool EndsWithin(std::chrono::milliseconds patience) const;
  /// The last lines; of a process that has ended, to the very last.
  std::string OutputTail() const;

 private:
  ChildProcess() = default;
  std::optional<Error> Spawn(const std::vector<std::string>& arguments);
  void ReadOutput();

  pid_t pid_ = -1;
  int pidfd_ = -1;
  int output_ = -1;
  mutable std::mutex mutex_;
  mutable std::condition_variable read_all_;
  bool has_read_all_ = false;
  std::deque<std::string> tail_;
  // Starts the child and then reads its output: the child is killed when the thread that made it ends.
  std::thread thread_;
};

}  // namespace temporalio::testing
