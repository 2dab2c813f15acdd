#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What little differs between the common SQL (sql.h) and the engines' own.
namespace weft::store {

/// The statements of a migration, in the engine's words: `STRICT` tables for SQLite, `BYTEA` and text compared by its
/// bytes for PostgreSQL. `--` comments are taken out; there may be no `;` inside a statement.
std::vector<std::string> StatementsFor(std::string_view engine, std::string_view migration);

/// `?1` as `$1`, outside string literals.
std::string WithDollarPlaceholders(std::string_view sql);

}  // namespace weft::store
