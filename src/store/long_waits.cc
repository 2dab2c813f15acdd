#include "store/long_waits.h"

namespace weft::store {

Result<std::vector<LongWait>> ListLongWaits(Transaction& t, std::string_view ns, std::string_view workflow,
                                            Timestamp since, std::string_view suffix, std::string_view except,
                                            int limit) {
  WEFT_TRY(const auto rows,
           t.Query("SELECT id, instance, node, kind, since FROM ("
                   "SELECT id, instance, node, 'event' AS kind, created_at AS since FROM subscriptions "
                   "WHERE closed_at IS NULL AND workflow = ?2 AND EXISTS (SELECT 1 FROM subscription_types "
                   "WHERE subscription = subscriptions.id AND namespace = ?1) UNION ALL "
                   "SELECT id, instance, node, 'approval' AS kind, since FROM approvals "
                   "WHERE status = 'open' AND workflow = ?3) AS waits WHERE since <= ?4 AND NOT EXISTS "
                   "(SELECT 1 FROM notifications WHERE subject = waits.id || ?5) "
                   "AND substr(instance, 1, length(?6)) <> ?6 ORDER BY since, id LIMIT ?7",
                   {std::string(ns), std::string(workflow), std::string(ns) + '.' + std::string(workflow),
                    ToMillis(since), std::string(suffix), std::string(except), std::int64_t{limit}}));
  std::vector<LongWait> waits;
  for (const auto& row : rows) {
    waits.push_back({.id = row.Text(0),
                     .instance = row.Text(1),
                     .node = row.Text(2),
                     .kind = row.Text(3),
                     .since = FromMillis(row.Int(4))});
  }
  return waits;
}

}  // namespace weft::store
