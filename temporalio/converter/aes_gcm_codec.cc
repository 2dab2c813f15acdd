#include "temporalio/converter/aes_gcm_codec.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

namespace temporalio {
namespace {

constexpr std::string_view kEncryptedEncoding = "binary/encrypted";
constexpr std::string_view kKeyIdKey = "encryption-key-id";
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* In(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* Out(std::string& text, std::size_t at = 0) { return reinterpret_cast<unsigned char*>(text.data()) + at; }

/// What the tag covers beside the ciphertext: the payload's outer metadata.
std::string Authenticated(std::string_view key_id) {
  return std::string(kEncryptedEncoding) + '\0' + std::string(key_id);
}

/// nonce, ciphertext, tag; nullopt if OpenSSL refuses.
std::optional<std::string> Seal(const EncryptionKey& key, std::string_view plain) {
  std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
  if (RAND_bytes(Out(sealed), kNonceBytes) != 1) return std::nullopt;
  const std::string aad = Authenticated(key.id);
  const Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  const bool ok =
      context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key.bytes), Out(sealed)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &length, In(aad), static_cast<int>(aad.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), Out(sealed, kNonceBytes), &length, In(plain), static_cast<int>(plain.size())) ==
          1 &&
      EVP_EncryptFinal_ex(context.get(), Out(sealed, kNonceBytes + plain.size()), &length) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, Out(sealed, kNonceBytes + plain.size())) == 1;
  if (!ok) return std::nullopt;
  return sealed;
}

std::optional<std::string> Open(const EncryptionKey& key, std::string_view sealed) {
  if (sealed.size() < kNonceBytes + kTagBytes || sealed.size() > std::numeric_limits<int>::max()) return std::nullopt;
  const std::string_view ciphertext = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plain(ciphertext.size() + 1, '\0');  // never empty, so that its address is one
  const std::string aad = Authenticated(key.id);
  const Context context(EVP_CIPHER_CTX_new());
  int length = 0;
  const bool ok =
      context && EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, In(key.bytes), In(sealed)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &length, In(aad), static_cast<int>(aad.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), Out(plain), &length, In(ciphertext), static_cast<int>(ciphertext.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, Out(tag)) == 1 &&
      EVP_DecryptFinal_ex(context.get(), Out(plain, ciphertext.size()), &length) == 1;
  if (!ok) return std::nullopt;
  plain.pop_back();
  return plain;
}

}  // namespace

Result<std::shared_ptr<const AesGcmCodec>> AesGcmCodec::Create(std::vector<EncryptionKey> keys) {
  std::string problem;
  if (keys.empty()) problem = "Encryption needs at least one key.";
  for (const EncryptionKey& key : keys) {
    if (key.id.empty()) problem = "Each encryption key needs an id, under which its payloads are found again.";
    if (key.bytes.size() != kKeyBytes) {
      problem = "The encryption key `" + key.id + "` has " + std::to_string(key.bytes.size()) +
                " bytes; AES-256 needs 32, for example from `openssl rand 32`.";
    }
    if (std::ranges::count(keys, key.id, &EncryptionKey::id) > 1) {
      problem = "Two encryption keys have the id `" + key.id + "`; give each its own.";
    }
  }
  // Takes the keys in any case, so that they are wiped.
  std::shared_ptr<const AesGcmCodec> codec(new AesGcmCodec(std::move(keys)));
  if (!problem.empty()) return Fail(Error::Code::kInvalidArgument, std::move(problem));
  return codec;
}

AesGcmCodec::~AesGcmCodec() {
  for (EncryptionKey& key : keys_) OPENSSL_cleanse(key.bytes.data(), key.bytes.size());
}

Result<void> AesGcmCodec::Encode(std::span<Payload* const> payloads) const {
  const EncryptionKey& key = keys_.front();
  for (Payload* payload : payloads) {
    std::optional<std::string> sealed = Seal(key, payload->SerializeAsString());
    if (!sealed) return Fail(Error::Code::kInternal, "OpenSSL could not encrypt a payload.");
    payload->Clear();
    auto& metadata = *payload->mutable_metadata();
    metadata[std::string(kEncodingKey)] = kEncryptedEncoding;
    metadata[std::string(kKeyIdKey)] = key.id;
    payload->set_data(*std::move(sealed));
  }
  return {};
}

Result<void> AesGcmCodec::Decode(std::span<Payload* const> payloads) const {
  for (Payload* payload : payloads) {
    if (EncodingOf(*payload) != kEncryptedEncoding) continue;
    const auto id = payload->metadata().find(std::string(kKeyIdKey));
    const std::string key_id = id == payload->metadata().end() ? "" : id->second;
    const auto key = std::ranges::find(keys_, key_id, &EncryptionKey::id);
    if (key == keys_.end()) {
      return Fail(Error::Code::kFailedPrecondition, "A payload is encrypted with the key `" + key_id +
                                                        "`, which this process does not have; add that key to its "
                                                        "encryption keys.");
    }
    const std::optional<std::string> plain = Open(*key, payload->data());
    Payload opened;
    if (!plain || !opened.ParseFromString(*plain)) {
      return Fail(Error::Code::kDataLoss, "A payload encrypted with the key `" + key_id +
                                              "` does not pass its integrity check: it was altered, or another key had "
                                              "this id when it was encrypted.");
    }
    *payload = std::move(opened);
  }
  return {};
}

}  // namespace temporalio
