#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "expr/value.h"
#include "server/route.h"

/// Lists in pages: `{ items, next }`.
namespace weft::server {

struct Page {
  std::string after;  ///< where the page before ended; empty: the first
  int limit = 50;
};

/// `?cursor=` and `?limit=` (1 to 500). Fails with `request`.
Result<Page> PageOf(const Request& request);

/// `{ items, next }`; `next` is null after the last page.
Response PageResponse(std::vector<expr::Value> items, const std::string& next);

}  // namespace weft::server
