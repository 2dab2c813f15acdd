#include "server/session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <charconv>

#include "base/encode.h"

namespace weft::server {
namespace {

constexpr std::string_view kSession = "session";

}  // namespace

std::string HashOf(std::string_view text) {
  std::string hash(32, '\0');
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(hash.data()), nullptr, EVP_sha256(), nullptr);
  return hash;
}

bool SameBytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string Sessions::Seal(std::string_view token, Timestamp expires) const {
  return Base64(weft::Seal(key_, fmt::format("{}\n{}", expires.time_since_epoch().count(), token), kSession));
}

std::optional<std::string> Sessions::Open(std::string_view sealed, Timestamp now) const {
  const auto bytes = FromBase64(sealed);
  const auto opened = bytes ? Unseal(key_, *bytes, kSession) : std::nullopt;
  if (!opened) return std::nullopt;
  std::int64_t expires = 0;
  const auto [line, error] = std::from_chars(opened->data(), opened->data() + opened->size(), expires);
  if (expires <= now.time_since_epoch().count()) return std::nullopt;
  return opened->substr(static_cast<std::size_t>(line - opened->data()) + 1);
}

std::string Sessions::NewOneTimeToken() {
  auto token = fmt::format("{:02x}", fmt::join(NewSealingKey(), ""));
  const std::scoped_lock lock(mutex_);
  one_time_.insert(HashOf(token));
  return token;
}

bool Sessions::Redeem(std::string_view one_time_token) {
  const std::scoped_lock lock(mutex_);
  return one_time_.erase(HashOf(one_time_token)) == 1;
}

}  // namespace weft::server
