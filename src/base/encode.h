#pragma once

#include <string>
#include <string_view>

namespace weft {

/// RFC 4648 with padding.
std::string Base64(std::string_view bytes);

/// Everything but letters, digits and `-._~` as %XX (RFC 3986).
std::string PercentEncode(std::string_view text);

}  // namespace weft
