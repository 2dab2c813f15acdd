#include "store/schedules.h"

#include <algorithm>

namespace weft::store {
namespace {

/// With the state of the trigger.
constexpr std::string_view kColumns =
    "ns, name, trigger_id, revision, spec, removed, wanted, attempts, error, "
    "(SELECT paused FROM trigger_states p WHERE p.ns = schedules.ns AND p.name = schedules.name "
    "AND p.trigger_id = schedules.trigger_id), "
    "(SELECT note FROM trigger_states p WHERE p.ns = schedules.ns AND p.name = schedules.name "
    "AND p.trigger_id = schedules.trigger_id)";

std::vector<Schedule> SchedulesOf(const Rows& rows) {
  std::vector<Schedule> schedules;
  for (const auto& row : rows) {
    schedules.push_back({.ns = row.Text(0),
                         .name = row.Text(1),
                         .trigger_id = row.Text(2),
                         .revision = static_cast<int>(row.Int(3)),
                         .spec = row.Text(4),
                         .paused = row.Bool(9),
                         .note = row.Text(10),
                         .removed = row.Bool(5),
                         .wanted = row.Int(6),
                         .attempts = static_cast<int>(row.Int(7)),
                         .error = row.Text(8)});
  }
  return schedules;
}

}  // namespace

Result<void> ReplaceSchedules(Transaction& t, std::string_view ns, std::string_view name,
                              const std::vector<Schedule>& schedules) {
  const std::string in(ns), of(name);
  WEFT_TRY(const auto present, ListSchedules(t, ns, name));
  for (const auto& old : present) {
    if (std::ranges::find(schedules, old.trigger_id, &Schedule::trigger_id) != schedules.end()) continue;
    WEFT_TRY_VOID(
        t.Execute("UPDATE schedules SET removed = 1, wanted = wanted + 1, attempts = 0, error = '', next_at = 0 "
                  "WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3",
                  {in, of, old.trigger_id}));
  }
  for (const auto& schedule : schedules) {
    WEFT_TRY_VOID(t.Execute(
        "INSERT INTO schedules (ns, name, trigger_id, revision, spec, wanted) VALUES (?1, ?2, ?3, ?4, ?5, 1) "
        "ON CONFLICT (ns, name, trigger_id) DO UPDATE SET revision = excluded.revision, spec = excluded.spec, "
        "removed = 0, wanted = schedules.wanted + 1, attempts = 0, error = '', next_at = 0 "
        "WHERE schedules.removed = 1 OR schedules.spec <> excluded.spec OR schedules.revision <> excluded.revision",
        {in, of, schedule.trigger_id, std::int64_t{schedule.revision}, schedule.spec}));
  }
  return {};
}

Result<std::vector<Schedule>> ListSchedules(Transaction& t, std::string_view ns, std::string_view name) {
  WEFT_TRY(const auto rows, t.Query("SELECT " + std::string(kColumns) +
                                        " FROM schedules WHERE ns = ?1 AND name = ?2 AND removed = 0 "
                                        "ORDER BY trigger_id",
                                    {std::string(ns), std::string(name)}));
  return SchedulesOf(rows);
}

Result<std::vector<Schedule>> ClaimSchedules(Transaction& t, Timestamp now, Duration lease, int limit) {
  WEFT_TRY_VOID(t.Lock("schedules/claim"));
  WEFT_TRY(const auto rows,
           t.Query("UPDATE schedules SET next_at = ?2 WHERE (ns, name, trigger_id) IN "
                   "(SELECT ns, name, trigger_id FROM schedules WHERE applied <> wanted AND next_at <= ?1 "
                   "ORDER BY next_at LIMIT ?3) RETURNING " +
                       std::string(kColumns),
                   {ToMillis(now), ToMillis(now + lease), std::int64_t{limit}}));
  return SchedulesOf(rows);
}

Result<void> ReapplySchedules(Transaction& t) {
  WEFT_TRY_VOID(t.Execute("UPDATE schedules SET wanted = wanted + 1, next_at = 0"));
  return {};
}

Result<void> ScheduleApplied(Transaction& t, const Schedule& claimed) {
  // What was wanted meanwhile has put `next_at` back itself.
  WEFT_TRY_VOID(
      t.Execute("UPDATE schedules SET applied = ?4, attempts = 0, error = '' "
                "WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3 AND applied < ?4",
                {claimed.ns, claimed.name, claimed.trigger_id, claimed.wanted}));
  WEFT_TRY_VOID(
      t.Execute("DELETE FROM schedules WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3 AND removed = 1 "
                "AND applied = wanted",
                {claimed.ns, claimed.name, claimed.trigger_id}));
  return {};
}

Result<void> ScheduleFailed(Transaction& t, const Schedule& claimed, std::string_view error, Timestamp next) {
  WEFT_TRY_VOID(
      t.Execute("UPDATE schedules SET attempts = attempts + 1, error = ?5, next_at = ?6 "
                "WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3 AND wanted = ?4",
                {claimed.ns, claimed.name, claimed.trigger_id, claimed.wanted, std::string(error), ToMillis(next)}));
  return {};
}

}  // namespace weft::store
