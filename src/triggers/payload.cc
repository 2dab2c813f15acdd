#include "triggers/payload.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/encode.h"
#include "base/utf8.h"

namespace weft::triggers {
namespace {

using expr::Value;

constexpr std::string_view kForm = "application/x-www-form-urlencoded";

/// Names of headers and query parameters that hold any of these are credentials.
constexpr std::array<std::string_view, 10> kCredentials{"authorization", "cookie",    "signature", "token",
                                                        "secret",        "api-key",   "api_key",   "apikey",
                                                        "password",      "credential"};

constexpr std::array<std::string_view, 8> kDeliveryHeaders{
    "idempotency-key",     "webhook-id",           "x-github-delivery", "x-gitea-delivery",
    "x-gitlab-event-uuid", "x-shopify-webhook-id", "x-delivery-id",     "x-webhook-id"};

bool IsCredential(std::string_view name) {
  const auto lower = LowerCase(name);
  return lower == "sig" ||
         std::ranges::any_of(kCredentials, [&](auto part) { return lower.find(part) != std::string::npos; });
}

/// `text/html; charset=utf-8` → `text/html`.
std::string MediaType(std::string_view content_type) {
  auto type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ') || type.ends_with('\t')) type.remove_suffix(1);
  return LowerCase(type);
}

/// Of a form: `+` is a blank; a `%` that begins no code stays.
std::string Decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, code, 16).ptr == text.data() + i + 3) {
      plain += static_cast<char>(code);
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

/// A name that stands several times gets the list of its values.
void Add(Value& object, std::string_view name, std::string_view text) {
  const auto key = RepairUtf8(name);
  Value value(RepairUtf8(text));
  if (!object.Has(key)) {
    object.Set(key, std::move(value));
    return;
  }
  auto list = object.Get(key);
  if (!list.IsArray()) list = Value::Array({list});
  list.Append(std::move(value));
  object.Set(key, std::move(list));
}

Value ReadForm(std::string_view text) {
  auto form = Value::EmptyObject();
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto field = text.substr(0, end);
    const auto equals = std::min(field.find('='), field.size());
    if (!field.empty()) {
      Add(form, Decoded(field.substr(0, equals)), Decoded(field.substr(std::min(equals + 1, field.size()))));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return form;
}

Value WithoutToken(Value object) {
  object.Erase("token");
  return object;
}

}  // namespace

std::string_view HookRequest::Header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, [](const auto& entry) { return std::string_view(entry.first); });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

Result<Value> ReadBody(const HookRequest& request, bool proven) {
  if (request.body.empty()) return Value();
  const auto type = MediaType(request.Header("content-type"));
  const bool is_json = type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
  if (is_json || (proven && type.empty())) {
    auto body = Value::Parse(request.body, Value::kMaxDepth);
    if (!body) return Fail("validation", "the body is not JSON: " + body.error().message);
    return body;
  }
  if (!proven) {
    return Fail("media_type",
                "without authentication a webhook takes `application/json` only; send that, or give the "
                "trigger an `auth`");
  }
  if (type == kForm) return ReadForm(request.body);
  if (type.starts_with("text/")) return Value(RepairUtf8(request.body));
  if (type.starts_with("multipart/")) {
    return Fail("media_type", "`" + type + "` is not taken; send JSON, a form, text or one file as the body");
  }
  return Value::Object({{"base64", Value(Base64(request.body))}, {"content_type", Value(RepairUtf8(type))}});
}

Value PayloadOf(const HookRequest& request, Value body, std::string_view preset, std::string_view signature_header,
                Timestamp now) {
  auto query = Value::EmptyObject();
  for (const auto& [name, value] : request.query) {
    if (!IsCredential(name)) Add(query, name, value);
  }
  auto headers = Value::EmptyObject();
  const auto signature = LowerCase(signature_header);
  for (const auto& [name, value] : request.headers) {
    if (IsCredential(name) || name == signature) continue;
    const auto earlier = headers.Get(name);
    const auto text = RepairUtf8(value);
    headers.Set(RepairUtf8(name), Value(earlier.IsString() ? earlier.AsString() + ", " + text : text));
  }
  if ((preset == "slack" || preset == "feishu") && body.IsObject()) {
    body.Erase("token");
    if (body.Get("header").IsObject()) body.Set("header", WithoutToken(body.Get("header")));
  }
  return Value::Object({{"method", Value(request.method)},
                        {"path", Value(RepairUtf8(request.path))},
                        {"query", std::move(query)},
                        {"headers", std::move(headers)},
                        {"body", std::move(body)},
                        {"receivedAt", Value(FormatTimestamp(now))}});
}

std::string DeliveryName(const HookRequest& request, const Value& body, std::string_view preset) {
  for (const auto name : kDeliveryHeaders) {
    if (const auto value = request.Header(name); !value.empty()) return RepairUtf8(value);
  }
  Value field;
  if (preset == "stripe") field = body.Get("id");
  if (preset == "slack") field = body.Has("event_id") ? body.Get("event_id") : body.Get("trigger_id");
  if (preset == "feishu") field = body.Has("uuid") ? body.Get("uuid") : body.Get("header").Get("event_id");
  return field.IsString() ? RepairUtf8(field.StringView()) : std::string();
}

}  // namespace weft::triggers
