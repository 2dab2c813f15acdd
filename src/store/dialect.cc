#include "store/dialect.h"

#include <cctype>
#include <regex>

namespace weft::store {
namespace {

std::string Trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1));
}

}  // namespace

std::vector<std::string> StatementsFor(std::string_view engine, std::string_view migration) {
  static const std::regex kComment("--[^\n]*"), kBigint("\\bBIGINT\\b"), kBlob("\\bBLOB\\b"), kText("\\bTEXT\\b");
  auto text = std::regex_replace(std::string(migration), kComment, "");
  const bool sqlite = engine == "sqlite";
  if (sqlite) {
    text = std::regex_replace(text, kBigint, "INTEGER");
  } else {
    text = std::regex_replace(std::regex_replace(text, kBlob, "BYTEA"), kText, "TEXT COLLATE \"C\"");
  }
  std::vector<std::string> statements;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(';', at), text.size());
    auto statement = Trimmed(std::string_view(text).substr(at, end - at));
    at = end + 1;
    if (statement.empty()) continue;
    if (sqlite && statement.starts_with("CREATE TABLE")) statement += " STRICT";
    statements.push_back(std::move(statement));
  }
  return statements;
}

std::string WithDollarPlaceholders(std::string_view sql) {
  std::string result;
  bool literal = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] == '\'') literal = !literal;
    const bool placeholder =
        !literal && sql[i] == '?' && i + 1 < sql.size() && std::isdigit(static_cast<unsigned char>(sql[i + 1])) != 0;
    result += placeholder ? '$' : sql[i];
  }
  return result;
}

}  // namespace weft::store
