#include "store/postgres_connection.h"

#include <array>
#include <charconv>
#include <string>

#include "store/dialect.h"

namespace weft::store {
namespace {

// Of pg_type.dat; they never change.
constexpr Oid kBool = 16, kBytea = 17, kInt8 = 20, kInt2 = 21, kInt4 = 23, kTextType = 25, kNumeric = 1700;
constexpr Oid kInferred = 0;
/// Of the statements with changing text (filters) only so many are kept prepared.
constexpr std::size_t kMostStatements = 300;

Oid TypeOf(const SqlValue& value) {
  static constexpr std::array<Oid, 4> kTypes{kInferred, kInt8, kTextType, kBytea};
  return kTypes.at(value.index());
}

/// Parameters as libpq takes them; bytes stay the caller's.
struct Bound {
  explicit Bound(const std::vector<SqlValue>& parameters) {
    numbers.reserve(parameters.size());
    for (const auto& parameter : parameters) {
      if (const auto* number = std::get_if<std::int64_t>(&parameter)) {
        Add(numbers.emplace_back(std::to_string(*number)), false);
      } else if (const auto* text = std::get_if<std::string>(&parameter)) {
        Add(*text, true);
      } else if (const auto* blob = std::get_if<Blob>(&parameter)) {
        Add(blob->bytes, true);
      } else {
        values.push_back(nullptr);
        lengths.push_back(0);
        formats.push_back(0);
      }
    }
  }
  void Add(const std::string& bytes, bool binary) {
    values.push_back(bytes.c_str());
    lengths.push_back(static_cast<int>(bytes.size()));
    formats.push_back(binary ? 1 : 0);
  }

  std::vector<std::string> numbers;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;
};

SqlValue Column(const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) != 0) return std::monostate();
  const std::string_view text(PQgetvalue(result, row, column),
                              static_cast<std::size_t>(PQgetlength(result, row, column)));
  switch (PQftype(result, column)) {
    case kBool: return std::int64_t{text == "t"};
    case kInt2:
    case kInt4:
    case kInt8:
    case kNumeric: {  // a sum of BIGINTs
      std::int64_t number = 0;
      std::from_chars(text.data(), text.data() + text.size(), number);
      return number;
    }
    case kBytea: {
      std::size_t size = 0;
      unsigned char* bytes = PQunescapeBytea(reinterpret_cast<const unsigned char*>(text.data()), &size);
      Blob blob{.bytes = std::string(reinterpret_cast<const char*>(bytes), size)};
      PQfreemem(bytes);
      return blob;
    }
    default: return std::string(text);
  }
}

std::string WithoutNewline(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

Result<std::unique_ptr<PostgresConnection>> PostgresConnection::Open(const std::string& url, const std::string& place) {
  // The last of several counts, so that the URL can set them too.
  static constexpr std::array kNames{
      "connect_timeout",     "application_name", "tcp_user_timeout", "keepalives_idle",
      "keepalives_interval", "dbname",           "client_encoding",  static_cast<const char*>(nullptr)};
  const std::array kValues{"5", "weft", "15000", "15", "5", url.c_str(), "UTF8", static_cast<const char*>(nullptr)};
  std::unique_ptr<PostgresConnection> opened(new PostgresConnection(place));
  opened->connection_.reset(PQconnectdbParams(kNames.data(), kValues.data(), 1));
  if (opened->lost()) {
    return Fail("store.unavailable", "cannot connect to the database " + place + ": " +
                                         WithoutNewline(PQerrorMessage(opened->connection_.get())));
  }
  PQsetNoticeProcessor(opened->connection_.get(), [](void*, const char*) {}, nullptr);
  // A server that hangs or is cut off must not keep others from what it has locked.
  for (const auto* setting : {"SET statement_timeout = '60s'", "SET idle_in_transaction_session_timeout = '60s'"}) {
    WEFT_TRY_VOID(opened->Send(setting));
  }
  return opened;
}

Result<std::string> PostgresConnection::Prepare(std::string_view sql, const std::vector<SqlValue>& parameters) {
  std::string key(sql);
  std::vector<Oid> types;
  for (const auto& parameter : parameters) {
    types.push_back(TypeOf(parameter));
    key += static_cast<char>(1 + parameter.index());
  }
  if (const auto found = statements_.find(key); found != statements_.end()) return found->second;
  // The unnamed statement is replaced each time.
  const auto name = statements_.size() < kMostStatements ? "s" + std::to_string(statements_.size()) : std::string();
  const Answered prepared(PQprepare(connection_.get(), name.c_str(), WithDollarPlaceholders(sql).c_str(),
                                    static_cast<int>(types.size()), types.data()));
  if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return Failure(prepared.get());
  if (!name.empty()) statements_.emplace(std::move(key), name);
  return name;
}

Result<PostgresConnection::Answer> PostgresConnection::Send(std::string_view sql,
                                                            const std::vector<SqlValue>& parameters) {
  WEFT_TRY(const auto name, Prepare(sql, parameters));
  const Bound bound(parameters);
  const Answered result(PQexecPrepared(connection_.get(), name.c_str(), static_cast<int>(parameters.size()),
                                       bound.values.data(), bound.lengths.data(), bound.formats.data(), 0));
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) return Failure(result.get());
  Answer answer{.rows = {}, .tag = PQcmdStatus(result.get())};
  const int rows = PQntuples(result.get());
  const int columns = PQnfields(result.get());
  for (int row = 0; row < rows; ++row) {
    std::vector<SqlValue> values;
    for (int column = 0; column < columns; ++column) values.push_back(Column(result.get(), row, column));
    answer.rows.emplace_back(std::move(values));
  }
  const std::string_view changed = PQcmdTuples(result.get());
  std::from_chars(changed.data(), changed.data() + changed.size(), answer.changed);
  return answer;
}

std::unexpected<Error> PostgresConnection::Failure(const PGresult* result) {
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = field == nullptr ? "" : field;
  // The primary message alone: details may hold what was to be stored.
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string words =
      primary == nullptr ? WithoutNewline(PQerrorMessage(connection_.get())) : std::string(primary);
  may_retry_ = state == "40001" || state == "40P01";
  if (state == "23505") return Fail("store.exists", "the database has such an entry already (" + words + ")");
  if (state.starts_with("53100") || state == "25006") {
    return Fail("store.full", "the database " + place_ + " cannot be written to (" + words +
                                  "); free space on its disk, or name one that is not read-only");
  }
  // No state: the connection broke. 08, 53, 57: connection, resources, shutting down or a time-out. 55P03: a lock.
  if (state.empty() || state.starts_with("08") || state.starts_with("53") || state.starts_with("57") ||
      state == "55P03" || state == "25P03" || may_retry_) {
    return Fail("store.unavailable", "the database " + place_ + " did not answer as it should: " + words);
  }
  return Fail("internal", "the database refused a statement: " + words);
}

Result<PostgresConnection::Answer> PostgresTransaction::Send(std::string_view sql,
                                                             const std::vector<SqlValue>& parameters) {
  auto answer = connection_.Send(sql, parameters);
  if (!answer && !failure_) failure_ = answer.error();
  return answer;
}

Result<Rows> PostgresTransaction::Query(std::string_view sql, std::vector<SqlValue> parameters) {
  WEFT_TRY(auto answer, Send(sql, parameters));
  return std::move(answer.rows);
}

Result<std::int64_t> PostgresTransaction::Execute(std::string_view sql, std::vector<SqlValue> parameters) {
  WEFT_TRY(const auto answer, Send(sql, parameters));
  return answer.changed;
}

Result<void> PostgresTransaction::Lock(std::string_view name) {
  WEFT_TRY_VOID(Send("SELECT pg_advisory_xact_lock(hashtextextended(?1, 0))", {std::string(name)}));
  return {};
}

}  // namespace weft::store
