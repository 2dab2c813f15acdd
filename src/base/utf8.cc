#include "base/utf8.h"

#include <array>
#include <utility>

namespace weft {
namespace {

/// Length of the well-formed sequence at the beginning of `text`, or 0.
std::size_t SequenceLength(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

constexpr std::array<std::pair<char32_t, char32_t>, 17> kWide{{{0x1100, 0x115F},
                                                               {0x2E80, 0x303E},
                                                               {0x3041, 0x33FF},
                                                               {0x3400, 0x4DBF},
                                                               {0x4E00, 0x9FFF},
                                                               {0xA000, 0xA4CF},
                                                               {0xA960, 0xA97F},
                                                               {0xAC00, 0xD7A3},
                                                               {0xF900, 0xFAFF},
                                                               {0xFE30, 0xFE6F},
                                                               {0xFF00, 0xFF60},
                                                               {0xFFE0, 0xFFE6},
                                                               {0x1F300, 0x1F64F},
                                                               {0x1F680, 0x1F6FF},
                                                               {0x1F900, 0x1F9FF},
                                                               {0x1FA70, 0x1FAFF},
                                                               {0x20000, 0x3FFFD}}};

}  // namespace

std::optional<std::size_t> FindInvalidUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto length = SequenceLength(text.substr(i));
    if (length == 0) return i;
    i += length;
  }
  return std::nullopt;
}

std::string RepairUtf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto length = SequenceLength(text);
    if (length == 0 || text.front() == '\0') {
      out += "\uFFFD";
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return out;
}

char32_t TakeCodePoint(std::string_view& text) {
  const auto length = SequenceLength(text);
  const auto first = static_cast<unsigned char>(text.front());
  char32_t code_point = length <= 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i)
    code_point = (code_point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  text.remove_prefix(length == 0 ? 1 : length);
  return code_point;
}

int DisplayWidth(char32_t code_point) {
  if (code_point >= 0x300 && code_point <= 0x36F) return 0;
  if ((code_point >= 0x200B && code_point <= 0x200F) || (code_point >= 0xFE00 && code_point <= 0xFE0F)) return 0;
  for (const auto& [low, high] : kWide) {
    if (code_point >= low && code_point <= high) return 2;
  }
  return 1;
}

}  // namespace weft
