#include <array>
#include <chrono>

#include "base/encode.h"
#include "notify/kinds.h"

namespace weft::notify {
namespace {

using expr::Value;

/// -1: the system is busy. 130101: more than 20 messages a minute, which closes the robot for ten minutes.
constexpr std::array kPassing{PassingCode{-1, {}}, PassingCode{130101, std::chrono::minutes(10)}};

std::string Quoted(const std::string& text) {
  std::string out = "> ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "\n> ";  // one newline alone does not break the line
  }
  return out;
}

std::string Markdown(const Message& message) {
  std::string text = "### " + WithoutMarkup(message.title) + "\n\n";
  if (!message.text.empty()) text += WithoutMarkup(message.text) + "\n\n";
  for (const auto& field : message.fields) text += "- **" + field.label + "**: " + WithoutMarkup(field.value) + '\n';
  if (!message.detail.value.empty()) {
    text += "\n**" + message.detail.label + "**\n\n" + Quoted(WithoutMarkup(message.detail.value)) + '\n';
  }
  if (!message.link.value.empty()) text += "\n[" + message.link.label + "](" + message.link.value + ")\n";
  return text;
}

std::string SignedUrl(std::string url, const std::string& secret, Timestamp now) {
  if (secret.empty()) return url;
  const auto millis = std::to_string(std::chrono::floor<std::chrono::milliseconds>(now).time_since_epoch().count());
  url += url.contains('?') ? '&' : '?';
  return url + "timestamp=" + millis + "&sign=" + PercentEncode(Base64(Sign(secret, millis + '\n' + secret)));
}

}  // namespace

Delivery SendDingTalk(const Value& config, const Message& message, const Sending& sending) {
  const auto body =
      Value::Object(
          {{"msgtype", Value("markdown")},
           {"markdown", Value::Object({{"title", Value(message.title)}, {"text", Value(Markdown(message))}})}})
          .Dump();
  auto delivery =
      PostAndJudge(sending,
                   {.url = SignedUrl(config.Get("url").AsString(), config.Get("secret").AsString(), sending.now),
                    .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                    .body = body},
                   body);
  JudgeAnswer(delivery, "errcode", "errmsg", kPassing);
  return delivery;
}

}  // namespace weft::notify
