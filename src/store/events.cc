#include "store/events.h"

#include <utility>

#include "store/placeholders.h"

namespace weft::store {

Result<void> LockEventType(Transaction& t, std::string_view ns, std::string_view type) {
  return t.Lock("event/" + std::string(ns) + '/' + std::string(type));
}

Result<bool> AddEvent(Transaction& t, const StoredEvent& event) {
  WEFT_TRY(const auto added,
           t.Execute("INSERT INTO events (id, namespace, source, event_id, type, event_key, body, data_bytes, "
                     "received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
                     "ON CONFLICT (namespace, source, event_id) DO NOTHING",
                     {event.id, event.ns, event.source, event.event_id, event.type,
                      event.key ? SqlValue(*event.key) : SqlValue(), event.body, event.data_bytes,
                      ToMillis(event.received_at)}));
  return added > 0;
}

Result<std::vector<StoredEvent>> FindEvents(Transaction& t, const std::vector<std::string>& ids) {
  std::vector<StoredEvent> events;
  if (ids.empty()) return events;
  WEFT_TRY(const auto rows, t.Query("SELECT id, namespace, source, event_id, type, event_key, body, data_bytes, "
                                    "received_at FROM events WHERE id IN (" +
                                        Placeholders(1, ids.size()) + ")",
                                    TextValues({}, ids)));
  for (const auto& row : rows) {
    StoredEvent event{.id = row.Text(0),
                      .ns = row.Text(1),
                      .source = row.Text(2),
                      .event_id = row.Text(3),
                      .type = row.Text(4),
                      .key = {},
                      .body = row.Text(6),
                      .data_bytes = row.Int(7),
                      .received_at = FromMillis(row.Int(8))};
    if (!row.IsNull(5)) event.key = row.Text(5);
    events.push_back(std::move(event));
  }
  return events;
}

Result<std::int64_t> DropEvents(Transaction& t, Timestamp before, int limit) {
  WEFT_TRY(const auto rows,
           t.Query("SELECT id FROM events e WHERE received_at < ?1 AND NOT EXISTS (SELECT 1 FROM event_deliveries d "
                   "WHERE d.event = e.id AND d.status = 'due') LIMIT ?2",
                   {ToMillis(before), std::int64_t{limit}}));
  if (rows.empty()) return 0;
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.Text(0));
  const auto list = Placeholders(1, ids.size());
  WEFT_TRY_VOID(t.Execute("DELETE FROM event_deliveries WHERE event IN (" + list + ")", TextValues({}, ids)));
  return t.Execute("DELETE FROM events WHERE id IN (" + list + ")", TextValues({}, ids));
}

}  // namespace weft::store
