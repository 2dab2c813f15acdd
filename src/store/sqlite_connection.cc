#include "store/sqlite_connection.h"

namespace weft::store {
namespace {

/// Another process that holds the file is given this long.
constexpr int kBusyMilliseconds = 10'000;
/// Of the statements with changing text (filters) only so many are kept.
constexpr std::size_t kMostStatements = 300;

int Bind(sqlite3_stmt* statement, int position, const SqlValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, position, *number);
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, position, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    return sqlite3_bind_blob64(statement, position, blob->bytes.data(), blob->bytes.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, position);
}

SqlValue Column(sqlite3_stmt* statement, int column) {
  const auto bytes = [&](const void* data) {
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return size == 0 ? std::string() : std::string(static_cast<const char*>(data), size);
  };
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER: return sqlite3_column_int64(statement, column);
    case SQLITE_TEXT: return bytes(sqlite3_column_text(statement, column));
    case SQLITE_BLOB: return Blob{bytes(sqlite3_column_blob(statement, column))};
    default: return std::monostate();
  }
}

/// Ends the use of a statement on every path.
class Use {
 public:
  explicit Use(sqlite3_stmt* statement) : statement_(statement) {}
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

 private:
  sqlite3_stmt* statement_;
};

}  // namespace

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(const std::string& path, Role role) {
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(path));
  if (sqlite3_open_v2(path.c_str(), &connection->db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) !=
      SQLITE_OK) {
    return connection->Failure();
  }
  sqlite3_extended_result_codes(connection->db_, 1);
  sqlite3_busy_timeout(connection->db_, kBusyMilliseconds);
  std::vector<std::string_view> settings{"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                                         "PRAGMA temp_store = MEMORY", "PRAGMA journal_size_limit = 67108864"};
  if (role == Role::kRead)
    settings = {"PRAGMA query_only = ON", "PRAGMA temp_store = MEMORY", "PRAGMA cache_size = -512"};
  for (const auto setting : settings) WEFT_TRY_VOID(connection->Query(setting));
  return connection;
}

SqliteConnection::~SqliteConnection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(db_);
}

Result<sqlite3_stmt*> SqliteConnection::Prepare(std::string_view sql) {
  if (const auto found = statements_.find(sql); found != statements_.end()) return found->second;
  if (statements_.size() >= kMostStatements) {
    for (const auto& [text, statement] : statements_) sqlite3_finalize(statement);
    statements_.clear();
  }
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK) {
    return Failure();
  }
  statements_.emplace(sql, statement);
  return statement;
}

Result<Rows> SqliteConnection::Query(std::string_view sql, const std::vector<SqlValue>& parameters) {
  WEFT_TRY(auto* const statement, Prepare(sql));
  const Use use(statement);
  if (sqlite3_bind_parameter_count(statement) != static_cast<int>(parameters.size())) {
    return Fail("internal", "a statement has another number of placeholders than it was given values");
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (Bind(statement, static_cast<int>(i) + 1, parameters[i]) != SQLITE_OK) return Failure();
  }
  Rows rows;
  int step = SQLITE_ROW;
  while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
    std::vector<SqlValue> values;
    const int columns = sqlite3_column_count(statement);
    for (int column = 0; column < columns; ++column) values.push_back(Column(statement, column));
    rows.emplace_back(std::move(values));
  }
  if (step != SQLITE_DONE) return Failure();
  return rows;
}

Result<std::int64_t> SqliteConnection::Execute(std::string_view sql, const std::vector<SqlValue>& parameters) {
  WEFT_TRY_VOID(Query(sql, parameters));
  return sqlite3_changes64(db_);
}

std::unexpected<Error> SqliteConnection::Failure() const {
  const int code = sqlite3_extended_errcode(db_);
  const std::string words = sqlite3_errmsg(db_);
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY || code == SQLITE_CONSTRAINT_ROWID) {
    return Fail("store.exists", "the database has such an entry already (" + words + ")");
  }
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
      return Fail("store.full",
                  "cannot write to " + path_ + " (" + words + "); free space on its disk, or make it writable");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Fail("store.unavailable", "another program keeps " + path_ + " locked; end it or try again");
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM:
      return Fail("store.unavailable", "cannot use " + path_ + " (" + words + "); look after its disk and permissions");
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return Fail("store.unavailable", path_ + " is not a sound SQLite database (" + words +
                                           "); name another file, or put a backup in its place");
    default: return Fail("internal", "the database refused a statement: " + words);
  }
}

}  // namespace weft::store
