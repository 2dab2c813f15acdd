#include "store/definitions.h"

#include <utility>

namespace weft::store {
namespace {

constexpr std::string_view kColumns =
    "ns, name, revision, digest, title, description, labels, created_by, created_at, normalised, source";
constexpr std::string_view kColumnsWithoutText =
    "ns, name, revision, digest, title, description, labels, created_by, created_at";

Revision RevisionOf(const Row& row, bool with_text) {
  Revision revision{.ns = row.Text(0),
                    .name = row.Text(1),
                    .revision = static_cast<int>(row.Int(2)),
                    .digest = row.Text(3),
                    .normalised = {},
                    .source = {},
                    .title = row.Text(4),
                    .description = row.Text(5),
                    .labels = row.Text(6),
                    .created_by = row.Text(7),
                    .created_at = FromMillis(row.Int(8))};
  if (with_text) {
    revision.normalised = row.Text(9);
    revision.source = row.Text(10);
  }
  return revision;
}

Result<std::optional<Revision>> FindOne(Transaction& t, const std::string& sql, std::vector<SqlValue> parameters) {
  WEFT_TRY(const auto rows, t.Query(sql, std::move(parameters)));
  if (rows.empty()) return std::nullopt;
  return RevisionOf(rows.front(), true);
}

}  // namespace

Result<Deployed> AddRevision(Transaction& t, const Revision& revision) {
  WEFT_TRY_VOID(t.Lock("workflow/" + revision.ns + '/' + revision.name));
  WEFT_TRY(const auto rows, t.Query("SELECT revision, digest, deleted FROM workflows WHERE ns = ?1 AND name = ?2",
                                    {revision.ns, revision.name}));
  const auto at = ToMillis(revision.created_at);
  const bool deleted = !rows.empty() && rows.front().Bool(2);
  Deployed deployed{.revision = rows.empty() ? 1 : static_cast<int>(rows.front().Int(0)) + 1};
  if (!rows.empty() && !deleted && rows.front().Text(1) == revision.digest) {
    deployed = {.revision = static_cast<int>(rows.front().Int(0)), .created = false};
    WEFT_TRY_VOID(
        t.Execute("UPDATE revisions SET source = ?4, title = ?5, description = ?6, labels = ?7 "
                  "WHERE ns = ?1 AND name = ?2 AND revision = ?3",
                  {revision.ns, revision.name, std::int64_t{deployed.revision}, revision.source, revision.title,
                   revision.description, revision.labels}));
  } else {
    WEFT_TRY_VOID(t.Execute(
        "INSERT INTO revisions (" + std::string(kColumns) + ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        {revision.ns, revision.name, std::int64_t{deployed.revision}, revision.digest, revision.title,
         revision.description, revision.labels, revision.created_by, at, revision.normalised, revision.source}));
  }
  WEFT_TRY_VOID(t.Execute(
      "INSERT INTO workflows (ns, name, revision, digest, title, description, labels, created_at, updated_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8) ON CONFLICT (ns, name) DO UPDATE SET deleted = 0, "
      "revision = excluded.revision, digest = excluded.digest, title = excluded.title, "
      "description = excluded.description, labels = excluded.labels, updated_at = excluded.updated_at",
      {revision.ns, revision.name, std::int64_t{deployed.revision}, revision.digest, revision.title,
       revision.description, revision.labels, at}));
  return deployed;
}

Result<std::optional<Revision>> FindLatest(Transaction& t, std::string_view ns, std::string_view name) {
  return FindOne(t,
                 "SELECT " + std::string(kColumns) +
                     " FROM revisions WHERE ns = ?1 AND name = ?2 AND revision = "
                     "(SELECT revision FROM workflows WHERE ns = ?1 AND name = ?2 AND deleted = 0)",
                 {std::string(ns), std::string(name)});
}

Result<int> FindLatestNumber(Transaction& t, std::string_view ns, std::string_view name) {
  WEFT_TRY(const auto rows, t.Query("SELECT revision FROM workflows WHERE ns = ?1 AND name = ?2 AND deleted = 0",
                                    {std::string(ns), std::string(name)}));
  return rows.empty() ? 0 : static_cast<int>(rows.front().Int(0));
}

Result<std::optional<Revision>> FindRevision(Transaction& t, std::string_view ns, std::string_view name, int revision) {
  return FindOne(t, "SELECT " + std::string(kColumns) + " FROM revisions WHERE ns = ?1 AND name = ?2 AND revision = ?3",
                 {std::string(ns), std::string(name), std::int64_t{revision}});
}

Result<std::vector<Revision>> ListRevisions(Transaction& t, std::string_view ns, std::string_view name) {
  WEFT_TRY(const auto rows, t.Query("SELECT " + std::string(kColumnsWithoutText) +
                                        " FROM revisions WHERE ns = ?1 AND name = ?2 ORDER BY revision DESC",
                                    {std::string(ns), std::string(name)}));
  std::vector<Revision> revisions;
  for (const auto& row : rows) revisions.push_back(RevisionOf(row, false));
  return revisions;
}

Result<std::vector<WorkflowRow>> ListWorkflows(Transaction& t, std::string_view after, int limit,
                                               std::string_view search) {
  // Neither part of the cursor holds a slash: both are DNS labels.
  const auto slash = std::min(after.find('/'), after.size());
  const auto after_name = slash < after.size() ? after.substr(slash + 1) : std::string_view();
  WEFT_TRY(const auto rows,
           t.Query("SELECT ns, name, title, description, labels, digest, revision, created_at, updated_at "
                   "FROM workflows WHERE deleted = 0 AND (ns, name) > (?1, ?2) "
                   "AND (lower(name) LIKE ?3 ESCAPE '\\' OR lower(title) LIKE ?3 ESCAPE '\\' "
                   "OR lower(description) LIKE ?3 ESCAPE '\\' OR lower(labels) LIKE ?3 ESCAPE '\\') "
                   "ORDER BY ns, name LIMIT ?4",
                   {std::string(after.substr(0, slash)), std::string(after_name), LikeContaining(search),
                    std::int64_t{limit}}));
  std::vector<WorkflowRow> workflows;
  for (const auto& row : rows) {
    workflows.push_back({.ns = row.Text(0),
                         .name = row.Text(1),
                         .title = row.Text(2),
                         .description = row.Text(3),
                         .labels = row.Text(4),
                         .digest = row.Text(5),
                         .revision = static_cast<int>(row.Int(6)),
                         .created_at = FromMillis(row.Int(7)),
                         .updated_at = FromMillis(row.Int(8))});
  }
  return workflows;
}

Result<bool> DeleteWorkflow(Transaction& t, std::string_view ns, std::string_view name) {
  WEFT_TRY_VOID(t.Lock("workflow/" + std::string(ns) + '/' + std::string(name)));
  WEFT_TRY(const auto changed, t.Execute("UPDATE workflows SET deleted = 1 WHERE ns = ?1 AND name = ?2 AND deleted = 0",
                                         {std::string(ns), std::string(name)}));
  return changed > 0;
}

}  // namespace weft::store
