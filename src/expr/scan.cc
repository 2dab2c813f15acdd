#include "expr/scan.h"

namespace weft::expr {
namespace {

/// The offset just behind the `}` that closes the expression which begins at `at`, or nothing.
std::optional<std::size_t> EndOfExpression(std::string_view text, std::size_t at) {
  // Each entry is what closes an open bracket; '"' stands for a string.
  std::string open = "}";
  while (at < text.size()) {
    const char c = text[at++];
    if (open.back() == '"') {
      if (c == '\\' && at < text.size()) {
        if (text[at++] == '(') open += ')';
      } else if (c == '"') {
        open.pop_back();
      }
      continue;
    }
    switch (c) {
      case '"': open += '"'; break;
      case '{': open += '}'; break;
      case '(': open += ')'; break;
      case '[': open += ']'; break;
      case '#':  // a line break behind an odd number of backslashes does not end a comment
        for (bool escaped = false; at < text.size() && (escaped || text[at] != '\n'); ++at) {
          escaped = text[at] == '\\' ? !escaped : escaped && text[at] == '\r';
        }
        break;
      case '}':
      case ')':
      case ']':
        if (open.back() == c) open.pop_back();
        if (open.empty()) return at;
        break;
      default: break;
    }
  }
  return std::nullopt;
}

}  // namespace

Scan ScanText(std::string_view text) {
  Scan scan;
  Piece literal;
  const auto flush = [&](std::size_t next) {
    if (!literal.text.empty()) scan.pieces.push_back(std::move(literal));
    literal = Piece{.is_expression = false, .text = {}, .offset = next};
  };
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i, 3) == "$${") {
      literal.text += "${";
      i += 3;
    } else if (text.substr(i, 2) == "${") {
      const auto end = EndOfExpression(text, i + 2);
      if (!end) {
        scan.unclosed = Unclosed{i};
        return scan;
      }
      flush(*end);
      scan.pieces.push_back(
          {.is_expression = true, .text = std::string(text.substr(i + 2, *end - i - 3)), .offset = i + 2});
      i = *end;
    } else {
      literal.text += text[i++];
    }
  }
  flush(text.size());
  return scan;
}

}  // namespace weft::expr
