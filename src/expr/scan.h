#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weft::expr {

/// A string of a workflow cut at its `${ … }`. Offsets are bytes of the whole string.
struct Piece {
  bool is_expression = false;
  std::string text;        ///< literal text with `$${` resolved, or the expression between its braces
  std::size_t offset = 0;  ///< of the first character of `text` as written
};

/// Where a `${` that is never closed stands.
struct Unclosed {
  std::size_t offset = 0;
};

struct Scan {
  std::vector<Piece> pieces;
  std::optional<Unclosed> unclosed;
};

/// Finds the expressions; braces inside jq's strings, their insertions and comments do not end one.
Scan ScanText(std::string_view text);

}  // namespace weft::expr
