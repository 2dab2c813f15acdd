#pragma once

#include <string>
#include <string_view>

/// What protocols mean by letters, whatever the locale.
namespace weft {

/// `A` to `Z` in small; everything else stays.
std::string LowerCase(std::string_view text);

/// A token of RFC 9110, such as the name of a header.
bool IsHttpToken(std::string_view text);

}  // namespace weft
