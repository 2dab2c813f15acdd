#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// The offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7), if any.
std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

/// The text with every byte that is not part of well-formed UTF-8, and NUL, replaced by U+FFFD.
std::string RepairUtf8(std::string_view text);

/// How many columns a terminal gives a code point: 2 for East Asian wide and full-width ones, 0 for combining marks
/// and what joins emoji.
int DisplayWidth(char32_t code_point);

/// Takes the first code point off `text`, which must be well-formed and not empty.
char32_t TakeCodePoint(std::string_view& text);

}  // namespace weft
