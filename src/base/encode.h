#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft {

/// RFC 4648 with padding.
std::string Base64(std::string_view bytes);
/// Nothing when the text is no base 64.
std::optional<std::string> FromBase64(std::string_view text);

/// Everything but letters, digits and `-._~` as %XX (RFC 3986).
std::string PercentEncode(std::string_view text);

}  // namespace weft
