#include "store/webhook_paths.h"

namespace weft::store {

Result<void> ReplaceWebhookPaths(Transaction& t, std::string_view ns, std::string_view name,
                                 const std::vector<WebhookPath>& paths) {
  const std::string in(ns), of(name);
  // Two deploys that want each other's paths must not wait for one another.
  WEFT_TRY_VOID(t.Lock("webhook_paths/" + in));
  WEFT_TRY_VOID(t.Execute("DELETE FROM webhook_paths WHERE ns = ?1 AND name = ?2", {in, of}));
  for (const auto& path : paths) {
    WEFT_TRY(const auto added,
             t.Execute("INSERT INTO webhook_paths (ns, path, method, name, trigger_id) VALUES (?1, ?2, ?3, ?4, ?5) "
                       "ON CONFLICT (ns, path, method) DO NOTHING",
                       {in, path.path, path.method, of, path.trigger_id}));
    if (added > 0) continue;
    WEFT_TRY(const auto owners,
             t.Query("SELECT name, trigger_id FROM webhook_paths WHERE ns = ?1 AND path = ?2 AND method = ?3",
                     {in, path.path, path.method}));
    const std::string owner = owners.empty() ? "" : owners.front().Text(0);
    return Fail("conflict", path.method + " /hooks/" + in + '/' + path.path +
                                (owner == of ? " is given to two triggers of this workflow; leave it to one of them"
                                             : " belongs to the workflow `" + owner +
                                                   "` already; choose another path, or delete that workflow first"));
  }
  return {};
}

Result<std::vector<WebhookPath>> FindWebhookPaths(Transaction& t, std::string_view ns, std::string_view path) {
  WEFT_TRY(const auto rows, t.Query("SELECT ns, path, method, name, trigger_id FROM webhook_paths "
                                    "WHERE ns = ?1 AND path = ?2 ORDER BY method",
                                    {std::string(ns), std::string(path)}));
  std::vector<WebhookPath> paths;
  for (const auto& row : rows) {
    paths.push_back({.ns = row.Text(0),
                     .path = row.Text(1),
                     .method = row.Text(2),
                     .name = row.Text(3),
                     .trigger_id = row.Text(4)});
  }
  return paths;
}

}  // namespace weft::store
