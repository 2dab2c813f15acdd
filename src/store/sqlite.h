#pragma once

#include <memory>
#include <string>

#include "store/sql.h"

namespace weft::store {

/// A file of SQLite, for all threads of this process and for other processes of this machine. One connection writes,
/// up to `readers` read beside it (WAL). Writes that wait for each other share one commit: a commit costs an fsync.
Result<std::unique_ptr<Database>> OpenSqlite(const std::string& path, int readers);

}  // namespace weft::store
