#pragma once

#include <google/protobuf/message.h>

#include <span>

#include "temporalio/converter/payload.h"
#include "temporalio/error.h"

namespace temporalio {

/// Changes payloads on their way out of the process and back: encryption, compression, storage elsewhere. Called from
/// any number of threads at once. Every client and worker that shares workflows needs the same codec.
class PayloadCodec {
 public:
  virtual ~PayloadCodec() = default;

  /// Changes each payload in place; all payloads of one message come in one call.
  virtual Result<void> Encode(std::span<Payload* const> payloads) const = 0;

  /// Undoes Encode. Payloads that this codec did not make (histories from before it was switched on, and what Core
  /// itself writes) stay as they are. After an error, payloads not yet decoded are unchanged.
  virtual Result<void> Decode(std::span<Payload* const> payloads) const = 0;
};

/// What to do with a payload that cannot be decoded.
enum class Undecodable {
  kFail,  ///< The whole message is refused.
  kKeep,  ///< It stays encoded. For lists: one foreign entry must not hide the others.
};

/// Encodes every payload in `message`, whatever its type and however deep: requests, activations, completions, tasks,
/// histories. Message and stack trace of each failure go into its encoded attributes first, so that they are covered
/// too. By the convention of all SDKs, search attributes (the server indexes them) and headers (whoever sets one
/// encodes it) are left alone.
Result<void> EncodePayloads(const PayloadCodec& codec, google::protobuf::Message* message);

/// Undoes EncodePayloads. After an error the message is partly decoded.
Result<void> DecodePayloads(const PayloadCodec& codec, google::protobuf::Message* message,
                            Undecodable undecodable = Undecodable::kFail);

}  // namespace temporalio
