#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Secrets that workflows name and workers ask for. Values are sealed with AES-256-GCM under a key that is not in the
/// database, bound to their namespace and name.
namespace weft::store {

/// 256 bits. Copies are as secret as the original.
class SecretKey {
 public:
  /// From WEFT_SECRETS_KEY (64 hexadecimal digits, or 32 bytes in base64), else from the file, which is made (0600, a
  /// random key) when it is missing. Fails with `settings`.
  static Result<SecretKey> Load(const std::filesystem::path& file);
  static SecretKey Random();

  [[nodiscard]] std::string Seal(std::string_view value, std::string_view bound_to) const;
  /// nullopt: sealed with another key, for something else, or changed.
  [[nodiscard]] std::optional<std::string> Open(std::string_view sealed, std::string_view bound_to) const;

 private:
  std::array<unsigned char, 32> bytes_{};
};

constexpr std::size_t kMostSecretBytes = std::size_t{64} * 1024;

struct SecretRow {
  std::string ns, name;
  std::string updated_by;
  Timestamp created_at{}, updated_at{};
};

/// Made, or given another value. Returns whether it is new.
Result<bool> SetSecret(Transaction& t, const SecretKey& key, const SecretRow& row, std::string_view value);
/// nullopt: there is none. Fails with `secret` when the key does not fit.
Result<std::optional<std::string>> ReadSecret(Transaction& t, const SecretKey& key, std::string_view ns,
                                              std::string_view name);
/// By namespace and name; of one namespace or (empty) all.
Result<std::vector<SecretRow>> ListSecrets(Transaction& t, std::string_view ns);
Result<bool> DeleteSecret(Transaction& t, std::string_view ns, std::string_view name);

}  // namespace weft::store
