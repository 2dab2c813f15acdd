#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <semaphore>
#include <span>
#include <stop_token>
#include <vector>

#include "base/time.h"
#include "store/deliveries.h"
#include "triggers/start.h"

namespace weft::triggers {

struct InboxOptions {
  /// Starts that are made at once on the threads that accept; beyond them deliveries wait for the dispatcher.
  int most_direct = 4;
  /// How long a caller may be kept waiting for Temporal.
  Duration direct_timeout{2'000};
  /// Threads of the dispatcher: one stores what came of its deliveries while the starts of another are under way.
  int dispatchers = 2;
  /// How long a server may hold a delivery without having settled it.
  Duration lease{30'000};
  /// Between attempts while Temporal is away: doubled from the first to the most.
  Duration first_pause{1'000}, most_pause{15'000};
  /// What is settled is forgotten after that; so long is the same delivery answered with the same instance.
  Duration kept{std::chrono::hours(24 * 7)};
  /// Now, for tests.
  std::function<Timestamp()> clock{};
};

/// What became of a delivery that was offered.
struct Accepted {
  store::Delivery delivery;  ///< as it is stored; of a repeated one, the earlier
  bool repeated = false;     ///< the sender had sent it before
};

/// Stores deliveries, then starts what they ask for: right away, or, when Temporal does not answer or too much is going
/// on, by the dispatcher. Several servers share one inbox; each delivery starts one run, wherever a process dies. Any
/// thread.
class Inbox {
 public:
  Inbox(store::Database& database, Starter& starter, InboxOptions options);

  /// Stores the delivery (all but `id`, `instance` and the times is the caller's) and starts it if it is pending. Its
  /// status tells what happened: pending, when the dispatcher will do it; failed, with the reason, when it can never
  /// start (that is stored, too, and a repetition is a new try). Fails with `store.*`: nothing was accepted.
  Result<Accepted> Accept(store::Delivery delivery);

  /// Starts what is due until `stop` is requested, with threads of its own.
  void Run(const std::stop_token& stop);

  /// Deliveries were stored past Accept, in a transaction of somebody's own: look at once.
  void Wake();

  [[nodiscard]] Timestamp Now() const { return options_.clock(); }

 private:
  std::vector<Result<Started>> StartOnce(std::span<const store::Delivery> deliveries,
                                         const temporalio::CallOptions& call);
  /// Tries to start stored deliveries that this server holds, all at once, and stores what came of it. False: some are
  /// put off.
  bool Attempt(std::span<store::Delivery> deliveries, Duration timeout);
  [[nodiscard]] bool TemporalAnswers() const { return away_count_.load() == 0; }
  void NoteAway();
  void Dispatch(const std::stop_token& stop);
  /// Claims what is due and starts it; false when there was nothing to do.
  bool DispatchSome();
  void Forget();

  store::Database& database_;
  Starter& starter_;
  const InboxOptions options_;
  std::counting_semaphore<> direct_;

  std::atomic<int> away_count_{0};  ///< attempts in a row that Temporal did not answer, of one or of several at once
  std::mutex mutex_;
  Timestamp away_until_{};  ///< when one of the dispatchers asks Temporal again
  std::condition_variable_any woken_;
  std::uint64_t wakes_ = 0;
};

}  // namespace weft::triggers
