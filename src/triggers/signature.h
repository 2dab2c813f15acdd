#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "expr/value.h"

/// How senders of webhooks sign, and what else their protocols ask for.
namespace weft::triggers {

/// A header of the request by its name in lower case; empty when it is missing.
using HeaderLookup = std::function<std::string_view(std::string_view name)>;

/// Fails with `unauthorized` unless `body` was signed with `secret` as `hmac` says: the value of the trigger's
/// `auth.hmac`, `{ header, algorithm, prefix }` or `{ preset }`. Presets:
///   github  `X-Hub-Signature-256: sha256=HEX` over the body
///   stripe  `Stripe-Signature: t=SECONDS,v1=HEX,…` over `SECONDS.BODY`, five minutes old at most
///   slack   `X-Slack-Signature: v0=HEX` over `v0:SECONDS:BODY`, five minutes old at most
///   feishu  `X-Lark-Signature`: SHA-256 of time stamp, nonce, key and body
/// Otherwise the signature stands in `header`, behind `prefix`, in hexadecimal or base 64. Takes the same time wherever
/// two signatures differ.
Result<void> CheckSignature(const expr::Value& hmac, const std::string& secret, const HeaderLookup& header,
                            std::string_view body, Timestamp now);

/// The plain body of what Feishu sends as `{ "encrypt": … }`; any other body as it is. Fails with `unauthorized` when
/// the key is another one.
Result<expr::Value> DecryptFeishu(const std::string& secret, expr::Value body);

/// The answer to a request by which Slack and Feishu confirm an address (`type: url_verification`); null for any other.
/// Feishu does not sign it. It starts nothing and tells its sender nothing new.
expr::Value Challenge(std::string_view preset, const expr::Value& body);

/// Equal, in a time that depends on the length only.
bool SameSecret(std::string_view a, std::string_view b);

}  // namespace weft::triggers
