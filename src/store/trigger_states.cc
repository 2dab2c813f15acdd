#include "store/trigger_states.h"

#include <algorithm>

namespace weft::store {
namespace {

TriggerState StateOf(const Row& row) {
  return {.id = row.Text(0),
          .paused = row.Bool(1),
          .note = row.Text(2),
          .changed_by = row.Text(3),
          .changed_at = FromMillis(row.Int(4))};
}

}  // namespace

Result<void> ReplaceTriggerStates(Transaction& t, std::string_view ns, std::string_view name,
                                  const std::vector<TriggerState>& first) {
  const std::string in(ns), of(name);
  WEFT_TRY(const auto present, ListTriggerStates(t, ns, name));
  for (const auto& old : present) {
    if (std::ranges::find(first, old.id, &TriggerState::id) != first.end()) continue;
    WEFT_TRY_VOID(
        t.Execute("DELETE FROM trigger_states WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3", {in, of, old.id}));
  }
  for (const auto& state : first) {
    WEFT_TRY_VOID(t.Execute(
        "INSERT INTO trigger_states (ns, name, trigger_id, paused, note, changed_by, changed_at) "
        "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (ns, name, trigger_id) DO NOTHING",
        {in, of, state.id, std::int64_t{state.paused}, state.note, state.changed_by, ToMillis(state.changed_at)}));
  }
  return {};
}

Result<std::optional<TriggerState>> FindTriggerState(Transaction& t, std::string_view ns, std::string_view name,
                                                     std::string_view id) {
  WEFT_TRY(const auto rows, t.Query("SELECT trigger_id, paused, note, changed_by, changed_at FROM trigger_states "
                                    "WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3",
                                    {std::string(ns), std::string(name), std::string(id)}));
  if (rows.empty()) return std::nullopt;
  return StateOf(rows.front());
}

Result<std::vector<TriggerState>> ListTriggerStates(Transaction& t, std::string_view ns, std::string_view name) {
  WEFT_TRY(const auto rows, t.Query("SELECT trigger_id, paused, note, changed_by, changed_at FROM trigger_states "
                                    "WHERE ns = ?1 AND name = ?2 ORDER BY trigger_id",
                                    {std::string(ns), std::string(name)}));
  std::vector<TriggerState> states;
  for (const auto& row : rows) states.push_back(StateOf(row));
  return states;
}

Result<std::vector<PausedTrigger>> ListPausedTriggers(Transaction& t) {
  WEFT_TRY(const auto rows, t.Query("SELECT ns, name, trigger_id FROM trigger_states WHERE paused = 1"));
  std::vector<PausedTrigger> paused;
  for (const auto& row : rows) paused.push_back({.ns = row.Text(0), .name = row.Text(1), .id = row.Text(2)});
  return paused;
}

Result<bool> SetTriggerState(Transaction& t, std::string_view ns, std::string_view name, const TriggerState& state) {
  const std::string in(ns), of(name);
  WEFT_TRY(const auto changed,
           t.Execute("UPDATE trigger_states SET paused = ?4, note = ?5, changed_by = ?6, changed_at = ?7 "
                     "WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3",
                     {in, of, state.id, std::int64_t{state.paused}, state.note, state.changed_by,
                      ToMillis(state.changed_at)}));
  WEFT_TRY_VOID(
      t.Execute("UPDATE schedules SET wanted = wanted + 1, attempts = 0, error = '', next_at = 0 "
                "WHERE ns = ?1 AND name = ?2 AND trigger_id = ?3",
                {in, of, state.id}));
  return changed > 0;
}

}  // namespace weft::store
