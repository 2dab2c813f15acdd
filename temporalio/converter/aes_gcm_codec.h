#pragma once

#include <memory>
#include <string>
#include <vector>

#include "temporalio/converter/codec.h"

namespace temporalio {

struct EncryptionKey {
  /// Stands in the clear beside each payload, so that keys can change while old histories live. Not empty.
  std::string id;
  /// Exactly 32 bytes.
  std::string bytes;
};

/// Encrypts payloads with AES-256-GCM, so that the Temporal server and whoever reads its database or web interface
/// sees neither data nor metadata (which goes inside). Outside stand `encoding: binary/encrypted` and
/// `encryption-key-id`; both are authenticated, as is all else: a payload changed by a bit is refused. What is not
/// hidden: sizes, ids, types of workflows, activities, signals and failures, search attributes, headers.
///
/// The authentication does not bind a payload to its place: whoever writes to the server's database can swap two
/// payloads of one key, or put unencrypted ones in their stead.
///
/// Nonces are random: retire a key before it has encrypted 4 billion payloads.
class AesGcmCodec final : public PayloadCodec {
 public:
  /// The first key encrypts; all of them decrypt. To change keys, first add the new one at the end everywhere, then
  /// put it first, and remove the old one when no history that it encrypted is needed any more.
  /// kInvalidArgument if there is no key, or one has no id, an id used twice, or another length.
  static Result<std::shared_ptr<const AesGcmCodec>> Create(std::vector<EncryptionKey> keys);
  ~AesGcmCodec() override;
  AesGcmCodec(const AesGcmCodec&) = delete;
  AesGcmCodec& operator=(const AesGcmCodec&) = delete;

  Result<void> Encode(std::span<Payload* const> payloads) const override;

  /// kFailedPrecondition, naming the key's id, if a payload's key is not there; kDataLoss if a payload was altered or
  /// encrypted with another key of the same id.
  Result<void> Decode(std::span<Payload* const> payloads) const override;

 private:
  explicit AesGcmCodec(std::vector<EncryptionKey> keys) : keys_(std::move(keys)) {}

  std::vector<EncryptionKey> keys_;
};

}  // namespace temporalio
