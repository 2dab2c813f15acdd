#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

#include "activities/log.h"
#include "activities/register.h"

namespace weft::activities {

/// Sends the heartbeats of all running attempts of a worker from one thread, and stops the attempts when Temporal
/// cannot be reached for too long.
class Heartbeats {
 public:
  explicit Heartbeats(const HandlerOptions& options)
      : options_(options), thread_([this](const std::stop_token& stop) { Loop(stop); }) {}

  /// One attempt, from its construction to its end. Threads may read `lost`.
  class Running {
   public:
    Running(Heartbeats& owner, const temporalio::ActivityContext& context, const LogTail& log);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

    /// Requested when Temporal could not be reached for too long.
    [[nodiscard]] std::stop_token lost() const { return lost_.get_token(); }

   private:
    friend class Heartbeats;
    Heartbeats& owner_;
    const temporalio::ActivityContext& context_;
    const LogTail& log_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::stop_source lost_;
  };

 private:
  void Loop(const std::stop_token& stop);
  void Beat();
  void Watch();

  const HandlerOptions& options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<Running*> running_;                          ///< guarded by mutex_
  std::chrono::steady_clock::time_point asked_{};        ///< of the thread
  std::chrono::steady_clock::time_point last_answer_{};  ///< of the thread
  std::jthread thread_;
};

}  // namespace weft::activities
