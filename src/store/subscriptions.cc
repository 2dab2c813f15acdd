#include "store/subscriptions.h"

#include <utility>

#include "store/placeholders.h"

namespace weft::store {
namespace {

/// Events `e` that fit: ?1 namespace, ?2 since, ?3 source, ?4 key, ?5 instance, ?6 taker, then the types.
std::string FittingEvents(std::size_t types) {
  return "FROM events e WHERE e.namespace = ?1 AND e.type IN (" + Placeholders(7, types) +
         ") AND e.received_at >= ?2 AND (CAST(?3 AS TEXT) IS NULL OR e.source = ?3) "
         "AND (CAST(?4 AS TEXT) IS NULL OR e.event_key = ?4) "
         "AND NOT EXISTS (SELECT 1 FROM event_deliveries d WHERE d.instance = ?5 AND d.taker = ?6 AND d.event = e.id "
         "AND d.status = 'sent')";
}

std::vector<SqlValue> FittingValues(const Subscription& s, std::int64_t since) {
  return TextValues({s.ns, since, OrNull(s.source), s.key ? SqlValue(*s.key) : SqlValue(), s.instance, s.taker},
                    s.types);
}

Result<void> CloseThese(Transaction& t, const Rows& rows, Timestamp now) {
  for (const auto& row : rows) {
    const auto& id = row.Text(0);
    WEFT_TRY_VOID(t.Execute("UPDATE subscriptions SET closed_at = ?2 WHERE id = ?1", {id, ToMillis(now)}));
    WEFT_TRY_VOID(t.Execute("DELETE FROM subscription_types WHERE subscription = ?1", {id}));
    // What was not sent is found again by the node's next wait.
    WEFT_TRY_VOID(t.Execute("DELETE FROM event_deliveries WHERE subscription = ?1 AND status = 'due'", {id}));
  }
  return {};
}

}  // namespace

Result<bool> AddSubscription(Transaction& t, const Subscription& s) {
  WEFT_TRY(const auto added,
           t.Execute("INSERT INTO subscriptions (id, instance, run, name, workflow, node, taker, source, match_text, "
                     "names, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
                     "ON CONFLICT (instance, name, run) DO NOTHING",
                     {s.id, s.instance, s.run, s.name, s.workflow, s.node, s.taker, OrNull(s.source), OrNull(s.match),
                      OrNull(s.names), ToMillis(s.created_at)}));
  if (added == 0) return false;
  WEFT_TRY(const auto earlier, t.Query("SELECT id FROM subscriptions WHERE instance = ?1 AND name = ?2 AND id <> ?3 "
                                       "AND closed_at IS NULL",
                                       {s.instance, s.name, s.id}));
  WEFT_TRY_VOID(CloseThese(t, earlier, s.created_at));
  for (const auto& type : s.types) {
    WEFT_TRY_VOID(
        t.Execute("INSERT INTO subscription_types (subscription, namespace, type, event_key) "
                  "VALUES (?1, ?2, ?3, ?4) ON CONFLICT (subscription, type) DO NOTHING",
                  {s.id, s.ns, type, s.key ? SqlValue(*s.key) : SqlValue()}));
  }
  return true;
}

Result<void> CloseSubscriptions(Transaction& t, std::string_view instance, std::string_view name, Timestamp now) {
  WEFT_TRY(const auto open,
           t.Query("SELECT id FROM subscriptions WHERE instance = ?1 AND name = ?2 AND closed_at IS NULL",
                   {std::string(instance), std::string(name)}));
  return CloseThese(t, open, now);
}

Result<void> CloseSubscription(Transaction& t, std::string_view id, Timestamp now) {
  WEFT_TRY(const auto open,
           t.Query("SELECT id FROM subscriptions WHERE id = ?1 AND closed_at IS NULL", {std::string(id)}));
  return CloseThese(t, open, now);
}

Result<bool> HasEventsFor(Transaction& t, const Subscription& s, std::optional<Timestamp> since) {
  WEFT_TRY(const auto rows, t.Query("SELECT 1 " + FittingEvents(s.types.size()) + " LIMIT 1",
                                    FittingValues(s, since ? ToMillis(*since) : 0)));
  return !rows.empty();
}

Result<void> DeliverEarlierEvents(Transaction& t, const Subscription& s, Timestamp since, Timestamp now) {
  auto values = FittingValues(s, ToMillis(since));
  values.emplace_back(s.id);
  values.emplace_back(ToMillis(now));
  const auto id = std::to_string(values.size() - 1);
  const auto due = std::to_string(values.size());
  WEFT_TRY_VOID(t.Execute(
      "INSERT INTO event_deliveries (event, subscription, instance, taker, status, attempts, due_at) SELECT e.id, "
      "CAST(?" +
          id + " AS TEXT), CAST(?5 AS TEXT), CAST(?6 AS TEXT), 'due', 0, CAST(?" + due + " AS BIGINT) " +
          FittingEvents(s.types.size()) + " ON CONFLICT (event, subscription) DO NOTHING",
      std::move(values)));
  return {};
}

Result<std::int64_t> DeliverToWaiting(Transaction& t, std::string_view event_id, Timestamp now) {
  static constexpr std::string_view kInsert =
      "INSERT INTO event_deliveries (event, subscription, instance, taker, status, attempts, due_at) "
      "SELECT e.id, s.id, s.instance, s.taker, 'due', 0, CAST(?2 AS BIGINT) FROM events e "
      "JOIN subscription_types w ON w.namespace = e.namespace AND w.type = e.type AND ";
  static constexpr std::string_view kRest =
      " JOIN subscriptions s ON s.id = w.subscription "
      "WHERE e.id = ?1 AND s.closed_at IS NULL AND (s.source IS NULL OR s.source = e.source) "
      "ON CONFLICT (event, subscription) DO NOTHING";
  // Two statements, so that each finds its way through the index.
  std::int64_t made = 0;
  for (const std::string_view key : {"w.event_key IS NULL", "w.event_key = e.event_key"}) {
    WEFT_TRY(const auto added, t.Execute(std::string(kInsert) + std::string(key) + std::string(kRest),
                                         {std::string(event_id), ToMillis(now)}));
    made += added;
  }
  return made;
}

Result<std::vector<Subscription>> ListOpenSubscriptions(Transaction& t, std::string_view after, int limit) {
  WEFT_TRY(const auto rows, t.Query("SELECT id, instance, run, node FROM subscriptions WHERE closed_at IS NULL AND id "
                                    "> ?1 ORDER BY id LIMIT ?2",
                                    {std::string(after), std::int64_t{limit}}));
  std::vector<Subscription> open;
  for (const auto& row : rows) {
    Subscription subscription;
    subscription.id = row.Text(0);
    subscription.instance = row.Text(1);
    subscription.run = row.Text(2);
    subscription.node = row.Text(3);
    open.push_back(std::move(subscription));
  }
  return open;
}

Result<std::int64_t> DropSubscriptions(Transaction& t, Timestamp before, int limit) {
  return t.Execute(
      "DELETE FROM subscriptions WHERE id IN (SELECT id FROM subscriptions WHERE closed_at IS NOT NULL AND closed_at "
      "< ?1 LIMIT ?2)",
      {ToMillis(before), std::int64_t{limit}});
}

}  // namespace weft::store
