#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

/// Which workflow's trigger answers `/hooks/NS/PATH`.
namespace weft::store {

struct WebhookPath {
  std::string ns;
  std::string path;    ///< as in the file, without a leading slash
  std::string method;  ///< in capitals
  std::string name, trigger_id;
  friend bool operator==(const WebhookPath&, const WebhookPath&) = default;
};

/// Makes `paths` the only ones of the workflow (`ns` and `name` of the entries are not read); none: it gives all of
/// them up. Fails with `conflict`, naming the workflow that has one already.
Result<void> ReplaceWebhookPaths(Transaction& t, std::string_view ns, std::string_view name,
                                 const std::vector<WebhookPath>& paths);

/// Of all methods, so that the caller can tell a wrong method from a wrong path.
Result<std::vector<WebhookPath>> FindWebhookPaths(Transaction& t, std::string_view ns, std::string_view path);

}  // namespace weft::store
