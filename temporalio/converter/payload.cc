#include "temporalio/converter/payload.h"

#include <utility>

namespace temporalio {
namespace {

Payload Encoded(std::string_view encoding, std::string data) {
  Payload payload;
  (*payload.mutable_metadata())[std::string(kEncodingKey)] = encoding;
  payload.set_data(std::move(data));
  return payload;
}

std::unexpected<Error> Unexpected(const Payload& payload, std::string_view wanted) {
  const std::string_view encoding = EncodingOf(payload);
  return Fail(Error::Code::kInvalidArgument,
              "The payload is " + (encoding.empty() ? "without an encoding" : "encoded as " + std::string(encoding)) +
                  " where " + std::string(wanted) +
                  " is expected; send it in that encoding, or configure the codec that made it.");
}

}  // namespace

Payload JsonPayload(std::string json) { return Encoded(kJsonEncoding, std::move(json)); }

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      constexpr std::string_view kDigits = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      json += "\\u00";
      json += kDigits[byte >> 4];
      json += kDigits[byte & 15];
    } else {
      json += c;
    }
  }
  return json += '"';
}

Payload NullPayload() { return Encoded(kNullEncoding, ""); }

Payload BytesPayload(std::string bytes) { return Encoded(kBytesEncoding, std::move(bytes)); }

std::string_view EncodingOf(const Payload& payload) {
  const auto found = payload.metadata().find(std::string(kEncodingKey));
  return found == payload.metadata().end() ? std::string_view() : std::string_view(found->second);
}

Result<std::string_view> JsonOf(const Payload& payload) {
  const std::string_view encoding = EncodingOf(payload);
  if (encoding == kJsonEncoding || encoding == "json/protobuf") return payload.data();
  if (encoding == kNullEncoding) return "null";
  return Unexpected(payload, "JSON");
}

Result<std::string_view> BytesOf(const Payload& payload) {
  if (EncodingOf(payload) == kBytesEncoding) return payload.data();
  return Unexpected(payload, kBytesEncoding);
}

}  // namespace temporalio
