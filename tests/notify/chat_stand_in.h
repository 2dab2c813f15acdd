#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "activities/http_server_for_test.h"
#include "base/encode.h"
#include "expr/value.h"

/// Services that take messages, as far as a sender can tell: each checks what its documentation asks for, and answers
/// as it says.
namespace weft::notify {

inline std::string HmacOf(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), mac.data(), &length);
  return {reinterpret_cast<const char*>(mac.data()), length};
}

inline std::string HexOf(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += kDigits[byte >> 4U];
    hex += kDigits[byte & 15U];
  }
  return hex;
}

inline std::string HeaderOf(const activities::ServedRequest& request, const std::string& name) {
  const auto at = request.head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return request.head.substr(begin, request.head.find("\r\n", begin) - begin);
}

/// A parameter of the query, decoded.
inline std::string ParameterOf(const std::string& target, const std::string& name) {
  auto at = target.find("?" + name + "=");
  if (at == std::string::npos) at = target.find("&" + name + "=");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 2;
  const auto raw = target.substr(begin, target.find('&', begin) - begin);
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '%') {
      text += static_cast<char>(std::stoi(raw.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      text += raw[i];
    }
  }
  return text;
}

inline bool IsWithinTheHour(const std::string& stamp, std::int64_t per_second) {
  if (stamp.empty()) return false;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  return std::abs(std::stoll(stamp) / per_second - now) < 3600;
}

/// DingTalk's custom robot: the signature goes into the address, the body is at most 20,000 bytes.
inline std::string AnswerOfDingTalk(const activities::ServedRequest& request, const std::string& token,
                                    const std::string& secret) {
  const auto refuse = [](int code, const std::string& text) {
    return activities::Json(R"({"errcode":)" + std::to_string(code) + R"(,"errmsg":")" + text + R"("})");
  };
  if (ParameterOf(request.target, "access_token") != token) return refuse(300001, "token is not exist");
  const auto stamp = ParameterOf(request.target, "timestamp");
  if (!IsWithinTheHour(stamp, 1000)) return refuse(310000, "invalid timestamp");
  if (ParameterOf(request.target, "sign") != Base64(HmacOf(secret, stamp + "\n" + secret)))
    return refuse(310000, "sign not match");
  if (request.body.size() > 20'000) return refuse(460101, "message too long, exceed 20000 bytes");
  const auto body = expr::Value::Parse(request.body);
  if (!body || body->Get("msgtype").AsString() != "markdown" || body->Get("markdown").Get("title").AsString().empty() ||
      body->Get("markdown").Get("text").AsString().empty())
    return refuse(40035, "invalid parameter");
  return refuse(0, "ok");
}

/// Feishu's custom bot: the signature goes into the body, which is at most 20 KB.
inline std::string AnswerOfFeishu(const activities::ServedRequest& request, const std::string& secret) {
  const auto refuse = [](int code, const std::string& text) {
    return activities::Json(R"({"code":)" + std::to_string(code) + R"(,"msg":")" + text + R"(","data":{}})");
  };
  const auto body = expr::Value::Parse(request.body);
  if (!body || request.body.size() > 20 * 1024) return refuse(9499, "Bad Request");
  const auto stamp = body->Get("timestamp").AsString();
  if (!IsWithinTheHour(stamp, 1) || body->Get("sign").AsString() != Base64(HmacOf(stamp + "\n" + secret, "")))
    return refuse(19021, "sign match fail or timestamp is not within one hour from current time");
  const auto card = body->Get("card");
  if (body->Get("msg_type").AsString() != "interactive" ||
      card.Get("header").Get("title").Get("content").AsString().empty() || card.Get("elements").size() == 0)
    return refuse(19001, "param invalid");
  return refuse(0, "success");
}

/// WeCom's group robot: the markdown is at most 4,096 bytes.
inline std::string AnswerOfWeCom(const activities::ServedRequest& request, const std::string& key) {
  const auto refuse = [](int code, const std::string& text) {
    return activities::Json(R"({"errcode":)" + std::to_string(code) + R"(,"errmsg":")" + text + R"("})");
  };
  if (ParameterOf(request.target, "key") != key) return refuse(93000, "invalid webhook url");
  const auto body = expr::Value::Parse(request.body);
  if (!body || body->Get("msgtype").AsString() != "markdown") return refuse(40008, "invalid message type");
  const auto content = body->Get("markdown").Get("content").AsString();
  if (content.empty()) return refuse(44004, "empty content");
  if (content.size() > 4096) return refuse(40058, "markdown.content exceed max length 4096");
  return refuse(0, "ok");
}

/// Slack's incoming webhooks: Block Kit's limits; errors are words with a status.
inline std::string AnswerOfSlack(const activities::ServedRequest& request) {
  const auto body = expr::Value::Parse(request.body);
  if (!body || !HeaderOf(request, "Content-Type").starts_with("application/json"))
    return activities::Answer("400 Bad Request", "", "invalid_payload");
  const auto blocks = body->Get("blocks");
  bool valid = blocks.size() > 0 && blocks.size() <= 50 && !body->Get("text").AsString().empty();
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto block = blocks.At(i);
    const auto type = block.Get("type").AsString();
    const auto text = block.Get("text").Get("text").AsString();
    if (type == "header") {
      valid = valid && !text.empty() && text.size() <= 150 && block.Get("text").Get("type").AsString() == "plain_text";
    } else if (type == "section") {
      valid = valid && text.size() <= 3000 && block.Get("fields").size() <= 10 &&
              (!text.empty() || block.Get("fields").size() > 0);
      for (std::size_t j = 0; j < block.Get("fields").size(); ++j)
        valid = valid && block.Get("fields").At(j).Get("text").AsString().size() <= 2000;
    } else {
      valid = valid && type == "actions" && block.Get("elements").At(0).Get("url").AsString().starts_with("http");
    }
  }
  if (!valid) return activities::Answer("400 Bad Request", "", "invalid_blocks");
  return activities::Answer("200 OK", "", "ok");
}

}  // namespace weft::notify
