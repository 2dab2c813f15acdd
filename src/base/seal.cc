#include "base/seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cstdlib>
#include <memory>

namespace weft {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

unsigned char* Bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
int Size(std::string_view text) { return static_cast<int>(text.size()); }

void FillRandomly(unsigned char* bytes, std::size_t size) {
  if (RAND_bytes(bytes, static_cast<int>(size)) != 1) std::abort();  // the system has no random numbers
}

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

}  // namespace

SealingKey NewSealingKey() {
  SealingKey key{};
  FillRandomly(key.data(), key.size());
  return key;
}

std::string Seal(const SealingKey& key, std::string_view plain, std::string_view bound_to) {
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  FillRandomly(Bytes(sealed), kNonce);
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  const bool done = EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), Bytes(sealed)) == 1 &&
                    EVP_EncryptUpdate(cipher.get(), nullptr, &written, Bytes(bound_to), Size(bound_to)) == 1 &&
                    EVP_EncryptUpdate(cipher.get(), Bytes(sealed) + kNonce, &written, Bytes(plain), Size(plain)) == 1 &&
                    EVP_EncryptFinal_ex(cipher.get(), Bytes(sealed) + kNonce + written, &written) == 1 &&
                    EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(kTag),
                                        Bytes(sealed) + kNonce + plain.size()) == 1;
  if (!done) std::abort();  // out of memory
  return sealed;
}

std::optional<std::string> Unseal(const SealingKey& key, std::string_view sealed, std::string_view bound_to) {
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  const auto body = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  std::string plain(body.size(), '\0');
  const Cipher cipher(EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free);
  int written = 0;
  const bool done = EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(), Bytes(sealed)) == 1 &&
                    EVP_DecryptUpdate(cipher.get(), nullptr, &written, Bytes(bound_to), Size(bound_to)) == 1 &&
                    EVP_DecryptUpdate(cipher.get(), Bytes(plain), &written, Bytes(body), Size(body)) == 1 &&
                    EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(kTag), tag.data()) == 1 &&
                    EVP_DecryptFinal_ex(cipher.get(), Bytes(plain) + written, &written) == 1;
  if (!done) return std::nullopt;
  return plain;
}

}  // namespace weft
