#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "progress/hub.h"
#include "progress/hub_lines.h"
#include "progress/pollers.h"

/// Parts of the hub; for its own sources.
namespace weft::progress {

class LiveInstance;

/// What all threads of a hub have in common.
struct HubShared {
  temporalio::Client client;
  HubOptions options;
  std::stop_source stop{};
  std::unique_ptr<HubLines> lines{};  ///< null: there are no `logs`
  std::atomic<std::size_t> instances{0}, viewers{0}, long_polls{0};
  std::atomic<std::uint64_t> folds{0}, events{0}, pushes{0}, last_viewer{0};

  HubShared(temporalio::Client its_client, HubOptions its_options)
      : client(std::move(its_client)), options(std::move(its_options)) {
    if (options.logs) lines = std::make_unique<HubLines>(options.logs);
  }

  /// Calls under way; they refer to the shards, so the hub waits for them when it ends.
  void Begin();
  void End();
  void WaitForCalls();

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  std::size_t calls_ = 0;
};

/// One thread that folds, with the instances that belong to it. jv values stay on it. Everything but Post is for that
/// thread alone.
class HubShard {
 public:
  using Clock = std::chrono::steady_clock;
  using Task = std::function<void()>;

  explicit HubShard(std::shared_ptr<HubShared> shared);

  /// Ends the thread; from then on there are no new calls. Not from the shard's own thread.
  void Stop();

  /// Any thread.
  void Post(Task task);

  void At(Clock::time_point when, Task task) { timers_.emplace(when, std::move(task)); }

  /// Calls Temporal; `done` runs on this thread, unless the hub ends before.
  template <class Response, class Request>
  void Call(std::string_view rpc, Request request, temporalio::CallOptions options,
            std::function<void(temporalio::Result<Response>)> done) {
    options.stop = shared_->stop.get_token();
    shared_->Begin();
    shared_->client.Start(
        rpc, std::move(request), std::move(options),
        [this, shared = shared_, done = std::move(done)](temporalio::Result<std::string> bytes) mutable {
          Post([this, done = std::move(done), bytes = std::move(bytes)] {
            done(shared_->client.ReadAnswer<Response>(bytes));
          });
          // The hub may be gone as soon as its last call has ended.
          shared->End();
        });
  }

  LiveInstance& Open(const Found& found);
  void Leave(const Found& found, std::uint64_t viewer);
  HubShared& shared() { return *shared_; }
  Definitions& definitions() { return definitions_; }
  Pollers& pollers() { return pollers_; }
  /// How often each watched run may be described.
  [[nodiscard]] Clock::duration DescribeEvery() const;

 private:
  void Run(const std::stop_token& stop);
  void Sweep();

  std::shared_ptr<HubShared> shared_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::deque<Task> tasks_;
  std::multimap<Clock::time_point, Task> timers_;
  Definitions definitions_;
  Pollers pollers_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<LiveInstance>> instances_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace weft::progress
