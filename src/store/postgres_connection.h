#pragma once

#include <libpq-fe.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

namespace weft::store {

/// One connection to PostgreSQL, with its prepared statements. For one thread at a time.
class PostgresConnection {
 public:
  /// Fails with `store.unavailable`, naming `place` (never the URL, which may hold a password).
  static Result<std::unique_ptr<PostgresConnection>> Open(const std::string& url, const std::string& place);

  struct Answer {
    Rows rows;
    std::int64_t changed = 0;
    std::string tag;  ///< `COMMIT`, `INSERT 0 1`
  };
  Result<Answer> Send(std::string_view sql, const std::vector<SqlValue>& parameters = {});

  /// The server is gone, or has ended the connection.
  [[nodiscard]] bool lost() const { return PQstatus(connection_.get()) != CONNECTION_OK; }
  /// The last failure was the fault of another transaction, and the same may succeed now.
  [[nodiscard]] bool may_retry() const { return may_retry_; }

 private:
  struct Closer {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using Answered = std::unique_ptr<PGresult, Closer>;

  explicit PostgresConnection(std::string place) : place_(std::move(place)) {}
  /// The name of the prepared statement.
  Result<std::string> Prepare(std::string_view sql, const std::vector<SqlValue>& parameters);
  std::unexpected<Error> Failure(const PGresult* result);

  const std::string place_;
  std::unique_ptr<PGconn, Closer> connection_;
  std::map<std::string, std::string, std::less<>> statements_;  ///< by text and types
  bool may_retry_ = false;
};

/// The transaction that a body sees: remembers the first failure, which no body can talk away.
class PostgresTransaction : public Transaction {
 public:
  explicit PostgresTransaction(PostgresConnection& connection) : connection_(connection) {}

  Result<Rows> Query(std::string_view sql, std::vector<SqlValue> parameters) override;
  Result<std::int64_t> Execute(std::string_view sql, std::vector<SqlValue> parameters) override;
  Result<void> Lock(std::string_view name) override;

  /// Of a statement, whatever the body made of it.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

 private:
  Result<PostgresConnection::Answer> Send(std::string_view sql, const std::vector<SqlValue>& parameters);

  PostgresConnection& connection_;
  std::optional<Error> failure_;
};

}  // namespace weft::store
