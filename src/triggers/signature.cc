#include "triggers/signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/ascii.h"
#include "base/encode.h"

namespace weft::triggers {
namespace {

using expr::Value;

constexpr std::chrono::minutes kOldest{5};

std::unexpected<Error> Refuse(std::string message) { return Fail("unauthorized", std::move(message)); }

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string Hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::string Hmac(const EVP_MD* hash, const std::string& secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  HMAC(hash, secret.data(), static_cast<int>(secret.size()), Bytes(text), text.size(), mac.data(), &length);
  return {reinterpret_cast<const char*>(mac.data()), length};
}

std::string Sha256(std::string_view text) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(Bytes(text), text.size(), reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

/// A signature must be of now, so that one that leaked cannot be used for ever.
Result<void> CheckAge(std::string_view seconds, Timestamp now) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  if (problem != std::errc() || end != seconds.data() + seconds.size()) {
    return Refuse("the signature's time stamp is missing or is no number");
  }
  const auto current = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto limit = std::chrono::seconds(kOldest).count();
  // As unsigned numbers: a difference of any two fits.
  const auto difference = value > current ? static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(current)
                                          : static_cast<std::uint64_t>(current) - static_cast<std::uint64_t>(value);
  if (difference > static_cast<std::uint64_t>(limit)) {
    return Refuse("the signature's time stamp is more than five minutes off; check the clocks of both sides");
  }
  return {};
}

Result<void> Expect(bool same) {
  if (same) return {};
  return Refuse("the signature does not fit the body and the secret");
}

Result<void> CheckStripe(const std::string& secret, std::string_view signature, std::string_view body, Timestamp now) {
  std::string_view time;
  std::vector<std::string_view> candidates;
  while (!signature.empty()) {
    const auto end = std::min(signature.find(','), signature.size());
    const auto part = signature.substr(0, end);
    if (part.starts_with("t=")) time = part.substr(2);
    if (part.starts_with("v1=")) candidates.push_back(part.substr(3));
    signature.remove_prefix(std::min(end + 1, signature.size()));
  }
  WEFT_TRY_VOID(CheckAge(time, now));
  const auto expected = Hex(Hmac(EVP_sha256(), secret, std::string(time) + '.' + std::string(body)));
  return Expect(std::ranges::any_of(candidates, [&](auto given) { return SameSecret(LowerCase(given), expected); }));
}

Result<void> CheckSlack(const std::string& secret, const HeaderLookup& header, std::string_view body, Timestamp now) {
  const auto time = header("x-slack-request-timestamp");
  WEFT_TRY_VOID(CheckAge(time, now));
  const auto signed_text = "v0:" + std::string(time) + ':' + std::string(body);
  return Expect(
      SameSecret(LowerCase(header("x-slack-signature")), "v0=" + Hex(Hmac(EVP_sha256(), secret, signed_text))));
}

Result<void> CheckFeishu(const std::string& secret, const HeaderLookup& header, std::string_view body) {
  const auto signed_text = std::string(header("x-lark-request-timestamp")) +
                           std::string(header("x-lark-request-nonce")) + secret + std::string(body);
  return Expect(SameSecret(LowerCase(header("x-lark-signature")), Hex(Sha256(signed_text))));
}

Result<void> CheckHeader(const Value& hmac, const std::string& secret, const HeaderLookup& header,
                         std::string_view body) {
  const auto name = LowerCase(hmac.Get("header").StringView());
  const auto algorithm = hmac.Get("algorithm").AsString();
  const auto prefix = hmac.Get("prefix").AsString();
  auto given = header(name);
  if (given.empty()) return Refuse("the header `" + name + "` with the signature is missing");
  if (!given.starts_with(prefix)) return Refuse("the signature in `" + name + "` does not begin as agreed");
  given.remove_prefix(prefix.size());
  const auto* hash = algorithm == "sha1" ? EVP_sha1() : algorithm == "sha512" ? EVP_sha512() : EVP_sha256();
  const auto mac = Hmac(hash, secret, body);
  const bool as_hex = SameSecret(LowerCase(given), Hex(mac));
  const bool as_base64 = SameSecret(given, Base64(mac));
  return Expect(as_hex || as_base64);
}

}  // namespace

bool SameSecret(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<void> CheckSignature(const Value& hmac, const std::string& secret, const HeaderLookup& header,
                            std::string_view body, Timestamp now) {
  const auto preset = hmac.Get("preset").AsString();
  if (secret.empty()) return Refuse("the secret that checks signatures is empty; set it to the sender's key");
  if (preset == "stripe") return CheckStripe(secret, header("stripe-signature"), body, now);
  if (preset == "slack") return CheckSlack(secret, header, body, now);
  if (preset == "feishu") return CheckFeishu(secret, header, body);
  if (preset == "github") {
    static constexpr std::string_view kGithub = R"({"header":"x-hub-signature-256","prefix":"sha256="})";
    WEFT_TRY(const auto github, Value::Parse(kGithub));
    return CheckHeader(github, secret, header, body);
  }
  return CheckHeader(hmac, secret, header, body);
}

Result<Value> DecryptFeishu(const std::string& secret, Value body) {
  if (!body.Get("encrypt").IsString()) return body;
  const auto refuse = [] {
    return Refuse("the body cannot be decrypted; check that the secret is Feishu's Encrypt Key");
  };
  const auto sealed = FromBase64(body.Get("encrypt").AsString());
  constexpr std::size_t kBlock = 16;
  if (!sealed || sealed->size() < 2 * kBlock) return refuse();
  const auto key = Sha256(secret);
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                EVP_CIPHER_CTX_free);
  std::string plain(sealed->size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(plain.data());
  int length = 0;
  int rest = 0;
  const auto size = static_cast<int>(sealed->size() - kBlock);
  if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, Bytes(key), Bytes(*sealed)) != 1 ||
      EVP_DecryptUpdate(context.get(), out, &length, Bytes(*sealed) + kBlock, size) != 1 ||
      EVP_DecryptFinal_ex(context.get(), out + length, &rest) != 1) {
    return refuse();
  }
  plain.resize(static_cast<std::size_t>(length + rest));
  auto parsed = Value::Parse(plain, Value::kMaxDepth);
  if (!parsed) return refuse();
  return parsed;
}

Value Challenge(std::string_view preset, const Value& body) {
  if ((preset != "slack" && preset != "feishu") || body.Get("type").StringView() != "url_verification") return {};
  const auto challenge = body.Get("challenge");
  if (!challenge.IsString()) return {};
  return Value::Object({{"challenge", challenge}});
}

}  // namespace weft::triggers
