#include "dsl/null_compare.h"

#include <algorithm>
#include <tuple>

namespace weft::dsl {
namespace {

struct Token {
  enum class Kind { kPath, kLiteral, kNull, kLess, kMore, kOther } kind = Kind::kOther;
  std::size_t offset = 0;
  std::size_t length = 0;
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool InName(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_' || c == ':'; }

/// The byte behind the string that begins at `at`, its insertions included.
std::size_t EndOfString(std::string_view text, std::size_t at) {
  std::vector<char> open{'"'};  // what ends each string or bracket that is open
  for (++at; at < text.size() && !open.empty(); ++at) {
    const char c = text[at];
    if (open.back() == '"') {
      if (c == '"') open.pop_back();
      if (c == '\\' && ++at < text.size() && text[at] == '(') open.push_back(')');
    } else {
      if (c == '"') open.push_back('"');
      if (c == '(') open.push_back(')');
      if (c == ')') open.pop_back();
    }
  }
  return at;
}

/// The byte behind a path: names, and brackets that hold one string or number.
std::size_t EndOfPath(std::string_view text, std::size_t at) {
  for (++at; at < text.size();) {
    if (InName(text[at]) || text[at] == '.' || text[at] == '?') {
      ++at;
    } else if (text[at] == '"') {
      at = EndOfString(text, at);
    } else if (text[at] == '[') {
      auto end = at + 1;
      if (end < text.size() && text[end] == '"') end = EndOfString(text, end);
      while (end < text.size() && (IsDigit(text[end]) || text[end] == '-')) ++end;
      if (end >= text.size() || text[end] != ']' || end == at + 1) return at;
      at = end + 1;
    } else {
      return at;
    }
  }
  return at;
}

Token TokenAt(std::string_view text, std::size_t at) {
  using Kind = Token::Kind;
  const char c = text[at];
  const auto token = [&](Kind kind, std::size_t end) { return Token{kind, at, end - at}; };
  if (c == '"') return token(Kind::kLiteral, EndOfString(text, at));
  if (c == '#') return token(Kind::kOther, std::min(text.find('\n', at), text.size()));
  if (c == '<' || c == '>') {
    const auto end = text.substr(at + 1).starts_with('=') ? at + 2 : at + 1;
    return token(c == '<' ? Kind::kLess : Kind::kMore, end);
  }
  if (c == '$' ||
      (c == '.' && at + 1 < text.size() && (InName(text[at + 1]) || text[at + 1] == '"') && !IsDigit(text[at + 1]))) {
    const auto end = EndOfPath(text, at);
    const bool leads = c == '.' || text.substr(at, end - at).find_first_of(".[") != std::string_view::npos;
    return token(leads ? Kind::kPath : Kind::kOther, end);
  }
  if (!InName(c)) return token(Kind::kOther, at + 1);
  auto end = at;
  while (end < text.size() && (InName(text[end]) || (IsDigit(c) && text[end] == '.'))) ++end;
  if (IsDigit(c)) return token(Kind::kLiteral, end);
  return token(text.substr(at, end - at) == "null" ? Kind::kNull : Kind::kOther, end);
}

}  // namespace

std::vector<NullComparison> FindNullComparisons(std::string_view program) {
  using Kind = Token::Kind;
  std::vector<NullComparison> found;
  if (program.find_first_of("<>") == std::string_view::npos) return found;
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < program.size();) {
    if (std::string_view(" \t\r\n").contains(program[at])) {
      ++at;
      continue;
    }
    tokens.push_back(TokenAt(program, at));
    at += tokens.back().length;
  }
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    const auto& [left, comparison, right] = std::tie(tokens[i - 1], tokens[i], tokens[i + 1]);
    if (comparison.kind != Kind::kLess && comparison.kind != Kind::kMore) continue;
    const bool literal = left.kind == Kind::kNull || right.kind == Kind::kNull;
    const bool path = comparison.kind == Kind::kLess ? left.kind == Kind::kPath && right.kind == Kind::kLiteral
                                                     : left.kind == Kind::kLiteral && right.kind == Kind::kPath;
    if (literal || path) found.push_back({left.offset, right.offset + right.length - left.offset, literal});
  }
  return found;
}

}  // namespace weft::dsl
