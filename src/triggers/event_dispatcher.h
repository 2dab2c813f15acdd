#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "store/event_deliveries.h"
#include "store/events.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::triggers {

/// Brings stored events to the instances that wait for them, as signals whose request ids name event and node. Any
/// number of servers run one each; each event reaches a wait once, and events reach an instance in the order in which
/// they came.
class EventDispatcher {
 public:
  struct Options {
    int threads = 8;
    /// How long a delivery belongs to the server that claimed it.
    Duration lease{60'000};
    /// For tests: called at the steps between which a process may die.
    std::function<void(std::string_view step)> at = [](std::string_view) {};
  };

  EventDispatcher(store::Database& database, temporalio::Client client, Options options);
  EventDispatcher(store::Database& database, temporalio::Client client)
      : EventDispatcher(database, std::move(client), Options()) {}

  /// Delivers what becomes due until stop is requested.
  void Run(const std::stop_token& stop);
  /// Something was written: look now. Any thread.
  void Wake();
  /// Delivers some of what is due at `now`; the number of deliveries that were claimed. Fails with `store.*`, or
  /// `temporal` when what is left was put off. Any thread.
  Result<std::size_t> DeliverDue(Timestamp now, const std::stop_token& stop = {});

 private:
  enum class Outcome { kSent, kNothingToSend, kGone, kRefused, kAway };
  struct Batch {
    std::vector<store::EventDelivery> claimed;
    std::map<std::string, store::StoredEvent> events;
    std::map<std::string, store::SentToSubscription> sent;
  };

  void Loop(const std::stop_token& stop, bool leads);
  void Wait(const std::stop_token& stop, std::optional<std::chrono::milliseconds> span, std::uint64_t seen);
  std::uint64_t Work();
  Result<Batch> Claim(Timestamp now);
  Outcome Deliver(const store::EventDelivery& delivery, Batch& batch, std::string& error) const;

  store::Database& database_;
  const temporalio::Client client_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::uint64_t work_ = 0;  ///< counts the calls of Wake
};

}  // namespace weft::triggers
