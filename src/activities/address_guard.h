#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "activities/settings.h"

namespace weft::activities {

/// Decides which addresses HTTP nodes may connect to: public ones, and what the settings add. Asked with the address
/// that is really connected to, so that names which resolve to something else in between gain nothing.
class AddressGuard {
 public:
  explicit AddressGuard(const Settings& settings);

  /// `host` is the name in the URL.
  [[nodiscard]] bool Allows(const sockaddr& address, std::string_view host) const;

 private:
  /// An IPv4 address stands as its IPv4-mapped IPv6 address.
  using Bytes = std::array<std::uint8_t, 16>;
  struct Block {
    Bytes bytes{};
    int bits = 0;
  };

  static std::optional<Block> ParseBlock(std::string_view text);
  static bool IsIn(const Bytes& address, const Block& block);
  static bool IsInAny(const Bytes& address, const std::vector<Block>& blocks);
  /// The IPv4 address that an address of a transition mechanism stands for, else the address.
  static Bytes Effective(const Bytes& address);

  bool loopback_ = false;
  std::vector<std::string> hosts_;
  std::vector<Block> allowed_;
};

/// `192.0.2.1` or `2001:db8::1`.
std::string AddressText(const sockaddr& address);

}  // namespace weft::activities
