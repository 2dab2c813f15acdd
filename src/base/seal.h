#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace weft {

using SealingKey = std::array<unsigned char, 32>;

/// 256 random bits from the system.
SealingKey NewSealingKey();

/// AES-256-GCM with a random nonce: unreadable and unchangeable without the key. `bound_to` (what it is and whose) must
/// be the same when it is opened, so that one sealed text cannot be put in the place of another.
std::string Seal(const SealingKey& key, std::string_view plain, std::string_view bound_to);

/// nullopt: sealed with another key or for something else, or changed since.
std::optional<std::string> Unseal(const SealingKey& key, std::string_view sealed, std::string_view bound_to);

}  // namespace weft
