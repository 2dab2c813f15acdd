#pragma once

#include <functional>
#include <string>
#include <vector>

#include "progress/hub.h"
#include "store/sql.h"

namespace weft::server {

/// What workers have sent of an instance's nodes, line by line, as HubOptions::logs wants it. `database` must outlive
/// it. Blocks on the store.
std::function<Result<std::vector<progress::LogLine>>(const std::string&, const std::string&, std::int64_t)> StoredLines(
    store::Database& database);

}  // namespace weft::server
