#include "store/audit.h"

#include <utility>

#include "base/clock.h"
#include "base/id.h"

namespace weft::store {

Result<void> AddAudit(Transaction& t, AuditEntry entry) {
  entry.at = Now();
  WEFT_TRY_VOID(
      t.Execute("INSERT INTO audit (id, at, actor, remote, action, target, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                {NewUlid(), ToMillis(entry.at), std::move(entry.actor), std::move(entry.remote),
                 std::move(entry.action), std::move(entry.target), std::move(entry.detail)}));
  return {};
}

Result<std::vector<AuditEntry>> ListAudit(Transaction& t, const AuditFilter& filter) {
  // One statement for every filter: the newest entries are few, and found by their id.
  WEFT_TRY(const auto rows,
           t.Query("SELECT id, at, actor, remote, action, target, detail FROM audit "
                   "WHERE (?1 = '' OR id < ?1) AND (?2 = '' OR actor = ?2) AND (?3 = '' OR target = ?3) "
                   "AND (?4 = '' OR action = ?4 OR substr(action, 1, length(?4) + 1) = ?4 || '.') "
                   "ORDER BY id DESC LIMIT ?5",
                   {filter.before, filter.actor, filter.target, filter.action, std::int64_t{filter.limit}}));
  std::vector<AuditEntry> entries;
  for (const auto& row : rows) {
    entries.push_back({.id = row.Text(0),
                       .at = FromMillis(row.Int(1)),
                       .actor = row.Text(2),
                       .remote = row.Text(3),
                       .action = row.Text(4),
                       .target = row.Text(5),
                       .detail = row.Text(6)});
  }
  return entries;
}

Result<std::int64_t> DeleteAuditBefore(Transaction& t, Timestamp before, int limit) {
  return t.Execute("DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at < ?1 ORDER BY at LIMIT ?2)",
                   {ToMillis(before), std::int64_t{limit}});
}

}  // namespace weft::store
