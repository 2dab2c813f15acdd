#include "activities/http_body.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "base/encode.h"
#include "base/utf8.h"

namespace weft::activities {
namespace {

using expr::Value;

constexpr std::size_t kStart = std::size_t{4} * 1024;

struct ContentType {
  std::string type;     ///< `application/json`
  std::string charset;  ///< empty: none given
};

ContentType Split(std::string_view header) {
  std::string lower;
  for (const char byte : header) {
    const auto c = static_cast<unsigned char>(byte);
    if (std::isspace(c) == 0 && c != '"') lower += static_cast<char>(std::tolower(c));
  }
  ContentType split{.type = lower.substr(0, lower.find(';')), .charset = {}};
  if (const auto at = lower.find(";charset="); at != std::string::npos) {
    split.charset = lower.substr(at + 9);
    split.charset.resize(std::min(split.charset.find(';'), split.charset.size()));
  }
  return split;
}

bool IsJson(std::string_view type) {
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

bool IsText(std::string_view type) {
  constexpr std::array<std::string_view, 9> kTexts{
      "application/xml",    "application/javascript", "application/x-javascript", "application/x-www-form-urlencoded",
      "application/yaml",   "application/x-yaml",     "application/x-ndjson",     "application/toml",
      "application/graphql"};
  return type.starts_with("text/") || type.ends_with("+xml") || type.ends_with("+yaml") ||
         std::ranges::find(kTexts, type) != kTexts.end();
}

/// The text in UTF-8; what its character set does not have, and text of an unknown one, is repaired.
std::string ToUtf8(const std::string& charset, std::string_view text) {
  if (charset.empty() || charset == "utf-8" || charset == "utf8" || charset == "us-ascii") return RepairUtf8(text);
  const auto converter = ::iconv_open("UTF-8", charset.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return RepairUtf8(text);
  std::string converted;
  std::string source(text);
  char* in = source.data();
  std::size_t left = source.size();
  std::array<char, 4096> buffer;
  while (left > 0) {
    char* out = buffer.data();
    std::size_t room = buffer.size();
    const auto done = ::iconv(converter, &in, &left, &out, &room);
    converted.append(buffer.data(), out);
    if (done != static_cast<std::size_t>(-1) || errno == E2BIG) continue;
    converted += "\uFFFD";
    ++in;
    --left;
  }
  ::iconv_close(converter);
  return RepairUtf8(converted);
}

}  // namespace

Outcome<Value> BodyValue(std::string_view content_type, std::string_view body) {
  if (body.empty()) return Value();
  const auto [type, charset] = Split(content_type);
  if (IsJson(type)) {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    auto text = ToUtf8(charset, body);
    auto parsed =
        Value::Parse(std::string_view(text).substr(text.starts_with(kMark) ? kMark.size() : 0), Value::kMaxDepth);
    if (!parsed) {
      return Failure("validation", "the answer calls itself JSON, but is not: " + parsed.error().message,
                     Value::Object({{"body", Value(BodyStart(content_type, body))}}));
    }
    return *std::move(parsed);
  }
  if (IsText(type) || (type.empty() && !FindInvalidUtf8(body))) return Value(ToUtf8(charset, body));
  return Value::Object(
      {{"base64", Value(Base64(body))},
       {"content_type", Value(RepairUtf8(content_type.empty() ? "application/octet-stream" : content_type))}});
}

std::string BodyStart(std::string_view content_type, std::string_view body) {
  auto text = ToUtf8(Split(content_type).charset, body.substr(0, kStart));
  if (text.size() <= kStart) return text;
  text.resize(kStart);
  while (const auto bad = FindInvalidUtf8(text)) text.resize(*bad);
  return text;
}

}  // namespace weft::activities
