#include <fmt/format.h>

#include "notify/kinds.h"

namespace weft::notify {

using expr::Value;

// The signature is GitHub's form, which receivers know how to check: over the body as it is sent.
Delivery SendWebhook(const Value& config, const Message& message, const Sending& sending) {
  Post post{.url = config.Get("url").AsString(),
            .headers = {{"Content-Type", "application/json"},
                        {"X-Weft-Event", sending.event},
                        {"Idempotency-Key", sending.id}},
            .body = message.payload};
  if (const auto secret = config.Get("secret").AsString(); !secret.empty()) {
    std::string hex;
    for (const char byte : Sign(secret, post.body)) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    post.headers.emplace_back("X-Weft-Signature", "sha256=" + hex);
  }
  config.Get("headers").ForEachField(
      [&](std::string_view name, const Value& value) { post.headers.emplace_back(name, value.AsString()); });
  return PostAndJudge(sending, std::move(post), message.payload);
}

}  // namespace weft::notify
