#include "store/event_triggers.h"

namespace weft::store {

Result<void> ReplaceEventTriggers(Transaction& t, std::string_view ns, std::string_view name,
                                  const std::vector<EventTrigger>& triggers) {
  const std::string in(ns), of(name);
  WEFT_TRY_VOID(t.Execute("DELETE FROM event_triggers WHERE ns = ?1 AND name = ?2", {in, of}));
  for (const auto& trigger : triggers) {
    WEFT_TRY_VOID(
        t.Execute("INSERT INTO event_triggers (ns, name, trigger_id, type, source) VALUES (?1, ?2, ?3, ?4, ?5)",
                  {in, of, trigger.trigger_id, trigger.type, trigger.source}));
  }
  return {};
}

Result<std::vector<EventTrigger>> FindEventTriggers(Transaction& t, std::string_view ns, std::string_view type,
                                                    std::string_view source) {
  WEFT_TRY(const auto rows, t.Query("SELECT ns, type, source, name, trigger_id FROM event_triggers "
                                    "WHERE ns = ?1 AND type = ?2 AND (source = '' OR source = ?3) "
                                    "ORDER BY name, trigger_id",
                                    {std::string(ns), std::string(type), std::string(source)}));
  std::vector<EventTrigger> triggers;
  for (const auto& row : rows) {
    triggers.push_back({.ns = row.Text(0),
                        .type = row.Text(1),
                        .source = row.Text(2),
                        .name = row.Text(3),
                        .trigger_id = row.Text(4)});
  }
  return triggers;
}

}  // namespace weft::store
