#include "store/drafts.h"

namespace weft::store {

Result<std::optional<Draft>> FindDraft(Transaction& t, std::string_view ns, std::string_view name) {
  WEFT_TRY(const auto rows,
           t.Query("SELECT text, revision, author, saved_at, version FROM drafts WHERE ns = ?1 AND name = ?2",
                   {std::string(ns), std::string(name)}));
  if (rows.empty()) return std::nullopt;
  const auto& row = rows.front();
  return Draft{.ns = std::string(ns),
               .name = std::string(name),
               .text = row.Text(0),
               .revision = static_cast<int>(row.Int(1)),
               .author = row.Text(2),
               .saved_at = FromMillis(row.Int(3)),
               .version = row.Text(4)};
}

Result<std::vector<Draft>> ListDrafts(Transaction& t, std::string_view ns) {
  WEFT_TRY(const auto rows, t.Query("SELECT ns, name, revision, author, saved_at, version FROM drafts "
                                    "WHERE ?1 = '' OR ns = ?1 ORDER BY ns, name",
                                    {std::string(ns)}));
  std::vector<Draft> drafts;
  for (const auto& row : rows) {
    drafts.push_back({.ns = row.Text(0),
                      .name = row.Text(1),
                      .text = {},
                      .revision = static_cast<int>(row.Int(2)),
                      .author = row.Text(3),
                      .saved_at = FromMillis(row.Int(4)),
                      .version = row.Text(5)});
  }
  return drafts;
}

Result<void> PutDraft(Transaction& t, const Draft& draft) {
  WEFT_TRY_VOID(t.Execute(
      "INSERT INTO drafts (ns, name, text, revision, author, saved_at, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
      "ON CONFLICT (ns, name) DO UPDATE SET text = excluded.text, revision = excluded.revision, "
      "author = excluded.author, saved_at = excluded.saved_at, version = excluded.version",
      {draft.ns, draft.name, draft.text, std::int64_t{draft.revision}, draft.author, ToMillis(draft.saved_at),
       draft.version}));
  return {};
}

Result<void> DeleteDraft(Transaction& t, std::string_view ns, std::string_view name) {
  WEFT_TRY_VOID(t.Execute("DELETE FROM drafts WHERE ns = ?1 AND name = ?2", {std::string(ns), std::string(name)}));
  return {};
}

Result<void> LockDraft(Transaction& t, std::string_view ns, std::string_view name) {
  return t.Lock("draft/" + std::string(ns) + '/' + std::string(name));
}

}  // namespace weft::store
