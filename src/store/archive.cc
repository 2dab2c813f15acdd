#include "store/archive.h"

#include <chrono>
#include <map>
#include <utility>

#include "store/compress.h"
#include "store/conditions.h"

namespace weft::store {
namespace {

constexpr std::size_t kPiece = std::size_t{1024} * 1024;
constexpr std::string_view kColumns =
    "id, first_run, last_run, ns, workflow, revision, trigger_kind, trigger_id, status, started_at, ended_at, search";

ArchivedInstance InstanceOf(const Row& row) {
  return {.id = row.Text(0),
          .first_run = row.Text(1),
          .last_run = row.Text(2),
          .ns = row.Text(3),
          .workflow = row.Text(4),
          .revision = static_cast<int>(row.Int(5)),
          .trigger_kind = row.Text(6),
          .trigger_id = row.Text(7),
          .status = row.Text(8),
          .started_at = FromMillis(row.Int(9)),
          .ended_at = FromMillis(row.Int(10)),
          .search = row.Text(11),
          .document = {}};
}

Result<std::string> Decompressed(std::string_view bytes) {
  auto text = Decompress(bytes);
  if (!text) return Fail("internal", "an archived document or history is damaged; restore the database from a backup");
  return *std::move(text);
}

}  // namespace

Result<void> ArchiveInstance(Transaction& t, const ArchivedInstance& instance) {
  WEFT_TRY_VOID(
      t.Execute("INSERT INTO archived_instances (" + std::string(kColumns) +
                    ", document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
                    "ON CONFLICT (id, first_run) DO UPDATE SET last_run = excluded.last_run, status = excluded.status, "
                    "ended_at = excluded.ended_at, search = excluded.search, document = excluded.document",
                {instance.id, instance.first_run, instance.last_run, instance.ns, instance.workflow,
                 std::int64_t{instance.revision}, instance.trigger_kind, instance.trigger_id, instance.status,
                 ToMillis(instance.started_at), ToMillis(instance.ended_at), instance.search,
                 Blob{Compress(instance.document)}}));
  return {};
}

Result<void> ArchiveRun(Transaction& t, const ArchivedRun& run, std::string_view history) {
  WEFT_TRY_VOID(t.Execute(
      "INSERT INTO archived_runs (id, run, first_run, part, events, ended_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
      "ON CONFLICT (id, run) DO UPDATE SET first_run = excluded.first_run, part = excluded.part, "
      "events = excluded.events, ended_at = excluded.ended_at",
      {run.id, run.run, run.first_run, std::int64_t{run.part}, run.events, ToMillis(run.ended_at)}));
  // After the row above, so that two servers that archive the same run take turns.
  WEFT_TRY_VOID(t.Execute("DELETE FROM archived_history WHERE id = ?1 AND run = ?2", {run.id, run.run}));
  const auto compressed = Compress(history);
  for (std::size_t at = 0; at < compressed.size(); at += kPiece) {
    WEFT_TRY_VOID(
        t.Execute("INSERT INTO archived_history (id, run, piece, bytes) VALUES (?1, ?2, ?3, ?4)",
                  {run.id, run.run, static_cast<std::int64_t>(at / kPiece), Blob{compressed.substr(at, kPiece)}}));
  }
  return {};
}

Result<std::vector<ArchivedRun>> ListArchivedRuns(Transaction& t, std::string_view id, std::string_view first_run) {
  WEFT_TRY(const auto rows, t.Query("SELECT id, first_run, run, part, events, ended_at FROM archived_runs "
                                    "WHERE id = ?1 AND first_run = ?2 ORDER BY part",
                                    {std::string(id), std::string(first_run)}));
  std::vector<ArchivedRun> runs;
  for (const auto& row : rows) {
    runs.push_back({.id = row.Text(0),
                    .first_run = row.Text(1),
                    .run = row.Text(2),
                    .part = static_cast<int>(row.Int(3)),
                    .events = row.Int(4),
                    .ended_at = FromMillis(row.Int(5))});
  }
  return runs;
}

Result<bool> IsRunArchived(Transaction& t, std::string_view id, std::string_view run) {
  WEFT_TRY(const auto rows,
           t.Query("SELECT 1 FROM archived_runs WHERE id = ?1 AND run = ?2", {std::string(id), std::string(run)}));
  return !rows.empty();
}

Result<std::optional<std::string>> ReadArchivedHistory(Transaction& t, std::string_view id, std::string_view run) {
  WEFT_TRY(const auto rows, t.Query("SELECT bytes FROM archived_history WHERE id = ?1 AND run = ?2 ORDER BY piece",
                                    {std::string(id), std::string(run)}));
  if (rows.empty()) return std::nullopt;
  std::string compressed;
  for (const auto& row : rows) compressed += row.Bytes(0);
  return Decompressed(compressed);
}

Result<std::optional<ArchivedInstance>> FindArchived(Transaction& t, std::string_view id, std::string_view run) {
  Conditions conditions;
  conditions.Add("id = ", std::string(id));
  if (!run.empty()) {
    const auto end = conditions.Next();
    // Only where it is as long: substr would begin before the text, and so compare less of it.
    const auto ends = [&](const std::string& column) {
      return "(length(" + column + ") >= length(" + end + ") AND substr(" + column + ", length(" + column +
             ") - length(" + end + ") + 1) = ";
    };
    conditions.Add("(" + ends("first_run"), std::string(run), ") OR " + ends("last_run") + end + "))");
  }
  const auto sql = "SELECT " + std::string(kColumns) + ", document FROM archived_instances" + conditions.sql() +
                   " ORDER BY started_at DESC, first_run DESC LIMIT " + conditions.Next();
  WEFT_TRY(const auto rows, t.Query(sql, conditions.WithLimit(1)));
  if (rows.empty()) return std::nullopt;
  auto instance = InstanceOf(rows.front());
  WEFT_TRY(instance.document, Decompressed(rows.front().Bytes(12)));
  return instance;
}

Result<std::vector<ArchivedInstance>> ListArchived(Transaction& t, const ArchiveFilter& filter) {
  Conditions conditions;
  conditions.AddText("ns", filter.ns);
  conditions.AddText("workflow", filter.workflow);
  conditions.AddText("trigger_id", filter.trigger_id);
  conditions.AddText("trigger_kind", filter.trigger_kind);
  if (!filter.except_kind.empty()) conditions.Add("trigger_kind <> ", filter.except_kind);
  conditions.AddOneOf("status", filter.statuses);
  if (filter.started_from) conditions.Add("started_at >= ", ToMillis(*filter.started_from));
  if (filter.started_before) conditions.Add("started_at < ", ToMillis(*filter.started_before));
  if (!filter.search.empty()) {
    const auto pattern = conditions.Next();
    conditions.Add("(lower(id) LIKE ", LikeContaining(filter.search),
                   " ESCAPE '\\' OR lower(search) LIKE " + pattern + " ESCAPE '\\')");
  }
  if (filter.after_started) {
    const auto started = conditions.Next();
    conditions.Add("started_at <= ", ToMillis(*filter.after_started));
    conditions.Add("(started_at < " + started + " OR first_run < ", filter.after_run, ")");
  }
  const auto sql = "SELECT " + std::string(kColumns) + " FROM archived_instances" + conditions.sql() +
                   " ORDER BY started_at DESC, first_run DESC LIMIT " + conditions.Next();
  WEFT_TRY(const auto rows, t.Query(sql, conditions.WithLimit(filter.limit)));
  std::vector<ArchivedInstance> instances;
  for (const auto& row : rows) instances.push_back(InstanceOf(row));
  return instances;
}

Result<std::vector<WorkflowStats>> ListStats(Transaction& t, Timestamp from, int hours) {
  constexpr std::chrono::milliseconds kHour = std::chrono::hours(1);
  const std::vector<SqlValue> span{ToMillis(from), ToMillis(from + hours * kHour)};
  WEFT_TRY(const auto counts, t.Query("SELECT ns, workflow, (ended_at - ?1) / 3600000 AS hour, "
                                      "COUNT(CASE WHEN status = 'completed' THEN 1 END), "
                                      "COUNT(CASE WHEN status IN ('failed', 'timed_out', 'terminated') THEN 1 END) "
                                      "FROM archived_instances WHERE ended_at >= ?1 AND ended_at < ?2 "
                                      "AND trigger_kind <> 'test' GROUP BY ns, workflow, hour ORDER BY ns, workflow",
                                      span));
  WEFT_TRY(
      const auto spans,
      t.Query("SELECT ns, workflow, MIN(took) FROM (SELECT ns, workflow, ended_at - started_at AS took, "
              "ROW_NUMBER() OVER (PARTITION BY ns, workflow ORDER BY ended_at - started_at) AS place, "
              "COUNT(*) OVER (PARTITION BY ns, workflow) AS total FROM archived_instances "
              "WHERE ended_at >= ?1 AND ended_at < ?2 AND status = 'completed' AND trigger_kind <> 'test') AS ranked "
              "WHERE place * 100 >= total * 95 GROUP BY ns, workflow",
              span));
  std::map<std::pair<std::string, std::string>, Duration> p95;
  for (const auto& row : spans) p95.emplace(std::pair(row.Text(0), row.Text(1)), row.Int(2));
  std::vector<WorkflowStats> stats;
  for (const auto& row : counts) {
    if (stats.empty() || stats.back().ns != row.Text(0) || stats.back().workflow != row.Text(1)) {
      auto& added =
          stats.emplace_back(WorkflowStats{.ns = row.Text(0), .workflow = row.Text(1), .hours = {}, .p95 = {}});
      added.hours.resize(static_cast<std::size_t>(hours));
      if (const auto found = p95.find({added.ns, added.workflow}); found != p95.end()) added.p95 = found->second;
    }
    stats.back().hours[static_cast<std::size_t>(row.Int(2))] = {.completed = row.Int(3), .failed = row.Int(4)};
  }
  return stats;
}

Result<std::int64_t> DeleteArchivedBefore(Transaction& t, Timestamp before, int limit) {
  const std::vector<SqlValue> values{ToMillis(before), std::int64_t{limit}};
  WEFT_TRY(const auto instances,
           t.Execute("DELETE FROM archived_instances WHERE (id, first_run) IN "
                     "(SELECT id, first_run FROM archived_instances WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2)",
                     values));
  // A run goes with its instance; that of a chain which still goes on, by itself.
  WEFT_TRY(const auto runs,
           t.Query("DELETE FROM archived_runs WHERE (id, run) IN (SELECT id, run FROM archived_runs r "
                   "WHERE r.ended_at < ?1 AND NOT EXISTS (SELECT 1 FROM archived_instances i "
                   "WHERE i.id = r.id AND i.first_run = r.first_run) ORDER BY r.ended_at LIMIT ?2) RETURNING id, run",
                   values));
  for (const auto& run : runs) {
    WEFT_TRY_VOID(t.Execute("DELETE FROM archived_history WHERE id = ?1 AND run = ?2", {run.Text(0), run.Text(1)}));
  }
  return instances + static_cast<std::int64_t>(runs.size());
}

}  // namespace weft::store
