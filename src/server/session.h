#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/seal.h"
#include "base/time.h"

namespace weft::server {

/// 32 bytes of SHA-256, for tokens that are compared or stored.
std::string HashOf(std::string_view text);
/// Takes the same time wherever two texts of one length differ.
bool SameBytes(std::string_view a, std::string_view b);

/// The browser's sessions: a cookie holds the API token it was made from, sealed with an expiry, so that revoking the
/// token ends the session, restarts do not, and nothing is kept in memory. Any thread.
class Sessions {
 public:
  /// With the same key, other processes open what this one sealed.
  explicit Sessions(const SealingKey& key) : key_(key) {}

  [[nodiscard]] std::string Seal(std::string_view token, Timestamp expires) const;
  /// The token; nothing when it was not sealed with this key or has expired.
  [[nodiscard]] std::optional<std::string> Open(std::string_view sealed, Timestamp now) const;

  /// A text that Redeem accepts once: for the address that `weft dev` prints.
  std::string NewOneTimeToken();
  bool Redeem(std::string_view one_time_token);

 private:
  const SealingKey key_;
  std::mutex mutex_;
  std::set<std::string, std::less<>> one_time_;  // hashes
};

}  // namespace weft::server
