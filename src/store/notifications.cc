#include "store/notifications.h"

#include <array>
#include <utility>
#include "store/conditions.h"

namespace weft::store {
namespace {

constexpr std::string_view kColumns =
    "id, subject, channel, event, namespace, workflow, instance, content, status, attempts, due_at, error, answer, "
    "sent, created_at, updated_at";

constexpr std::array<std::string_view, 4> kStatuses{"pending", "sending", "sent", "failed"};

NotificationStatus StatusOf(std::string_view name) {
  for (std::size_t i = 0; i < kStatuses.size(); ++i) {
    if (kStatuses.at(i) == name) return static_cast<NotificationStatus>(i);
  }
  return NotificationStatus::kFailed;
}

SqlValue MillisOrNull(const std::optional<Timestamp>& time) { return time ? SqlValue(ToMillis(*time)) : SqlValue(); }

Notification NotificationOf(const Row& row) {
  Notification n;
  n.id = row.Text(0);
  n.subject = row.Text(1);
  n.channel = row.Text(2);
  n.event = row.Text(3);
  n.ns = row.Text(4);
  n.workflow = row.Text(5);
  n.instance = row.Text(6);
  n.content = row.Text(7);
  n.status = StatusOf(row.Text(8));
  n.attempts = static_cast<int>(row.Int(9));
  if (!row.IsNull(10)) n.due_at = FromMillis(row.Int(10));
  n.error = row.Text(11);
  n.answer = row.Text(12);
  n.sent = row.Text(13);
  n.created_at = FromMillis(row.Int(14));
  n.updated_at = FromMillis(row.Int(15));
  return n;
}

std::vector<Notification> NotificationsOfRows(const Rows& rows) {
  std::vector<Notification> all;
  all.reserve(rows.size());
  for (const auto& row : rows) all.push_back(NotificationOf(row));
  return all;
}

}  // namespace

std::string_view StatusName(NotificationStatus status) { return kStatuses.at(static_cast<std::size_t>(status)); }

Result<bool> AddNotification(Transaction& t, const Notification& n) {
  WEFT_TRY(
      const auto added,
      t.Execute("INSERT INTO notifications (" + std::string(kColumns) +
                    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) "
                    "ON CONFLICT (subject, channel) DO NOTHING",
                {n.id, n.subject, n.channel, n.event, n.ns, n.workflow, n.instance, n.content,
                 std::string(StatusName(n.status)), std::int64_t{n.attempts}, MillisOrNull(n.due_at), OrNull(n.error),
                 OrNull(n.answer), OrNull(n.sent), ToMillis(n.created_at), ToMillis(n.updated_at)}));
  return added > 0;
}

Result<std::optional<Notification>> ClaimNotification(Transaction& t, Timestamp now, Duration lease) {
  WEFT_TRY_VOID(t.Lock("notifications"));  // else two servers would choose the same row
  WEFT_TRY(const auto rows,
           t.Query("UPDATE notifications SET status = 'sending', attempts = attempts + 1, due_at = ?2, updated_at = ?1 "
                   "WHERE id = (SELECT id FROM notifications WHERE due_at <= ?1 ORDER BY due_at LIMIT 1) RETURNING " +
                       std::string(kColumns),
                   {ToMillis(now), ToMillis(now + lease)}));
  if (rows.empty()) return std::nullopt;
  return NotificationOf(rows[0]);
}

Result<bool> FinishNotification(Transaction& t, const Notification& claimed, const NotificationOutcome& outcome,
                                Timestamp now) {
  WEFT_TRY(const auto changed,
           t.Execute("UPDATE notifications SET status = ?3, due_at = ?4, error = ?5, answer = ?6, sent = ?7, "
                     "updated_at = ?8 WHERE id = ?1 AND attempts = ?2 AND status = 'sending'",
                     {claimed.id, std::int64_t{claimed.attempts}, std::string(StatusName(outcome.status)),
                      MillisOrNull(outcome.due_at), OrNull(outcome.error), OrNull(outcome.answer), OrNull(outcome.sent),
                      ToMillis(now)}));
  return changed > 0;
}

Result<std::vector<Notification>> NotificationsOf(Transaction& t, std::string_view subject) {
  WEFT_TRY(const auto rows,
           t.Query("SELECT " + std::string(kColumns) + " FROM notifications WHERE subject = ?1 ORDER BY id",
                   {std::string(subject)}));
  return NotificationsOfRows(rows);
}

Result<std::vector<Notification>> ListNotifications(Transaction& t, const NotificationFilter& filter,
                                                    std::string_view before, int limit) {
  Conditions conditions;
  conditions.AddText("channel", filter.channel);
  conditions.AddText("status", filter.status);
  conditions.AddText("event", filter.event);
  conditions.AddText("namespace", filter.ns);
  conditions.AddText("workflow", filter.workflow);
  conditions.AddText("instance", filter.instance);
  conditions.AddText("id", before, " < ");
  const auto sql = "SELECT " + std::string(kColumns) + " FROM notifications" + conditions.sql() +
                   " ORDER BY id DESC LIMIT " + conditions.Next();
  WEFT_TRY(const auto rows, t.Query(sql, conditions.WithLimit(limit)));
  return NotificationsOfRows(rows);
}

Result<std::int64_t> DropNotifications(Transaction& t, Timestamp before) {
  return t.Execute("DELETE FROM notifications WHERE due_at IS NULL AND updated_at < ?1", {ToMillis(before)});
}

Result<void> MarkTriggerFailing(Transaction& t, std::string_view ns, std::string_view workflow,
                                std::string_view trigger, Timestamp at) {
  WEFT_TRY_VOID(
      t.Execute("INSERT INTO failing_triggers (namespace, workflow, trigger_id, failed_at) VALUES (?1, ?2, ?3, ?4) "
                "ON CONFLICT (namespace, workflow, trigger_id) DO UPDATE SET failed_at = excluded.failed_at "
                "WHERE failing_triggers.failed_at < excluded.failed_at",
                {std::string(ns), std::string(workflow), std::string(trigger), ToMillis(at)}));
  return {};
}

Result<bool> MarkTriggerRecovered(Transaction& t, std::string_view ns, std::string_view workflow,
                                  std::string_view trigger, Timestamp at) {
  WEFT_TRY(const auto removed,
           t.Execute("DELETE FROM failing_triggers WHERE namespace = ?1 AND workflow = ?2 AND trigger_id = ?3 "
                     "AND failed_at <= ?4",
                     {std::string(ns), std::string(workflow), std::string(trigger), ToMillis(at)}));
  return removed > 0;
}

Result<std::vector<std::string>> FailingWorkflows(Transaction& t) {
  WEFT_TRY(const auto rows, t.Query("SELECT DISTINCT namespace, workflow FROM failing_triggers ORDER BY 1, 2"));
  std::vector<std::string> types;
  for (const auto& row : rows) types.push_back(row.Text(0) + '.' + row.Text(1));
  return types;
}

Result<std::optional<Timestamp>> TakeScan(Transaction& t, std::string_view name, std::string_view holder,
                                          Timestamp start, Timestamp now, Duration lease) {
  WEFT_TRY(const auto rows,
           t.Query("INSERT INTO scans (name, position, holder, leased_until) VALUES (?1, ?3, ?2, ?5) "
                   "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, leased_until = excluded.leased_until "
                   "WHERE scans.holder = excluded.holder OR scans.leased_until <= ?4 RETURNING position",
                   {std::string(name), std::string(holder), ToMillis(start), ToMillis(now), ToMillis(now + lease)}));
  if (rows.empty()) return std::nullopt;
  return FromMillis(rows[0].Int(0));
}

Result<void> MoveScan(Transaction& t, std::string_view name, std::string_view holder, Timestamp position) {
  WEFT_TRY_VOID(t.Execute("UPDATE scans SET position = ?3 WHERE name = ?1 AND holder = ?2",
                          {std::string(name), std::string(holder), ToMillis(position)}));
  return {};
}

}  // namespace weft::store
