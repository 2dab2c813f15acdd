#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "progress/hub.h"

namespace weft::progress {

/// Asks, on a thread of its own, for what the nodes of watched instances write, in turn. Any thread.
class HubLines {
 public:
  using Give = std::function<void(std::vector<LogLine>)>;

  explicit HubLines(decltype(HubOptions::logs) logs);

  /// After it nobody is told anything.
  void Stop();

  /// For some seconds from now on, `give` is told of new lines of the instance; those that were there before are not
  /// told. To be called again and again while nodes run.
  void Want(const std::string& instance, const std::string& first_run_id, Give give);

 private:
  using Clock = std::chrono::steady_clock;
  struct Followed {
    Clock::time_point until{};
    std::int64_t after = 0;
    bool at_end = false;  ///< all that was there before has been passed over
    Give give;
  };
  using Key = std::pair<std::string, std::string>;

  void Run(const std::stop_token& stop);
  void Ask(const Key& key);

  const decltype(HubOptions::logs) logs_;
  std::mutex mutex_;
  std::condition_variable_any wanted_;
  std::map<Key, Followed> followed_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace weft::progress
