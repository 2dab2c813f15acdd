#include "store/logs.h"

#include "store/placeholders.h"

namespace weft::store {
namespace {

Result<std::int64_t> TotalOf(Transaction& t, const std::string& instance, const LogChunk& chunk) {
  WEFT_TRY(const auto rows, t.Query("SELECT total FROM logs WHERE instance = ?1 AND run = ?2 AND path = ?3 "
                                    "ORDER BY sequence DESC LIMIT 1",
                                    {instance, chunk.run, chunk.path}));
  return rows.empty() ? 0 : rows.front().Int(0);
}

}  // namespace

Result<void> AppendLogs(Transaction& t, std::string_view instance, const std::vector<LogChunk>& chunks, Timestamp now) {
  const std::string id(instance);
  // Whoever has read up to a sequence must never find a smaller one later.
  WEFT_TRY_VOID(t.Lock("logs/" + id));
  WEFT_TRY(const auto last, t.Query("SELECT MAX(sequence) FROM logs WHERE instance = ?1", {id}));
  auto sequence = last.front().Int(0);
  for (const auto& chunk : chunks) {
    WEFT_TRY(const auto before, TotalOf(t, id, chunk));
    const auto total = before + static_cast<std::int64_t>(chunk.text.size());
    WEFT_TRY(const auto added,
             t.Execute("INSERT INTO logs (instance, sequence, chunk, run, path, attempt, stream, text, at, total, "
                       "received_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
                       "ON CONFLICT (instance, chunk) DO NOTHING",
                       {id, sequence + 1, OrNull(chunk.id), chunk.run, chunk.path, std::int64_t{chunk.attempt},
                        chunk.stream, chunk.text, ToMillis(chunk.at), total, ToMillis(now)}));
    if (added == 0) continue;
    ++sequence;
    if (total <= kMostLogBytesOfNode) continue;
    WEFT_TRY_VOID(t.Execute("DELETE FROM logs WHERE instance = ?1 AND run = ?2 AND path = ?3 AND total <= ?4",
                            {id, chunk.run, chunk.path, total - kMostLogBytesOfNode}));
  }
  return {};
}

Result<std::vector<LogChunk>> ReadLogs(Transaction& t, std::string_view instance, const LogFilter& filter) {
  std::string sql =
      "SELECT sequence, run, path, attempt, stream, text, at FROM logs WHERE instance = ?1 AND sequence > ?2";
  std::vector<SqlValue> values{std::string(instance), filter.after, std::int64_t{filter.limit}};
  if (!filter.path.empty()) {
    values.emplace_back(filter.path);
    sql += " AND path = ?4";
  }
  if (!filter.runs.empty()) {
    sql += " AND run IN (" + Placeholders(values.size() + 1, filter.runs.size()) + ")";
    values = TextValues(std::move(values), filter.runs);
  }
  WEFT_TRY(const auto rows, t.Query(sql + " ORDER BY sequence LIMIT ?3", std::move(values)));
  std::vector<LogChunk> chunks;
  for (const auto& row : rows) {
    chunks.push_back({.sequence = row.Int(0),
                      .run = row.Text(1),
                      .path = row.Text(2),
                      .attempt = static_cast<int>(row.Int(3)),
                      .stream = row.Text(4),
                      .text = row.Text(5),
                      .at = FromMillis(row.Int(6))});
  }
  return chunks;
}

Result<std::int64_t> DeleteLogsBefore(Transaction& t, Timestamp before, int limit) {
  return t.Execute(
      "DELETE FROM logs WHERE (instance, sequence) IN "
      "(SELECT instance, sequence FROM logs WHERE received_at < ?1 ORDER BY received_at LIMIT ?2)",
      {ToMillis(before), std::int64_t{limit}});
}

}  // namespace weft::store
