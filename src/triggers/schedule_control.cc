#include "triggers/schedule_control.h"

#include <chrono>
#include <functional>
#include <thread>
#include <utility>

#include "temporalio/converter/time.h"
#include "triggers/schedule.h"

namespace weft::triggers {
namespace {

using temporalio::ScheduleClient;
using temporalio::ScheduleDescription;

/// Temporal answers a change before it has made it.
constexpr std::chrono::milliseconds kGlance{20};
constexpr std::chrono::seconds kPatience{5};
/// Who only looks does not wait for Temporal to come back.
constexpr std::chrono::seconds kLookTimeout{3};

Error Translated(const std::string& id, const temporalio::Error& error) {
  if (error.code == temporalio::Error::Code::kNotFound) {
    return {"not_found", "Temporal does not have the schedule `" + id +
                             "` yet; a server makes it as soon as Temporal answers. Try again in a moment."};
  }
  return {"temporal", "The schedule `" + id + "` cannot be reached: " + error.message};
}

Result<ScheduleDescription> Describe(const ScheduleClient& schedules, const std::string& id,
                                     temporalio::CallOptions call = {}) {
  auto found = schedules.Describe(id, std::move(call));
  if (!found) return std::unexpected(Translated(id, found.error()));
  if (!IsOurs(*found)) {
    return Fail("conflict", "Temporal has a schedule `" + id +
                                "` that Weft did not make; delete it there, or give the trigger another id.");
  }
  return *std::move(found);
}

Result<void> Done(const std::string& id, const temporalio::Result<void>& result) {
  if (!result) return std::unexpected(Translated(id, result.error()));
  return {};
}

/// Looks until `seen` says so; false when that takes too long.
Result<bool> Await(const ScheduleClient& schedules, const std::string& id,
                   const std::function<bool(const ScheduleDescription&)>& seen) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    WEFT_TRY(const auto now, Describe(schedules, id));
    if (seen(now)) return true;
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kGlance);
  }
}

Result<void> AwaitPaused(const ScheduleClient& schedules, const std::string& id, bool paused) {
  WEFT_TRY(const bool taken, Await(schedules, id, [paused](const ScheduleDescription& now) {
             return now.schedule.state().paused() == paused;
           }));
  if (!taken) return Fail("temporal", "Temporal has not taken the change of `" + id + "` yet; look again in a moment.");
  return {};
}

Timestamp ToMoment(const google::protobuf::Timestamp& time) {
  return std::chrono::floor<std::chrono::microseconds>(temporalio::FromTimestamp(time));
}

}  // namespace

Result<ScheduleStatus> StatusOf(const ScheduleClient& schedules, const std::string& id) {
  WEFT_TRY(const auto now, Describe(schedules, id, {.timeout = kLookTimeout, .retry = false}));
  const auto& info = now.info;
  ScheduleStatus status;
  status.paused = now.schedule.state().paused();
  if (status.paused) status.note = now.schedule.state().notes();
  for (const auto& time : info.future_action_times()) status.next.push_back(ToMoment(time));
  for (auto i = info.recent_actions_size() - 1; i >= 0; --i) {
    const auto& action = info.recent_actions(i);
    const auto& run = action.start_workflow_result();
    status.recent.push_back({.id = run.workflow_id(),
                             .run_id = run.run_id(),
                             .scheduled_at = ToMoment(action.schedule_time()),
                             .started_at = ToMoment(action.actual_time())});
  }
  for (const auto& run : info.running_workflows()) status.running.push_back(run.workflow_id());
  status.started = info.action_count();
  status.skipped = info.overlap_skipped();
  status.missed = info.missed_catchup_window();
  status.buffered = info.buffer_size();
  return status;
}

Result<void> Pause(const ScheduleClient& schedules, const std::string& id, const std::string& note) {
  WEFT_TRY_VOID(Describe(schedules, id));
  WEFT_TRY_VOID(Done(id, schedules.Pause(id, note)));
  return AwaitPaused(schedules, id, true);
}

Result<void> Resume(const ScheduleClient& schedules, const std::string& id) {
  WEFT_TRY_VOID(Describe(schedules, id));
  WEFT_TRY_VOID(Done(id, schedules.Unpause(id, "")));
  return AwaitPaused(schedules, id, false);
}

Result<std::optional<std::string>> FireNow(const ScheduleClient& schedules, const std::string& id) {
  WEFT_TRY(const auto before, Describe(schedules, id));
  WEFT_TRY_VOID(Done(id, schedules.Trigger(id)));
  std::optional<std::string> instance;
  bool skipped = false;
  WEFT_TRY_VOID(Await(schedules, id, [&](const ScheduleDescription& now) {
    if (now.info.action_count() > before.info.action_count() && now.info.recent_actions_size() > 0) {
      instance = now.info.recent_actions(now.info.recent_actions_size() - 1).start_workflow_result().workflow_id();
      return true;
    }
    skipped = now.info.overlap_skipped() > before.info.overlap_skipped();
    return skipped || now.info.buffer_size() > before.info.buffer_size();
  }));
  if (skipped) {
    return Fail("conflict",
                "Nothing was started: a run of `" + id +
                    "` is still going, and its trigger's `overlap` is `skip`. Wait for that run or cancel it.");
  }
  return instance;
}

Result<void> Backfill(const ScheduleClient& schedules, const std::string& id, Timestamp from, Timestamp to,
                      temporalio::ScheduleOverlapPolicy overlap) {
  WEFT_TRY_VOID(Describe(schedules, id));
  // Temporal leaves out the first moment of a range.
  return Done(id,
              schedules.Backfill(id, {{.start = from - std::chrono::milliseconds(1), .end = to, .overlap = overlap}}));
}

}  // namespace weft::triggers
