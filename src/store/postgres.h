#pragma once

#include <memory>
#include <string>

#include "store/sql.h"

namespace weft::store {

/// A database of PostgreSQL, by up to `connections` connections. Nothing is connected before it is needed.
Result<std::unique_ptr<Database>> OpenPostgres(const std::string& url, int connections);

}  // namespace weft::store
