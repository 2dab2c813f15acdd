#include "expr/syntax_problem.h"

#include <algorithm>
#include <string>

namespace weft::expr {
namespace {

std::string HintAt(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  const auto at = text.substr(offset);
  if (at.starts_with("&") || before.ends_with("&")) return "jq writes `and`";
  if (at.starts_with("|") && before.ends_with("|")) return "jq writes `or`";
  if (at.starts_with("=") && before.ends_with("=")) return "jq writes `==`";
  if (at.starts_with("!")) return "jq writes `(… | not)`";
  if (at.starts_with("'")) return "strings stand in double quotes";
  return {};
}

}  // namespace

ParseProblem ExplainSyntax(std::string_view text, std::size_t offset, std::size_t length, std::string_view message) {
  const auto at = std::min(offset, text.size());
  if (!message.contains("unexpected ")) {
    return {message.empty() ? "not a jq expression" : std::string(message), {}, offset, length};
  }
  if (message.contains("unexpected end of file")) return {"something is missing at the end", {}, offset, length};
  // Whole characters of it, and not too many.
  constexpr std::size_t kShown = 40;
  auto end = std::min({text.size(), at + std::max<std::size_t>(length, 1), at + kShown});
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
  return {"unexpected `" + std::string(text.substr(at, end - at)) + "`", HintAt(text, at), offset, length};
}

}  // namespace weft::expr
