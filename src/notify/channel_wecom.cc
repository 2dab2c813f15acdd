#include <array>
#include <chrono>

#include "notify/kinds.h"

namespace weft::notify {
namespace {

using expr::Value;

/// -1: the system is busy. 45009: more than 20 messages a minute.
constexpr std::array kPassing{PassingCode{-1, {}}, PassingCode{45009, std::chrono::minutes(1)}};
/// Of the markdown, in bytes.
constexpr std::size_t kContent = 4096;
// So much of it that all fields fit.
constexpr std::size_t kTitle = 200;
constexpr std::size_t kField = 150;
constexpr std::size_t kLink = 1000;

const char* Colour(Message::Tone tone) {
  switch (tone) {
    case Message::Tone::kBad:
    case Message::Tone::kWarning: return "warning";
    case Message::Tone::kGood: return "info";
    case Message::Tone::kNeutral: return "comment";
  }
  return "comment";
}

/// Title, link and fields always fit; of the texts as much as there is room for.
std::string Markdown(const Message& message) {
  const auto title = std::string("### <font color=\"") + Colour(message.tone) + "\">" +
                     Shortened(WithoutMarkup(message.title), kTitle) + "</font>\n";
  std::string fields;
  for (const auto& field : message.fields) {
    fields +=
        "> " + field.label + ": <font color=\"comment\">" + Shortened(WithoutMarkup(field.value), kField) + "</font>\n";
  }
  std::string link;
  if (!message.link.value.empty() && message.link.value.size() < kLink)
    link = "\n[" + message.link.label + "](" + message.link.value + ")";
  auto room = kContent - title.size() - fields.size() - link.size();
  std::string text;
  if (!message.text.empty()) text = Shortened(WithoutMarkup(message.text), room / 2) + '\n';
  room -= text.size();
  std::string detail;
  if (const auto label = "\n**" + message.detail.label + "**\n";
      !message.detail.value.empty() && room > label.size() + 100) {
    detail = label + Shortened(WithoutMarkup(message.detail.value), room - label.size());
  }
  return title + text + fields + detail + link;
}

}  // namespace

Delivery SendWeCom(const Value& config, const Message& message, const Sending& sending) {
  const auto body = Value::Object({{"msgtype", Value("markdown")},
                                   {"markdown", Value::Object({{"content", Value(Markdown(message))}})}})
                        .Dump();
  auto delivery = PostAndJudge(sending,
                               {.url = config.Get("url").AsString(),
                                .headers = {{"Content-Type", "application/json; charset=utf-8"}},
                                .body = body},
                               body);
  JudgeAnswer(delivery, "errcode", "errmsg", kPassing);
  return delivery;
}

}  // namespace weft::notify
