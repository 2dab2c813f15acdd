#include "store/slots.h"

#include <utility>

namespace weft::store {
namespace {

Slot SlotOf(const Row& row) {
  return {.id = row.Text(0), .instance = row.Text(1), .run = row.Text(2), .held = row.Bool(3)};
}

}  // namespace

Result<void> LockSlots(Transaction& t, const SlotScope& scope) {
  return t.Lock("slots/" + scope.ns + '/' + scope.workflow + '/' + scope.key);
}

Result<void> QueueForSlot(Transaction& t, const SlotScope& scope, const Slot& slot, int limit) {
  WEFT_TRY_VOID(
      t.Execute("DELETE FROM slots WHERE namespace = ?1 AND workflow = ?2 AND slot_key = ?3 AND instance = "
                "?4 AND run <> ?5",
                {scope.ns, scope.workflow, scope.key, slot.instance, slot.run}));
  WEFT_TRY_VOID(
      t.Execute("INSERT INTO slots (id, namespace, workflow, slot_key, instance, run, slots, held) VALUES "
                "(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) "
                "ON CONFLICT (namespace, workflow, slot_key, instance, run) DO NOTHING",
                {slot.id, scope.ns, scope.workflow, scope.key, slot.instance, slot.run, std::int64_t{limit}}));
  return {};
}

Result<std::vector<Slot>> GrantSlots(Transaction& t, const SlotScope& scope) {
  WEFT_TRY(const auto counted, t.Query("SELECT COUNT(*) FROM slots WHERE namespace = ?1 AND workflow = ?2 AND "
                                       "slot_key = ?3 AND held = 1",
                                       {scope.ns, scope.workflow, scope.key}));
  auto held = counted.front().Int(0);
  WEFT_TRY(const auto waiting, t.Query("SELECT id, instance, run, held, slots FROM slots WHERE namespace = ?1 AND "
                                       "workflow = ?2 AND slot_key = ?3 AND held = 0 ORDER BY id LIMIT 100",
                                       {scope.ns, scope.workflow, scope.key}));
  std::vector<Slot> granted;
  for (const auto& row : waiting) {
    if (held >= row.Int(4)) break;
    WEFT_TRY_VOID(t.Execute("UPDATE slots SET held = 1 WHERE id = ?1", {row.Text(0)}));
    granted.push_back(SlotOf(row));
    granted.back().held = true;
    ++held;
  }
  return granted;
}

Result<std::vector<Slot>> ListSlots(Transaction& t, const SlotScope& scope) {
  WEFT_TRY(const auto rows, t.Query("SELECT id, instance, run, held FROM slots WHERE namespace = ?1 AND workflow = ?2 "
                                    "AND slot_key = ?3 ORDER BY id",
                                    {scope.ns, scope.workflow, scope.key}));
  std::vector<Slot> slots;
  for (const auto& row : rows) slots.push_back(SlotOf(row));
  return slots;
}

Result<void> LeaveSlot(Transaction& t, const SlotScope& scope, std::string_view instance, std::string_view run) {
  std::string sql = "DELETE FROM slots WHERE namespace = ?1 AND workflow = ?2 AND slot_key = ?3 AND instance = ?4";
  std::vector<SqlValue> values{scope.ns, scope.workflow, scope.key, std::string(instance)};
  if (!run.empty()) {
    sql += " AND run = ?5";
    values.emplace_back(std::string(run));
  }
  WEFT_TRY_VOID(t.Execute(sql, std::move(values)));
  return {};
}

Result<std::vector<ScopedSlot>> ListAllSlots(Transaction& t, std::string_view after, int limit) {
  WEFT_TRY(const auto rows, t.Query("SELECT id, instance, run, held, namespace, workflow, slot_key FROM slots WHERE id "
                                    "> ?1 ORDER BY id LIMIT ?2",
                                    {std::string(after), std::int64_t{limit}}));
  std::vector<ScopedSlot> slots;
  for (const auto& row : rows) {
    slots.push_back({.scope = {.ns = row.Text(4), .workflow = row.Text(5), .key = row.Text(6)}, .slot = SlotOf(row)});
  }
  return slots;
}

}  // namespace weft::store
