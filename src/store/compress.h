#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::store {

/// zlib's format.
std::string Compress(std::string_view bytes);
/// nullopt: these are not what Compress gave.
std::optional<std::string> Decompress(std::string_view compressed);

}  // namespace weft::store
