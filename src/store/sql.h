#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/time.h"

/// The store's ground: transactions of plain SQL that SQLite 3.40 and PostgreSQL 15 both understand. Repositories
/// (`definitions.h`, `deliveries.h`, …) are written once on top of it.
namespace weft::store {

struct Blob {
  std::string bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};

/// What a column holds and a placeholder takes: NULL, a number, text (UTF-8 without NUL), bytes. Times are milliseconds
/// since the epoch, booleans 0 and 1, documents JSON text.
using SqlValue = std::variant<std::monostate, std::int64_t, std::string, Blob>;

inline SqlValue OrNull(std::string text) { return text.empty() ? SqlValue() : SqlValue(std::move(text)); }

/// Moments as columns hold them.
inline std::int64_t ToMillis(Timestamp t) {
  return std::chrono::floor<std::chrono::milliseconds>(t).time_since_epoch().count();
}
inline Timestamp FromMillis(std::int64_t millis) { return Timestamp(std::chrono::milliseconds(millis)); }

/// For `lower(column) LIKE ?1 ESCAPE '\'`: whatever holds `text`, capitals (of ASCII) aside.
std::string LikeContaining(std::string_view text);

class Row {
 public:
  explicit Row(std::vector<SqlValue> values) : values_(std::move(values)) {}

  /// By position. NULL reads as empty, zero; `IsNull` tells them apart. A column of another type is a fault of the
  /// query and aborts.
  [[nodiscard]] const std::string& Text(std::size_t column) const;
  [[nodiscard]] std::int64_t Int(std::size_t column) const;
  [[nodiscard]] bool Bool(std::size_t column) const { return Int(column) != 0; }
  [[nodiscard]] const std::string& Bytes(std::size_t column) const;
  [[nodiscard]] bool IsNull(std::size_t column) const;

 private:
  std::vector<SqlValue> values_;
};

using Rows = std::vector<Row>;

/// One transaction. Placeholders are `?1`, `?2`, … Both engines know: `INSERT … ON CONFLICT (…) DO NOTHING / DO
/// UPDATE`, `RETURNING`, `LIMIT`, common table expressions; types are `BIGINT`, `TEXT` and (written so in migrations)
/// `BLOB`. Text is compared by its bytes. For one thread, inside the function that got it, which must not use the
/// database in another way meanwhile.
///
/// A Write of SQLite has the database for itself. On PostgreSQL others commit between two statements (read committed):
/// what is read first and written afterwards needs `Lock`, or to be one statement. A Read sees one moment on both.
class Transaction {
 public:
  virtual ~Transaction() = default;

  /// Fails with `store.exists` when a unique constraint is hurt, `store.full`, `store.unavailable`, else `internal`
  /// with the engine's words. After a failure the transaction can only be given up: return the error.
  virtual Result<Rows> Query(std::string_view sql, std::vector<SqlValue> parameters = {}) = 0;
  /// Number of rows that were changed.
  virtual Result<std::int64_t> Execute(std::string_view sql, std::vector<SqlValue> parameters = {}) = 0;

  /// Holds `name` until the end of the transaction, against transactions of all servers. In a Write of SQLite there is
  /// nothing to do: it has one writer at a time.
  virtual Result<void> Lock(std::string_view name) = 0;
};

struct DatabaseOptions {
  /// `postgresql://…`, or the path of a SQLite file (made when missing, 0600).
  std::string url;
  /// Most connections of PostgreSQL, most readers of SQLite.
  int connections = 8;
};

/// A database that all servers of an installation share. Any thread; calls block.
class Database {
 public:
  /// Opens it and applies what migrations are missing. Fails with `store.unavailable` when it cannot be reached (the
  /// address is named, its password never), `store.newer` when a newer binary has already migrated it.
  static Result<std::unique_ptr<Database>> Open(const DatabaseOptions& options);
  virtual ~Database() = default;

  /// Runs `body` in a transaction and commits, or rolls back when it returns an error. `body` may run more than once
  /// (a deadlock, a connection that was lost), and on the thread of another Write (several share one commit): it must
  /// have no effect but on the transaction and its own result. When the connection is lost in the commit itself, the
  /// error `store.unavailable` does not tell whether it took place.
  Result<void> Write(const std::function<Result<void>(Transaction&)>& body) { return Run(body, true); }
  /// For queries only.
  Result<void> Read(const std::function<Result<void>(Transaction&)>& body) { return Run(body, false); }

  /// The same for a body with a result: `Write<Started>([&](auto& t) -> Result<Started> { … })`.
  template <class T>
  Result<T> Write(const std::function<Result<T>(Transaction&)>& body) {
    return WithResult<T>(body, true);
  }
  template <class T>
  Result<T> Read(const std::function<Result<T>(Transaction&)>& body) {
    return WithResult<T>(body, false);
  }

  /// `sqlite` or `postgresql`.
  [[nodiscard]] virtual std::string_view engine() const = 0;

 protected:
  virtual Result<void> Run(const std::function<Result<void>(Transaction&)>& body, bool write) = 0;

 private:
  template <class T>
  Result<T> WithResult(const std::function<Result<T>(Transaction&)>& body, bool write) {
    std::optional<T> value;
    const auto ran = Run(
        [&](Transaction& transaction) -> Result<void> {
          auto result = body(transaction);
          if (!result) return std::unexpected(std::move(result).error());
          value.emplace(*std::move(result));
          return {};
        },
        write);
    if (!ran) return std::unexpected(ran.error());
    return *std::move(value);
  }
};

}  // namespace weft::store
