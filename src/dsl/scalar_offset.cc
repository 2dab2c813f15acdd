#include "dsl/scalar_offset.h"

#include <algorithm>

namespace weft::dsl {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::size_t SpaceLength(std::string_view text, std::size_t at) {
  return std::min(text.find_first_not_of(kSpace, at), text.size()) - at;
}

/// Bytes of UTF-8.
std::size_t EncodedLength(unsigned long code_point) {
  return code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
}

struct Escape {
  std::size_t source = 2;  ///< bytes written
  std::size_t value = 1;   ///< bytes it gives
};

/// The escape that begins with the backslash at `at`.
Escape EscapeAt(std::string_view source, std::size_t at) {
  const char kind = at + 1 < source.size() ? source[at + 1] : '\\';
  const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
  const auto code_point = [&](std::size_t from, std::size_t count) {
    unsigned long value = 0;
    for (const char c : source.substr(std::min(from, source.size()), count)) {
      value = value * 16 + static_cast<unsigned long>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return value;
  };
  if (digits > 0) {
    const auto value = code_point(at + 2, digits);
    const bool pair = kind == 'u' && value >= 0xD800 && value < 0xDC00;
    return {pair ? std::size_t{12} : 2 + digits, pair ? std::size_t{4} : EncodedLength(value)};
  }
  if (kind == 'N' || kind == '_') return {2, 2};
  if (kind == 'L' || kind == 'P') return {2, 3};
  if (kind == '\n' || kind == '\r') return {2 + SpaceLength(source, at + 2), 0};
  return {};
}

/// A literal block: the lines of `text` are the ends of the lines of `source`.
std::size_t InLiteral(std::string_view source, std::string_view text, std::size_t offset) {
  std::size_t from = 0;
  std::size_t line = 0;
  while (true) {
    const auto source_end = std::min(source.find('\n', from), source.size());
    const auto text_end = std::min(text.find('\n', line), text.size());
    if (offset <= text_end || source_end == source.size()) {
      const auto length = std::min(text_end, text.size()) - line;
      const auto indent = source_end - from > length ? source_end - from - length : 0;
      return std::min(from + indent + (offset - std::min(line, offset)), source.size());
    }
    from = source_end + 1;
    line = text_end + 1;
  }
}

}  // namespace

std::size_t SourceOffset(DocumentNode::Style style, std::string_view source, std::string_view text,
                         std::size_t offset) {
  using Style = DocumentNode::Style;
  if (style == Style::kLiteral) return InLiteral(source, text, offset);
  std::size_t at = 0;
  std::size_t value = 0;
  if (style == Style::kFolded) at = SpaceLength(source, 0) - std::min(SpaceLength(source, 0), SpaceLength(text, 0));
  while (at < source.size() && value < offset) {
    const char c = source[at];
    if (style == Style::kDoubleQuoted && c == '\\') {
      const auto escape = EscapeAt(source, at);
      at += escape.source;
      value += escape.value;
    } else if (style == Style::kSingleQuoted && source.substr(at, 2) == "''") {
      at += 2;
      ++value;
    } else if (kSpace.contains(c)) {
      // Around a line break, spaces and breaks of both sides stand for each other.
      const auto length = SpaceLength(source, at);
      const auto run = source.substr(at, length);
      const auto breaks = static_cast<std::size_t>(std::ranges::count(run, '\n'));
      at += length;
      value += breaks == 0               ? length
               : style == Style::kFolded ? SpaceLength(text, value)
                                         : std::max<std::size_t>(breaks - 1, 1);
      if (breaks == 0 && value > offset) at -= value - offset;
    } else {
      ++at;
      ++value;
    }
  }
  return std::min(at, source.size());
}

}  // namespace weft::dsl
