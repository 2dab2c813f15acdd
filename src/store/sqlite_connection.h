#pragma once

#include <sqlite3.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

namespace weft::store {

/// One connection to a file of SQLite, with its prepared statements. For one thread at a time.
class SqliteConnection {
 public:
  enum class Role { kWrite, kRead };
  /// The file must be there.
  static Result<std::unique_ptr<SqliteConnection>> Open(const std::string& path, Role role);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  Result<Rows> Query(std::string_view sql, const std::vector<SqlValue>& parameters = {});
  /// Number of rows that were changed.
  Result<std::int64_t> Execute(std::string_view sql, const std::vector<SqlValue>& parameters = {});
  /// False: after some failures (a full disk) SQLite has rolled back by itself.
  [[nodiscard]] bool InTransaction() const { return sqlite3_get_autocommit(db_) == 0; }

 private:
  explicit SqliteConnection(std::string path) : path_(std::move(path)) {}
  Result<sqlite3_stmt*> Prepare(std::string_view sql);
  [[nodiscard]] std::unexpected<Error> Failure() const;

  const std::string path_;
  sqlite3* db_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> statements_;
};

/// The transaction that a body sees: remembers the first failure, which no body can talk away.
class SqliteTransaction : public Transaction {
 public:
  explicit SqliteTransaction(SqliteConnection& connection) : connection_(connection) {}

  Result<Rows> Query(std::string_view sql, std::vector<SqlValue> parameters) override {
    return Noted(connection_.Query(sql, parameters));
  }
  Result<std::int64_t> Execute(std::string_view sql, std::vector<SqlValue> parameters) override {
    return Noted(connection_.Execute(sql, parameters));
  }
  Result<void> Lock(std::string_view /*name*/) override { return {}; }

  /// Runs it; the body's own error, or that of a statement.
  Result<void> Run(const std::function<Result<void>(Transaction&)>& body) {
    failure_.reset();
    auto result = body(*this);
    if (result && failure_) return std::unexpected(*failure_);
    return result;
  }

 private:
  template <class T>
  Result<T> Noted(Result<T> result) {
    if (!result && !failure_) failure_ = result.error();
    return result;
  }

  SqliteConnection& connection_;
  std::optional<Error> failure_;
};

}  // namespace weft::store
