#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "dsl/definition.h"
#include "store/schedules.h"
#include "temporalio/client/schedule.h"

/// A cron trigger as a Temporal Schedule, which starts the interpreter itself and so fires with every server down.
namespace weft::triggers {

/// `NAMESPACE.NAME.TRIGGER`: the schedule's id, and what its runs' ids begin with (Temporal adds `-SLOT`).
std::string ScheduleId(std::string_view ns, std::string_view name, std::string_view trigger);

/// Which definition a schedule's action carries.
struct ScheduleVersion {
  int revision = 0;
  std::string digest;

  friend bool operator==(const ScheduleVersion&, const ScheduleVersion&) = default;
};

/// What a deploy hands to store::ReplaceSchedules: one entry for each cron trigger.
std::vector<store::Schedule> WantedSchedules(const dsl::Workflow& workflow, int revision);

/// The schedule of a cron trigger: when, what, overlap, catch-up. The action carries the definition and its version;
/// the state (paused or not) is left to the caller. Fails with code `validation` when the cron cannot be read, or when
/// the trigger is of another kind.
Result<temporalio::CreateScheduleOptions> ScheduleFor(const dsl::Workflow& workflow, int revision,
                                                      const dsl::Trigger& trigger);

/// Whether Weft made this schedule. One of the same id that somebody else made is left alone.
bool IsOurs(const temporalio::ScheduleDescription& schedule);

/// The version that the schedule starts now; revision 0 when it cannot be told.
ScheduleVersion VersionOf(const temporal::api::schedule::v1::Schedule& schedule);

/// The policy that a file's `overlap` names; unspecified for an unknown word.
temporalio::ScheduleOverlapPolicy OverlapPolicyOf(std::string_view overlap);

}  // namespace weft::triggers
