#pragma once

#include <map>
#include <string>

#include "dsl/definition.h"
#include "store/schedules.h"
#include "store/trigger_states.h"
#include "triggers/schedule_control.h"

/// Triggers as the interface shows them.
namespace weft::server {

/// What the store knows of a workflow's triggers, by trigger.
struct StoredTriggers {
  std::map<std::string, store::TriggerState, std::less<>> states;
  std::map<std::string, store::Schedule, std::less<>> schedules;
};

/// Starting by hand, which every workflow has unless its file says `manual: false`.
expr::Value ManualDocument(const dsl::Workflow& workflow);

/// `{ id, kind, paused, note, changedBy, changedAt, … }` with what the kind has: a cron its `cron`, `timezone`,
/// `overlap`; a webhook `path`, `methods`, `auth`, `respond`; an event `type` and `source`.
expr::Value TriggerDocument(const dsl::Workflow& workflow, const dsl::Trigger& trigger, const StoredTriggers& stored);

/// Of a cron trigger what Temporal says: next times, last runs, counts, and whether it is paused.
void AddStatus(expr::Value& document, const triggers::ScheduleStatus& status);
/// Why Temporal could not be asked.
void AddProblem(expr::Value& document, const Error& error);

}  // namespace weft::server
