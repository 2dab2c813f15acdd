#include "notify/kinds.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace weft::notify {
namespace {

using Shape = Setting::Shape;

constexpr std::size_t kKeptAnswer = 1000;

constexpr std::array kWebhook{Setting{"url", Shape::kUrl, true, false},
                              Setting{"headers", Shape::kHeaders, false, true},
                              Setting{"secret", Shape::kText, false, true}};
constexpr std::array kEmail{
    Setting{"host", Shape::kText, true, false},          Setting{"port", Shape::kPort, false, false},
    Setting{"security", Shape::kSecurity, false, false}, Setting{"username", Shape::kText, false, false},
    Setting{"password", Shape::kText, false, true},      Setting{"ca", Shape::kText, false, false},
    Setting{"from", Shape::kText, true, false},          Setting{"to", Shape::kTexts, true, false}};
// The addresses of chat services are their passwords.
constexpr std::array kAddress{Setting{"url", Shape::kUrl, true, true}};
constexpr std::array kSignedAddress{Setting{"url", Shape::kUrl, true, true},
                                    Setting{"secret", Shape::kText, false, true}};

constexpr std::array kKinds{
    Kind{"webhook", "en", kWebhook, &SendWebhook},     Kind{"email", "en", kEmail, &SendEmail},
    Kind{"slack", "en", kAddress, &SendSlack},         Kind{"dingtalk", "zh", kSignedAddress, &SendDingTalk},
    Kind{"feishu", "zh", kSignedAddress, &SendFeishu}, Kind{"wecom", "zh", kAddress, &SendWeCom},
};

bool Passes(const Error& error) {
  return error.code == "http.connect" || error.code == "timeout" || error.code == "cancelled";
}

}  // namespace

std::span<const Kind> Kinds() { return kKinds; }

const Kind* FindKind(std::string_view name) {
  const auto* found = std::ranges::find(kKinds, name, &Kind::name);
  return found == kKinds.end() ? nullptr : found;
}

Delivery PostAndJudge(const Sending& sending, Post post, std::string sent) {
  Delivery delivery;
  delivery.sent = std::move(sent);
  const auto answer = sending.transport.Send(post, sending.stop);
  if (!answer) {
    delivery.outcome = Passes(answer.error()) ? Delivery::Outcome::kRetry : Delivery::Outcome::kRefused;
    delivery.error = answer.error().message;
    return delivery;
  }
  delivery.answer = Shortened(answer->body, kKeptAnswer);
  const int status = answer->status;
  if (status >= 200 && status < 300) return delivery;
  delivery.outcome = status == 408 || status == 425 || status == 429 || status >= 500 ? Delivery::Outcome::kRetry
                                                                                      : Delivery::Outcome::kRefused;
  delivery.retry_after = answer->retry_after;
  delivery.error = "the service answered with status " + std::to_string(status);
  return delivery;
}

void JudgeAnswer(Delivery& delivery, std::string_view code_field, std::string_view text_field,
                 std::span<const PassingCode> retry) {
  if (delivery.outcome != Delivery::Outcome::kSent) return;
  const auto answer = expr::Value::Parse(delivery.answer, expr::Value::kMaxDepth);
  if (!answer || !answer->Get(code_field).IsNumber()) {
    delivery.outcome = Delivery::Outcome::kRefused;
    delivery.error = "the answer holds no `" + std::string(code_field) + "`; is the address that of the service?";
    return;
  }
  const auto code = answer->Get(code_field).AsInteger();
  if (code == 0) return;
  const auto passing = std::ranges::find(retry, code, &PassingCode::code);
  delivery.outcome = passing == retry.end() ? Delivery::Outcome::kRefused : Delivery::Outcome::kRetry;
  if (passing != retry.end() && passing->pause > Duration::zero()) delivery.retry_after = passing->pause;
  delivery.error = "the service answered with " + std::string(code_field) + ' ' + std::to_string(code) + ": " +
                   answer->Get(text_field).AsString();
}

std::string Sign(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
         text.size(), mac.data(), &length);
  return {reinterpret_cast<const char*>(mac.data()), length};
}

std::string WithoutMarkup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "＜"; break;
      case '>': out += "＞"; break;
      case '[': out += "［"; break;
      case ']': out += "］"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace weft::notify
