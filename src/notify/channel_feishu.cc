#include <array>
#include <chrono>

#include "base/encode.h"
#include "notify/kinds.h"

namespace weft::notify {
namespace {

using expr::Value;

/// 11232: too many messages for now; 9499: too many requests.
constexpr std::array kPassing{PassingCode{11232, std::chrono::minutes(1)}, PassingCode{9499, std::chrono::minutes(1)}};

const char* Colour(Message::Tone tone) {
  switch (tone) {
    case Message::Tone::kBad: return "red";
    case Message::Tone::kWarning: return "orange";
    case Message::Tone::kGood: return "green";
    case Message::Tone::kNeutral: return "blue";
  }
  return "blue";
}

Value Text(const char* tag, const std::string& content) {
  return Value::Object({{"tag", Value(tag)}, {"content", Value(content)}});
}

Value Block(Value text) { return Value::Object({{"tag", Value("div")}, {"text", std::move(text)}}); }

Value Card(const Message& message) {
  auto elements = Value::EmptyArray();
  if (!message.text.empty()) elements.Append(Block(Text("plain_text", message.text)));
  auto fields = Value::EmptyArray();
  for (const auto& field : message.fields) {
    fields.Append(Value::Object({{"is_short", Value(field.value.size() <= 40)},
                                 {"text", Text("lark_md", "**" + field.label + "**\n" + WithoutMarkup(field.value))}}));
  }
  if (fields.size() > 0) elements.Append(Value::Object({{"tag", Value("div")}, {"fields", std::move(fields)}}));
  if (!message.detail.value.empty()) {
    elements.Append(Value::Object({{"tag", Value("hr")}}));
    elements.Append(Block(Text("plain_text", message.detail.label + '\n' + message.detail.value)));
  }
  if (!message.link.value.empty()) {
    auto button = Value::Object({{"tag", Value("button")},
                                 {"type", Value("primary")},
                                 {"text", Text("plain_text", message.link.label)},
                                 {"url", Value(message.link.value)}});
    elements.Append(Value::Object({{"tag", Value("action")}, {"actions", Value::Array({std::move(button)})}}));
  }
  return Value::Object({{"config", Value::Object({{"wide_screen_mode", Value(true)}})},
                        {"header", Value::Object({{"template", Value(Colour(message.tone))},
                                                  {"title", Text("plain_text", message.title)}})},
                        {"elements", std::move(elements)}});
}

}  // namespace

Delivery SendFeishu(const Value& config, const Message& message, const Sending& sending) {
  auto body = Value::Object({{"msg_type", Value("interactive")}, {"card", Card(message)}});
  auto sent = body.Dump();
  if (const auto secret = config.Get("secret").AsString(); !secret.empty()) {
    const auto seconds =
        std::to_string(std::chrono::floor<std::chrono::seconds>(sending.now).time_since_epoch().count());
    body.Set("timestamp", Value(seconds));
    // The service signs nothing with a key made of time and secret, not the time with the secret.
    body.Set("sign", Value(Base64(Sign(seconds + '\n' + secret, ""))));
  }
  auto delivery = PostAndJudge(sending,
                               {.url = config.Get("url").AsString(),
                                .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                                .body = body.Dump()},
                               std::move(sent));
  JudgeAnswer(delivery, "code", "msg", kPassing);
  return delivery;
}

}  // namespace weft::notify
