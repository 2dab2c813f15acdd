#pragma once

#include <string>
#include <string_view>

#include "temporal/api/common/v1/message.pb.h"
#include "temporalio/error.h"

/// Payloads in the encodings that every Temporal SDK reads. JSON passes through as text: it is neither parsed nor
/// checked here, so numbers keep all their digits and the caller keeps its own JSON library.
namespace temporalio {

using temporal::api::common::v1::Payload;
using temporal::api::common::v1::Payloads;

inline constexpr std::string_view kEncodingKey = "encoding";
inline constexpr std::string_view kJsonEncoding = "json/plain";
inline constexpr std::string_view kNullEncoding = "binary/null";
inline constexpr std::string_view kBytesEncoding = "binary/plain";

/// A JSON document. `json` must be valid JSON in UTF-8.
Payload JsonPayload(std::string json);

/// The JSON string for `text`, which must be UTF-8; quotes included.
std::string JsonString(std::string_view text);

/// The absence of a value (what other SDKs make of `None`, `nil` or `null`).
Payload NullPayload();

/// Bytes that mean something to the receiver only.
Payload BytesPayload(std::string bytes);

/// The payload's `encoding` metadata; empty if it has none.
std::string_view EncodingOf(const Payload& payload);

/// The JSON text of a `json/plain` or `json/protobuf` payload; `null` for a `binary/null` one. Any other encoding is
/// an error (kInvalidArgument). The view lives as long as the payload.
Result<std::string_view> JsonOf(const Payload& payload);

/// The bytes of a `binary/plain` payload; any other encoding is an error (kInvalidArgument). The view lives as
/// long as the payload.
Result<std::string_view> BytesOf(const Payload& payload);

}  // namespace temporalio
