#include "activities/address_guard.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/ascii.h"

namespace weft::activities {
namespace {

constexpr std::array<std::string_view, 2> kLoopback{"127.0.0.0/8", "::1/128"};

/// Everything that is not public unicast (IANA's special-purpose registries); transition addresses are looked into.
constexpr std::array<std::string_view, 24> kNotPublic{
    "0.0.0.0/8",      "10.0.0.0/8",   "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16", "172.16.0.0/12",
    "192.0.0.0/24",   "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",  "198.51.100.0/24",
    "203.0.113.0/24", "224.0.0.0/4",  "240.0.0.0/4",    "100::/64",       "64:ff9b:1::/48", "2001::/23",
    "2001:db8::/32",  "fc00::/7",     "fe80::/10",      "fec0::/10",      "ff00::/8",       "5f00::/16"};

}  // namespace

AddressGuard::AddressGuard(const Settings& settings) : loopback_(settings.http_loopback) {
  for (const auto& entry : settings.http_allow) {
    if (const auto block = ParseBlock(entry)) {
      allowed_.push_back(*block);
    } else {
      hosts_.push_back(LowerCase(entry));
    }
  }
}

std::optional<AddressGuard::Block> AddressGuard::ParseBlock(std::string_view text) {
  const auto slash = std::min(text.find('/'), text.size());
  const std::string address(text.substr(0, slash));
  Block block;
  int widest = 128;
  if (in_addr v4{}; ::inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    widest = 32;
    block.bytes[10] = block.bytes[11] = 0xff;
    std::memcpy(&block.bytes[12], &v4, sizeof v4);
  } else if (::inet_pton(AF_INET6, address.c_str(), block.bytes.data()) != 1) {
    return std::nullopt;
  }
  block.bits = widest;
  if (slash < text.size()) {
    const auto* end = text.data() + text.size();
    if (const auto [rest, error] = std::from_chars(text.data() + slash + 1, end, block.bits);
        error != std::errc() || rest != end || block.bits < 0 || block.bits > widest) {
      return std::nullopt;
    }
  }
  block.bits += 128 - widest;
  return block;
}

bool AddressGuard::IsIn(const Bytes& address, const Block& block) {
  for (int bit = 0; bit < block.bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    if (((address[byte] ^ block.bytes[byte]) >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

bool AddressGuard::IsInAny(const Bytes& address, const std::vector<Block>& blocks) {
  return std::ranges::any_of(blocks, [&](const Block& block) { return IsIn(address, block); });
}

AddressGuard::Bytes AddressGuard::Effective(const Bytes& address) {
  static const auto kNat64 = *ParseBlock("64:ff9b::/96");
  static const auto k6To4 = *ParseBlock("2002::/16");
  static const auto kCompatible = *ParseBlock("::/96");
  static const auto kSmall = *ParseBlock("::/112");  // `::` and `::1` stand for themselves
  std::size_t at = 0;
  if (IsIn(address, kNat64) || (IsIn(address, kCompatible) && !IsIn(address, kSmall))) at = 12;
  if (IsIn(address, k6To4)) at = 2;
  if (at == 0) return address;
  Bytes mapped{};
  mapped[10] = mapped[11] = 0xff;
  std::copy_n(&address[at], 4, &mapped[12]);
  return mapped;
}

bool AddressGuard::Allows(const sockaddr& address, std::string_view host) const {
  static const auto kBlocks = [](const auto& texts) {
    std::vector<Block> blocks;
    for (const auto text : texts) blocks.push_back(*ParseBlock(text));
    return blocks;
  };
  static const auto kLoopbackBlocks = kBlocks(kLoopback);
  static const auto kNotPublicBlocks = kBlocks(kNotPublic);
  static const auto kUnspecified = *ParseBlock("::/112");

  Bytes bytes{};
  if (address.sa_family == AF_INET) {
    bytes[10] = bytes[11] = 0xff;
    std::memcpy(&bytes[12], &reinterpret_cast<const sockaddr_in&>(address).sin_addr, 4);
  } else if (address.sa_family == AF_INET6) {
    std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, bytes.size());
  } else {
    return false;
  }
  if (std::ranges::find(hosts_, LowerCase(host)) != hosts_.end() || IsInAny(bytes, allowed_)) return true;
  if (loopback_ && IsInAny(bytes, kLoopbackBlocks)) return true;
  return !IsInAny(Effective(bytes), kNotPublicBlocks) && !IsIn(bytes, kUnspecified);
}

std::string AddressText(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = address.sa_family == AF_INET
                          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr)
                          : &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  return ::inet_ntop(address.sa_family, bytes, text.data(), text.size()) != nullptr ? text.data() : "an address";
}

}  // namespace weft::activities
