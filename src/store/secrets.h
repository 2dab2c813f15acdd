#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/seal.h"
#include "base/time.h"
#include "store/sql.h"

/// Secrets that workflows name and workers ask for. Values are sealed with AES-256-GCM under a key that is not in the
/// database, bound to their namespace and name.
namespace weft::store {

/// The installation's key, from WEFT_SECRETS_KEY (64 hexadecimal digits), else from the file, which is made (0600, a
/// random key) when it is missing. All servers need the same one. Fails with `settings`.
Result<SealingKey> LoadSecretKey(const std::filesystem::path& file);

constexpr std::size_t kMostSecretBytes = std::size_t{64} * 1024;

struct SecretRow {
  std::string ns, name;
  std::string updated_by;
  Timestamp created_at{}, updated_at{};
};

/// Made, or given another value. Returns whether it is new.
Result<bool> SetSecret(Transaction& t, const SealingKey& key, const SecretRow& row, std::string_view value);
/// nullopt: there is none. Fails with `secret` when the key does not fit.
Result<std::optional<std::string>> ReadSecret(Transaction& t, const SealingKey& key, std::string_view ns,
                                              std::string_view name);
/// By namespace and name; of one namespace or (empty) all.
Result<std::vector<SecretRow>> ListSecrets(Transaction& t, std::string_view ns);
Result<bool> DeleteSecret(Transaction& t, std::string_view ns, std::string_view name);

}  // namespace weft::store
