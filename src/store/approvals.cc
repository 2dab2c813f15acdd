#include "store/approvals.h"

#include <utility>

namespace weft::store {
namespace {

constexpr std::string_view kColumns =
    "id, instance, run, name, workflow, node, attempt, title, form, assignees, since, status, answer";

Approval ApprovalOf(const Row& row) {
  const auto& type = row.Text(4);
  const auto dot = type.find('.');
  return {.id = row.Text(0),
          .instance = row.Text(1),
          .run = row.Text(2),
          .name = row.Text(3),
          .ns = type.substr(0, dot),
          .workflow = dot == std::string::npos ? std::string() : type.substr(dot + 1),
          .node = row.Text(5),
          .attempt = static_cast<int>(row.Int(6)),
          .title = row.Text(7),
          .form = row.Text(8),
          .assignees = row.Text(9),
          .since = FromMillis(row.Int(10)),
          .status = row.Text(11),
          .answer = row.Text(12)};
}

std::vector<Approval> ApprovalsOf(const Rows& rows) {
  std::vector<Approval> approvals;
  for (const auto& row : rows) approvals.push_back(ApprovalOf(row));
  return approvals;
}

}  // namespace

Result<void> AddApproval(Transaction& t, const Approval& a) {
  WEFT_TRY(const auto added,
           t.Execute("INSERT INTO approvals (" + std::string(kColumns) +
                         ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'open', NULL) "
                         "ON CONFLICT (instance, name, run) DO NOTHING",
                     {a.id, a.instance, a.run, a.name, a.ns + "." + a.workflow, a.node, std::int64_t{a.attempt},
                      OrNull(a.title), OrNull(a.form), OrNull(a.assignees), ToMillis(a.since)}));
  if (added == 0) return {};
  WEFT_TRY_VOID(
      t.Execute("UPDATE approvals SET status = 'closed' WHERE instance = ?1 AND name = ?2 AND id <> ?3 AND "
                "status = 'open'",
                {a.instance, a.name, a.id}));
  return {};
}

Result<void> CloseApprovals(Transaction& t, std::string_view instance, std::string_view name) {
  WEFT_TRY_VOID(
      t.Execute("UPDATE approvals SET status = 'closed' WHERE instance = ?1 AND name = ?2 AND status = 'open'",
                {std::string(instance), std::string(name)}));
  return {};
}

Result<void> CloseApproval(Transaction& t, std::string_view id) {
  WEFT_TRY_VOID(
      t.Execute("UPDATE approvals SET status = 'closed' WHERE id = ?1 AND status = 'open'", {std::string(id)}));
  return {};
}

Result<std::optional<Approval>> FindApproval(Transaction& t, std::string_view instance, std::string_view node) {
  WEFT_TRY(const auto rows, t.Query("SELECT " + std::string(kColumns) +
                                        " FROM approvals WHERE instance = ?1 AND node = ?2 ORDER BY id DESC LIMIT 1",
                                    {std::string(instance), std::string(node)}));
  if (rows.empty()) return std::nullopt;
  return ApprovalOf(rows.front());
}

Result<bool> AnswerApproval(Transaction& t, std::string_view id, std::string_view answer, Timestamp now,
                            Timestamp due_at) {
  WEFT_TRY(const auto taken, t.Execute("UPDATE approvals SET status = 'answered', answer = ?2, answered_at = ?3, "
                                       "due_at = ?4 WHERE id = ?1 AND status = 'open'",
                                       {std::string(id), std::string(answer), ToMillis(now), ToMillis(due_at)}));
  return taken > 0;
}

Result<std::vector<Approval>> ClaimAnswers(Transaction& t, Timestamp now, Duration lease, int limit) {
  WEFT_TRY(const auto rows,
           t.Query("UPDATE approvals SET due_at = ?2 WHERE id IN (SELECT id FROM approvals WHERE due_at IS NOT NULL "
                   "AND due_at <= ?1 ORDER BY due_at LIMIT ?3) AND due_at <= ?1 RETURNING " +
                       std::string(kColumns),
                   {ToMillis(now), ToMillis(now + lease), std::int64_t{limit}}));
  return ApprovalsOf(rows);
}

Result<void> AnswerSent(Transaction& t, std::string_view id) {
  WEFT_TRY_VOID(t.Execute("UPDATE approvals SET due_at = NULL WHERE id = ?1", {std::string(id)}));
  return {};
}

Result<std::vector<Approval>> ListOpenApprovals(Transaction& t, const ApprovalFilter& filter, std::string_view after,
                                                int limit) {
  std::string sql = "SELECT " + std::string(kColumns) + " FROM approvals WHERE status = 'open' AND id > ?1";
  std::vector<SqlValue> values{std::string(after), std::int64_t{limit}};
  if (!filter.ns.empty()) {
    values.emplace_back(filter.ns + ".");
    sql +=
        " AND substr(workflow, 1, length(?" + std::to_string(values.size()) + ")) = ?" + std::to_string(values.size());
  }
  if (!filter.instance.empty()) {
    values.emplace_back(filter.instance);
    sql += " AND instance = ?" + std::to_string(values.size());
  }
  WEFT_TRY(const auto rows, t.Query(sql + " ORDER BY id LIMIT ?2", std::move(values)));
  return ApprovalsOf(rows);
}

Result<std::int64_t> DropApprovals(Transaction& t, Timestamp before, int limit) {
  return t.Execute(
      "DELETE FROM approvals WHERE id IN (SELECT id FROM approvals WHERE status <> 'open' AND due_at IS NULL "
      "AND since < ?1 LIMIT ?2)",
      {ToMillis(before), std::int64_t{limit}});
}

}  // namespace weft::store
