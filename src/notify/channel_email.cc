#include "notify/kinds.h"
#include "notify/mime.h"

namespace weft::notify {
namespace {

using expr::Value;

std::string PlainText(const Message& message) {
  std::string text = message.title + "\n\n";
  if (!message.text.empty()) text += message.text + "\n\n";
  for (const auto& field : message.fields) text += field.label + ": " + field.value + '\n';
  if (!message.detail.value.empty()) text += '\n' + message.detail.label + ":\n" + message.detail.value + '\n';
  if (!message.link.value.empty()) text += '\n' + message.link.label + ": " + message.link.value + '\n';
  return text;
}

const char* Colour(Message::Tone tone) {
  switch (tone) {
    case Message::Tone::kBad: return "#cf1322";
    case Message::Tone::kWarning: return "#d46b08";
    case Message::Tone::kGood: return "#389e0d";
    case Message::Tone::kNeutral: return "#1f1f1f";
  }
  return "#1f1f1f";
}

/// Styles stand in the elements: mail programs drop everything else.
std::string Html(const Message& message) {
  std::string html = std::string("<!DOCTYPE html><html lang=\"") +
                     (message.language == Language::kChinese ? "zh-CN" : "en") +
                     "\"><body style=\"font-family:sans-serif;font-size:14px;color:#1f1f1f\"><h2 style=\"color:" +
                     Colour(message.tone) + "\">" + EscapeHtml(message.title) + "</h2>";
  if (!message.text.empty()) html += "<p style=\"white-space:pre-wrap\">" + EscapeHtml(message.text) + "</p>";
  html += "<table style=\"border-collapse:collapse\">";
  for (const auto& field : message.fields) {
    html += "<tr><td style=\"padding:2px 16px 2px 0;color:#8c8c8c\">" + EscapeHtml(field.label) + "</td><td>" +
            EscapeHtml(field.value) + "</td></tr>";
  }
  html += "</table>";
  if (!message.detail.value.empty()) {
    html += "<p style=\"color:#8c8c8c\">" + EscapeHtml(message.detail.label) +
            "</p><pre style=\"background:#f5f5f5;padding:12px;white-space:pre-wrap\">" +
            EscapeHtml(message.detail.value) + "</pre>";
  }
  if (!message.link.value.empty()) {
    html += "<p><a href=\"" + EscapeHtml(message.link.value) + "\">" + EscapeHtml(message.link.label) + "</a></p>";
  }
  return html + "</body></html>";
}

std::vector<std::string> TextsOf(const Value& value) {
  std::vector<std::string> texts;
  if (value.IsString()) texts.push_back(value.AsString());
  for (std::size_t i = 0; i < value.size(); ++i) texts.push_back(value.At(i).AsString());
  return texts;
}

Mail::Security SecurityOf(std::string_view name) {
  if (name == "none") return Mail::Security::kNone;
  return name == "tls" ? Mail::Security::kTls : Mail::Security::kStartTls;
}

}  // namespace

Delivery SendEmail(const Value& config, const Message& message, const Sending& sending) {
  Delivery delivery;
  delivery.sent = PlainText(message);
  Mail mail;
  mail.host = config.Get("host").AsString();
  mail.security = SecurityOf(config.Get("security").StringView());
  mail.port = mail.security == Mail::Security::kTls ? 465 : 587;
  if (config.Has("port")) mail.port = static_cast<int>(config.Get("port").AsInteger());
  mail.username = config.Get("username").AsString();
  mail.password = config.Get("password").AsString();
  mail.ca = config.Get("ca").AsString();
  const auto from = config.Get("from").AsString();
  const auto to = TextsOf(config.Get("to"));
  mail.from = AddressOf(from).value_or(from);
  for (const auto& mailbox : to) mail.to.push_back(AddressOf(mailbox).value_or(mailbox));
  mail.message = FormatLetter({.from = from,
                               .to = to,
                               .subject = message.title,
                               .text = PlainText(message),
                               .html = Html(message),
                               .id = sending.id,
                               .date = sending.now});
  const auto answer = sending.transport.Send(mail, sending.stop);
  if (!answer) {
    const auto& code = answer.error().code;
    delivery.outcome = code == "http.connect" || code == "timeout" || code == "cancelled" ? Delivery::Outcome::kRetry
                                                                                          : Delivery::Outcome::kRefused;
    delivery.error = answer.error().message;
    return delivery;
  }
  delivery.answer = Shortened(std::to_string(answer->reply) + ' ' + answer->text, 1000);
  if (answer->reply >= 200 && answer->reply < 300) return delivery;
  delivery.outcome = answer->reply < 500 ? Delivery::Outcome::kRetry : Delivery::Outcome::kRefused;
  delivery.error = "the mail server answered " + delivery.answer;
  return delivery;
}

}  // namespace weft::notify
