#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// API tokens. A token's text is shown once and never stored: only its SHA-256 is.
namespace weft::store {

struct Token {
  std::string id;                        ///< a ULID
  std::string name;                      ///< for people, unique
  std::string hash;                      ///< bytes of SHA-256
  std::vector<std::string> permissions;  ///< `view`, `operate`, …
  std::vector<std::string> namespaces;   ///< a worker's secrets come from these only; none: all
  std::string created_by;
  Timestamp created_at{};
  std::optional<Timestamp> expires_at;
  std::optional<Timestamp> used_at;  ///< to the minute
};

/// Fails with `store.exists` when the name is taken.
Result<void> AddToken(Transaction& t, const Token& token);
/// nullopt: unknown, revoked or expired.
Result<std::optional<Token>> FindToken(Transaction& t, std::string_view hash, Timestamp now);
/// By name.
Result<std::vector<Token>> ListTokens(Transaction& t);
/// The token that was there under this id or name, which is revoked by it.
Result<std::optional<Token>> DeleteToken(Transaction& t, std::string_view id_or_name);
Result<void> MarkTokenUsed(Transaction& t, std::string_view id, Timestamp now);

}  // namespace weft::store
