#include "store/tokens.h"

#include <sstream>

namespace weft::store {
namespace {

constexpr std::string_view kColumns =
    "id, name, hash, permissions, namespaces, created_by, created_at, expires_at, used_at";

/// Permissions and namespaces hold no spaces.
std::string Joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> WordsOf(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::optional<Timestamp> TimeOf(const Row& row, std::size_t column) {
  if (row.IsNull(column)) return std::nullopt;
  return FromMillis(row.Int(column));
}

Token TokenOf(const Row& row) {
  return {.id = row.Text(0),
          .name = row.Text(1),
          .hash = row.Bytes(2),
          .permissions = WordsOf(row.Text(3)),
          .namespaces = WordsOf(row.Text(4)),
          .created_by = row.Text(5),
          .created_at = FromMillis(row.Int(6)),
          .expires_at = TimeOf(row, 7),
          .used_at = TimeOf(row, 8)};
}

}  // namespace

Result<void> AddToken(Transaction& t, const Token& token) {
  WEFT_TRY_VOID(t.Execute(
      "INSERT INTO tokens (" + std::string(kColumns) + ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, NULL)",
      {token.id, token.name, Blob{token.hash}, Joined(token.permissions), Joined(token.namespaces), token.created_by,
       ToMillis(token.created_at), token.expires_at ? SqlValue(ToMillis(*token.expires_at)) : SqlValue()}));
  return {};
}

Result<std::optional<Token>> FindToken(Transaction& t, std::string_view hash, Timestamp now) {
  WEFT_TRY(const auto rows, t.Query("SELECT " + std::string(kColumns) +
                                        " FROM tokens WHERE hash = ?1 AND (expires_at IS NULL OR expires_at > ?2)",
                                    {Blob{std::string(hash)}, ToMillis(now)}));
  if (rows.empty()) return std::nullopt;
  return TokenOf(rows.front());
}

Result<std::vector<Token>> ListTokens(Transaction& t) {
  WEFT_TRY(const auto rows, t.Query("SELECT " + std::string(kColumns) + " FROM tokens ORDER BY name"));
  std::vector<Token> tokens;
  for (const auto& row : rows) tokens.push_back(TokenOf(row));
  return tokens;
}

Result<std::optional<Token>> DeleteToken(Transaction& t, std::string_view id_or_name) {
  // An id goes before a name that looks like one.
  WEFT_TRY(const auto rows, t.Query("DELETE FROM tokens WHERE id = (SELECT id FROM tokens WHERE id = ?1 OR name = ?1 "
                                    "ORDER BY CASE WHEN id = ?1 THEN 0 ELSE 1 END LIMIT 1) RETURNING " +
                                        std::string(kColumns),
                                    {std::string(id_or_name)}));
  if (rows.empty()) return std::nullopt;
  return TokenOf(rows.front());
}

Result<void> MarkTokenUsed(Transaction& t, std::string_view id, Timestamp now) {
  WEFT_TRY_VOID(t.Execute("UPDATE tokens SET used_at = ?2 WHERE id = ?1",
                          {std::string(id), ToMillis(std::chrono::floor<std::chrono::minutes>(now))}));
  return {};
}

}  // namespace weft::store
