#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "store/schedules.h"
#include "store/sql.h"
#include "temporalio/client/schedule.h"

namespace weft::triggers {

/// Keeps Temporal's schedules as the store wants them. Any number of servers run one each: what is due is claimed with
/// a lease, and everything it does may be done again, so it may die anywhere. Temporal has the say on whether a
/// schedule is paused (people and `pause_on_failure` change it there): an update keeps it, and the store follows.
class ScheduleReconciler {
 public:
  ScheduleReconciler(store::Database& database, temporalio::ScheduleClient schedules)
      : database_(database), schedules_(std::move(schedules)) {}

  /// Applies what becomes due until stop is requested. Now and then everything counts as due, so that a schedule that
  /// was deleted or changed behind Weft's back, or lost with Temporal's database, comes back.
  void Run(const std::stop_token& stop);
  /// Something was written: look now. Any thread.
  void Wake();
  /// Applies what is due at `now`, once; the number of schedules that were claimed. Any thread.
  Result<std::size_t> ApplyDue(Timestamp now, const std::stop_token& stop = {});

 private:
  Result<void> Apply(const store::Schedule& wanted, const std::stop_token& stop);
  Result<void> Ensure(const store::Schedule& wanted, const std::stop_token& stop);
  Result<void> Remove(const store::Schedule& wanted);
  /// Whether the store still wants what was claimed, and not something newer, which another server may be applying.
  Result<bool> IsStillWanted(const store::Schedule& claimed);
  Result<void> Follow(const store::Schedule& wanted, const temporal::api::schedule::v1::ScheduleState& state);
  void Wait(const std::stop_token& stop, std::chrono::milliseconds span);

  store::Database& database_;
  const temporalio::ScheduleClient schedules_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  bool work_ = false;
};

}  // namespace weft::triggers
