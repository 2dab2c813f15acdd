#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "temporalio/client/schedule.h"

/// What people do with the schedule of a cron trigger, named by its ScheduleId. All calls block on Temporal and may be
/// made on any thread. They fail with `not_found` when Temporal does not have the schedule (yet), `conflict` when it
/// has one that Weft did not make, and `temporal`.
namespace weft::triggers {

struct ScheduleStatus {
  bool paused = false;
  std::string note;             ///< why, while it is paused
  std::vector<Timestamp> next;  ///< the times it will fire at, the first ten, jitter included
  struct Run {
    std::string id, run_id;
    Timestamp scheduled_at{}, started_at{};
  };
  std::vector<Run> recent;           ///< the last ten, newest first
  std::vector<std::string> running;  ///< ids
  std::int64_t started = 0;          ///< so far
  std::int64_t skipped = 0;          ///< because a run before was still going
  std::int64_t missed = 0;           ///< because the time to catch up was over
  std::int64_t buffered = 0;         ///< waiting for the run before
};

Result<ScheduleStatus> StatusOf(const temporalio::ScheduleClient& schedules, const std::string& id);

/// Return when Temporal has taken the change.
Result<void> Pause(const temporalio::ScheduleClient& schedules, const std::string& id, const std::string& note);
Result<void> Resume(const temporalio::ScheduleClient& schedules, const std::string& id);

/// Fires now, paused or not, under the trigger's own overlap policy. The instance's id; none when it waits for the run
/// before it. Fails with `conflict` when the policy is to skip and a run is still going.
Result<std::optional<std::string>> FireNow(const temporalio::ScheduleClient& schedules, const std::string& id);

/// Fires for every slot between the two times, both included.
Result<void> Backfill(const temporalio::ScheduleClient& schedules, const std::string& id, Timestamp from, Timestamp to,
                      temporalio::ScheduleOverlapPolicy overlap);

}  // namespace weft::triggers
