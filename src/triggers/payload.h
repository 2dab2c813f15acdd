#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "dsl/definition.h"

/// What a webhook's request becomes: the trigger's payload.
namespace weft::triggers {

struct HookRequest {
  std::string method;
  std::string ns;
  std::string path;                                          ///< behind the namespace, decoded, without a leading slash
  std::vector<std::pair<std::string, std::string>> query;    ///< decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, in order
  std::string body;

  /// Empty when it is missing; of several the first.
  [[nodiscard]] std::string_view Header(std::string_view name) const;
};

/// The body as data: JSON; a form as an object; text; of anything else `{ base64, content_type }`; nothing is null. A
/// sender that has not proved itself may only send JSON, since any web page can make a browser send the rest. Fails
/// with `media_type`, or with `validation` when JSON is none.
Result<expr::Value> ReadBody(const HookRequest& request, bool proven);

/// `{ method, path, query, headers, body, receivedAt }`, without what proves the sender: authorization, cookies, and
/// headers, query parameters and (of `preset`) fields of the body that carry signatures, tokens or keys.
/// `signature_header` is one more to leave out.
expr::Value PayloadOf(const HookRequest& request, expr::Value body, std::string_view preset,
                      std::string_view signature_header, Timestamp now);

/// The sender's own name for the delivery, the same when it sends it again: `Idempotency-Key`, a header that services
/// use for it, or of `preset` a field of the body; empty if there is none.
std::string DeliveryName(const HookRequest& request, const expr::Value& body, std::string_view preset);

}  // namespace weft::triggers
