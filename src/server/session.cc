#include "server/session.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>

namespace weft::server {
namespace {

constexpr int kNonce = 12;
constexpr int kTag = 16;

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
int Size(std::string_view text) { return static_cast<int>(text.size()); }

std::string Random(std::size_t bytes) {
  std::string random(bytes, '\0');
  if (RAND_bytes(Bytes(random), Size(random)) != 1) std::abort();  // the system has no random numbers
  return random;
}

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string ToBase64Url(std::string_view bytes) {
  std::string text;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = buffer << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) text += kLetters[buffer >> (bits - 6) & 63];
  }
  if (bits > 0) text += kLetters[buffer << (6 - bits) & 63];
  return text;
}

std::optional<std::string> FromBase64Url(std::string_view text) {
  std::string bytes;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    const auto digit = kLetters.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    buffer = buffer << 6 | static_cast<unsigned>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(buffer >> bits & 255);
  }
  return bytes;
}

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
Cipher NewCipher() { return {EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free}; }

}  // namespace

std::string HashOf(std::string_view text) {
  std::string hash(32, '\0');
  EVP_Digest(text.data(), text.size(), Bytes(hash), nullptr, EVP_sha256(), nullptr);
  return hash;
}

bool SameBytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string NewSecret() { return ToBase64Url(Random(32)); }

Sessions::Sessions(std::string_view key)
    : key_(key.empty() ? Random(32) : HashOf("weft session\n" + std::string(key))) {}

std::string Sessions::Seal(std::string_view token, Timestamp expires) const {
  const std::string plain = std::to_string(expires.time_since_epoch().count()) + "\n" + std::string(token);
  const std::string nonce = Random(kNonce);
  std::string sealed(plain.size(), '\0');
  std::string tag(kTag, '\0');
  const auto cipher = NewCipher();
  int size = 0;
  if (EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(std::string_view(key_)),
                         Bytes(std::string_view(nonce))) != 1 ||
      EVP_EncryptUpdate(cipher.get(), Bytes(sealed), &size, Bytes(std::string_view(plain)), Size(plain)) != 1 ||
      EVP_EncryptFinal_ex(cipher.get(), Bytes(sealed) + size, &size) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTag, tag.data()) != 1) {
    std::abort();  // OpenSSL without AES
  }
  return ToBase64Url(nonce + sealed + tag);
}

std::optional<std::string> Sessions::Open(std::string_view sealed, Timestamp now) const {
  const auto bytes = FromBase64Url(sealed);
  if (!bytes || bytes->size() <= kNonce + kTag) return std::nullopt;
  const std::string_view all = *bytes;
  const auto body = all.substr(kNonce, all.size() - kNonce - kTag);
  std::string tag(all.substr(all.size() - kTag));
  std::string plain(body.size(), '\0');
  const auto cipher = NewCipher();
  int size = 0;
  if (EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, Bytes(std::string_view(key_)), Bytes(all)) != 1 ||
      EVP_DecryptUpdate(cipher.get(), Bytes(plain), &size, Bytes(body), Size(body)) != 1 ||
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) != 1 ||
      EVP_DecryptFinal_ex(cipher.get(), Bytes(plain) + size, &size) != 1) {
    return std::nullopt;
  }
  const auto line = plain.find('\n');
  std::int64_t expires = 0;
  std::from_chars(plain.data(), plain.data() + plain.size(), expires);
  if (line == std::string::npos || expires <= now.time_since_epoch().count()) return std::nullopt;
  return plain.substr(line + 1);
}

std::string Sessions::NewOneTimeToken() {
  auto token = NewSecret();
  const std::scoped_lock lock(mutex_);
  one_time_.insert(HashOf(token));
  return token;
}

bool Sessions::Redeem(std::string_view one_time_token) {
  const std::scoped_lock lock(mutex_);
  return one_time_.erase(HashOf(one_time_token)) == 1;
}

}  // namespace weft::server
