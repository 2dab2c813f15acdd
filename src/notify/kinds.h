#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/time.h"
#include "expr/value.h"
#include "notify/message.h"
#include "notify/transport.h"

/// The kinds of channels: what each is configured with, and how it sends. A service's limits and answers are known in
/// its own `channel_<kind>.cc`.
namespace weft::notify {

/// How one attempt ended.
struct Delivery {
  enum class Outcome : std::uint8_t {
    kSent,
    kRetry,    ///< it may work later
    kRefused,  ///< it will not, as long as nobody changes something
  };
  Outcome outcome = Outcome::kSent;
  std::optional<Duration> retry_after;  ///< the service asked for
  std::string error;                    ///< a sentence
  std::string answer;                   ///< what the service said
  std::string sent;                     ///< what it was sent, without signatures and addresses that hold secrets
};

/// What a kind sends with.
struct Sending {
  Transport& transport;
  std::stop_token stop;
  Timestamp now;      ///< goes into signatures
  std::string id;     ///< the same for every attempt: receivers can tell a second delivery
  std::string event;  ///< of the message
};

struct Setting {
  enum class Shape : std::uint8_t { kText, kUrl, kTexts, kHeaders, kPort, kSecurity };
  std::string_view name;
  Shape shape = Shape::kText;
  bool required = false;
  /// Never shown again.
  bool secret = false;
};

struct Kind {
  std::string_view name;
  std::string_view language;  ///< of its channels unless they say otherwise
  std::span<const Setting> settings;
  Delivery (*send)(const expr::Value& config, const Message& message, const Sending& sending);
};

std::span<const Kind> Kinds();
/// Null: there is no such kind.
const Kind* FindKind(std::string_view name);

Delivery SendWebhook(const expr::Value& config, const Message& message, const Sending& sending);
Delivery SendEmail(const expr::Value& config, const Message& message, const Sending& sending);
Delivery SendSlack(const expr::Value& config, const Message& message, const Sending& sending);
Delivery SendDingTalk(const expr::Value& config, const Message& message, const Sending& sending);
Delivery SendFeishu(const expr::Value& config, const Message& message, const Sending& sending);
Delivery SendWeCom(const expr::Value& config, const Message& message, const Sending& sending);

// What the kinds have in common.

/// Posts and judges by the status: 2xx sent; 408, 425, 429, 5xx and no answer at all: again later; anything else is
/// refused. The service's answer goes into the delivery, with `sent` as what it was sent.
Delivery PostAndJudge(const Sending& sending, Post post, std::string sent);

/// For services that answer 200 whatever happened: the number in `code_field` of the answer, 0 being success, with the
/// text in `text_field`. `retry` names the codes that pass, and how long that takes.
struct PassingCode {
  int code = 0;
  Duration pause{};
};
void JudgeAnswer(Delivery& delivery, std::string_view code_field, std::string_view text_field,
                 std::span<const PassingCode> retry);

/// HMAC-SHA256.
std::string Sign(std::string_view key, std::string_view text);

/// For markup that knows links and mentions: brackets of both kinds become their full-width forms.
std::string WithoutMarkup(std::string_view text);

}  // namespace weft::notify
