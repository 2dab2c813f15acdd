#include "store/event_deliveries.h"

#include <map>
#include <utility>

#include "store/placeholders.h"

namespace weft::store {
namespace {

/// Runs `statement` for the subscriptions of each event, with ?1 the event, then `more`, then the list.
Result<void> ForEachEvent(Transaction& t, const std::vector<EventDelivery>& deliveries, std::string_view statement,
                          const std::vector<SqlValue>& more = {}) {
  std::map<std::string, std::vector<std::string>> subscriptions;
  for (const auto& delivery : deliveries) subscriptions[delivery.event].push_back(delivery.subscription);
  for (const auto& [event, ids] : subscriptions) {
    std::vector<SqlValue> values{event};
    values.insert(values.end(), more.begin(), more.end());
    WEFT_TRY_VOID(t.Execute(std::string(statement) + " WHERE event = ?1 AND status = 'due' AND subscription IN (" +
                                Placeholders(values.size() + 1, ids.size()) + ")",
                            TextValues(values, ids)));
  }
  return {};
}

}  // namespace

Result<std::vector<EventDelivery>> ClaimEventDeliveries(Transaction& t, Timestamp now, Duration lease, int limit) {
  WEFT_TRY_VOID(t.Lock("event-deliveries"));
  WEFT_TRY(const auto rows,
           t.Query("SELECT d.event, d.subscription, d.instance, d.attempts, s.workflow, s.node, s.match_text, s.names, "
                   "s.closed_at, d.taker FROM event_deliveries d JOIN subscriptions s ON s.id = d.subscription "
                   "WHERE d.status = 'due' AND d.due_at <= ?1 AND NOT EXISTS (SELECT 1 FROM event_deliveries e "
                   "WHERE e.instance = d.instance AND e.status = 'due' AND e.event < d.event AND e.due_at > ?1) "
                   "ORDER BY d.event LIMIT ?2",
                   {ToMillis(now), std::int64_t{limit}}));
  std::vector<EventDelivery> claimed;
  for (const auto& row : rows) {
    claimed.push_back({.event = row.Text(0),
                       .subscription = row.Text(1),
                       .instance = row.Text(2),
                       .taker = row.Text(9),
                       .workflow = row.Text(4),
                       .node = row.Text(5),
                       .match = row.Text(6),
                       .names = row.Text(7),
                       .closed = !row.IsNull(8),
                       .attempts = static_cast<int>(row.Int(3)) + 1});
  }
  WEFT_TRY_VOID(ForEachEvent(t, claimed, "UPDATE event_deliveries SET due_at = ?2, attempts = attempts + 1",
                             {ToMillis(now + lease)}));
  return claimed;
}

Result<std::vector<SentToSubscription>> CountSent(Transaction& t, const std::vector<std::string>& subscriptions) {
  std::vector<SentToSubscription> sent;
  if (subscriptions.empty()) return sent;
  WEFT_TRY(const auto rows,
           t.Query("SELECT d.subscription, COUNT(*), CAST(SUM(e.data_bytes) AS BIGINT) FROM event_deliveries d "
                   "JOIN events e ON e.id = d.event WHERE d.status = 'sent' AND d.subscription IN (" +
                       Placeholders(1, subscriptions.size()) + ") GROUP BY d.subscription",
                   TextValues({}, subscriptions)));
  for (const auto& row : rows) sent.push_back({row.Text(0), row.Int(1), row.Int(2)});
  return sent;
}

Result<void> EventDeliveriesSent(Transaction& t, const std::vector<EventDelivery>& deliveries) {
  return ForEachEvent(t, deliveries, "UPDATE event_deliveries SET status = 'sent', error = NULL");
}

Result<void> DropEventDeliveries(Transaction& t, const std::vector<EventDelivery>& deliveries) {
  return ForEachEvent(t, deliveries, "DELETE FROM event_deliveries");
}

Result<void> PutOffEventDeliveries(Transaction& t, const std::vector<EventDelivery>& deliveries, Timestamp due_at,
                                   std::string_view error) {
  return ForEachEvent(t, deliveries, "UPDATE event_deliveries SET due_at = ?2, error = ?3",
                      {ToMillis(due_at), OrNull(std::string(error))});
}

Result<void> EventDeliveryFailed(Transaction& t, const EventDelivery& delivery, std::string_view error) {
  return ForEachEvent(t, {delivery}, "UPDATE event_deliveries SET status = 'failed', error = ?2", {std::string(error)});
}

}  // namespace weft::store
