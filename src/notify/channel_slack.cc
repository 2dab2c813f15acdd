#include "notify/kinds.h"

namespace weft::notify {
namespace {

using expr::Value;

// Block Kit's limits, in characters; bytes are on the safe side.
constexpr std::size_t kHeader = 150;
constexpr std::size_t kFields = 10;
constexpr std::size_t kSection = 3000;

std::string Replaced(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
    text.replace(at, what.size(), with);
  }
  return text;
}

/// Slack's own three; without `<` there are no mentions and links.
std::string Escaped(std::string text) {
  return Replaced(Replaced(Replaced(std::move(text), "&", "&amp;"), "<", "&lt;"), ">", "&gt;");
}

Value Text(const char* type, const std::string& text) {
  return Value::Object({{"type", Value(type)}, {"text", Value(text)}});
}

Value Section(const std::string& markdown) {
  return Value::Object({{"type", Value("section")}, {"text", Text("mrkdwn", markdown)}});
}

Value Blocks(const Message& message) {
  auto blocks = Value::EmptyArray();
  blocks.Append(
      Value::Object({{"type", Value("header")}, {"text", Text("plain_text", Shortened(message.title, kHeader))}}));
  if (!message.text.empty()) blocks.Append(Section(Shortened(Escaped(message.text), kSection)));
  auto fields = Value::EmptyArray();
  for (const auto& field : message.fields) {
    if (fields.size() == kFields) break;
    fields.Append(Text("mrkdwn", "*" + field.label + "*\n" + Escaped(field.value)));
  }
  if (fields.size() > 0) blocks.Append(Value::Object({{"type", Value("section")}, {"fields", std::move(fields)}}));
  if (!message.detail.value.empty()) {
    const auto label = "*" + message.detail.label + "*\n```";
    const auto room = kSection - label.size() - 3;
    blocks.Append(Section(label + Shortened(Escaped(Replaced(message.detail.value, "```", "'''")), room) + "```"));
  }
  if (!message.link.value.empty()) {
    auto button = Value::Object({{"type", Value("button")},
                                 {"text", Text("plain_text", message.link.label)},
                                 {"url", Value(message.link.value)}});
    blocks.Append(Value::Object({{"type", Value("actions")}, {"elements", Value::Array({std::move(button)})}}));
  }
  return blocks;
}

}  // namespace

Delivery SendSlack(const Value& config, const Message& message, const Sending& sending) {
  // `text` is what the phone's notification shows.
  const auto body = Value::Object({{"text", Value(Escaped(message.title))}, {"blocks", Blocks(message)}}).Dump();
  return PostAndJudge(sending,
                      {.url = config.Get("url").AsString(),
                       .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                       .body = body},
                      body);
}

}  // namespace weft::notify
