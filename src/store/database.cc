#include <algorithm>
#include <chrono>
#include <string>

#include "base/clock.h"
#include "store/dialect.h"
#include "store/migrations.h"
#include "store/postgres.h"
#include "store/sql.h"
#include "store/sqlite.h"

namespace weft::store {
namespace {

Result<void> Apply(Transaction& t, std::string_view engine, const Migration& migration) {
  for (const auto& statement : StatementsFor(engine, migration.sql)) WEFT_TRY_VOID(t.Execute(statement));
  const auto now = Now();
  WEFT_TRY_VOID(t.Execute("INSERT INTO schema_migrations (number, name, applied_at) VALUES (?1, ?2, ?3)",
                          {std::int64_t{migration.number}, std::string(migration.name), ToMillis(now)}));
  return {};
}

Result<void> Migrate(Database& database) {
  static constexpr std::string_view kMigrationTable = R"sql(
    CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL))sql";
  return database.Write([&](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(t.Lock("schema_migrations"));
    for (const auto& statement : StatementsFor(database.engine(), kMigrationTable)) WEFT_TRY_VOID(t.Execute(statement));
    WEFT_TRY(const auto rows, t.Query("SELECT MAX(number) FROM schema_migrations"));
    const auto present = rows.front().Int(0);
    const auto known = Migrations().empty() ? 0 : Migrations().back().number;
    if (present > known) {
      return Fail("store.newer", "a newer weft has used this database (its schema is " + std::to_string(present) +
                                     ", this binary knows " + std::to_string(known) +
                                     "); start that version, or name another database");
    }
    for (const auto& migration : Migrations()) {
      if (migration.number > present) WEFT_TRY_VOID(Apply(t, database.engine(), migration));
    }
    return {};
  });
}

}  // namespace

Result<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options) {
  const auto& url = options.url;
  const bool postgres = url.starts_with("postgresql://") || url.starts_with("postgres://");
  if (!postgres && url.find("://") != std::string::npos) {
    return Fail("settings", "the database is neither a postgresql:// URL nor the path of a file");
  }
  WEFT_TRY(auto database, postgres ? OpenPostgres(url, options.connections) : OpenSqlite(url, options.connections));
  WEFT_TRY_VOID(Migrate(*database));
  return database;
}

}  // namespace weft::store
