#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// The schedules that Temporal should have. Deploys write what is wanted; a reconciler on any server applies it.
namespace weft::store {

struct Schedule {
  std::string ns, name, trigger_id;
  int revision = 0;     ///< of the definition
  std::string spec;     ///< JSON text: what the reconciler needs to make the schedule; its own business
  bool paused = false;  ///< of the trigger's state (trigger_states.h)
  std::string note;
  bool removed = false;     ///< Temporal's schedule is to be deleted
  std::int64_t wanted = 0;  ///< counts the changes
  int attempts = 0;         ///< in vain, since the last change
  std::string error;        ///< of the last attempt
};

/// Makes `schedules` (`trigger_id`, `revision` and `spec` of each) the only ones of the workflow; those that go are
/// kept as `removed` until Temporal has lost them. What did not change is not applied again.
Result<void> ReplaceSchedules(Transaction& t, std::string_view ns, std::string_view name,
                              const std::vector<Schedule>& schedules);

/// Those of a workflow, by trigger, without removed ones.
Result<std::vector<Schedule>> ListSchedules(Transaction& t, std::string_view ns, std::string_view name);

/// Takes up to `limit` that are not applied, and keeps them from other servers until `now + lease`.
Result<std::vector<Schedule>> ClaimSchedules(Transaction& t, Timestamp now, Duration lease, int limit);

/// All of them counted as not applied: after Temporal's own database was lost, or to look after changes made there.
Result<void> ReapplySchedules(Transaction& t);

/// Temporal has (or, when removed, has lost) what was claimed. Something wanted since then stays due.
Result<void> ScheduleApplied(Transaction& t, const Schedule& claimed);
Result<void> ScheduleFailed(Transaction& t, const Schedule& claimed, std::string_view error, Timestamp next);

}  // namespace weft::store
