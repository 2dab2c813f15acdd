#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "activities/activity.h"
#include "activities/http_body.h"
#include "activities/http_url.h"
#include "base/ascii.h"
#include "base/encode.h"
#include "base/utf8.h"

namespace weft::activities {
namespace {

using expr::Value;
using Clock = std::chrono::steady_clock;
using Headers = std::vector<std::pair<std::string, std::string>>;

constexpr std::int64_t kDefaultRedirects = 5;
constexpr std::int64_t kDefaultMaxBody = std::int64_t{10} * 1024 * 1024;

std::string TextOf(const Value& value) { return value.IsString() ? value.AsString() : value.Dump(); }

std::string Cased(std::string_view text, int (*change)(int)) {
  std::string changed;
  for (const char c : text) changed += static_cast<char>(change(static_cast<unsigned char>(c)));
  return changed;
}

bool HasHeader(const Headers& headers, std::string_view lower_name) {
  return std::ranges::any_of(headers,
                             [&](const auto& header) { return Cased(header.first, std::tolower) == lower_name; });
}

/// Calls `add` for each pair that an object's field stands for: a list gives one for each element, null none.
void ForEachPair(const Value& object, const std::function<void(std::string_view, std::string)>& add) {
  object.ForEachField([&](std::string_view name, const Value& value) {
    if (value.IsNull()) return;
    if (!value.IsArray()) return add(name, TextOf(value));
    for (std::size_t i = 0; i < value.size(); ++i) add(name, TextOf(value.At(i)));
  });
}

Result<Headers> RequestHeaders(const Value& arguments) {
  Headers headers;
  std::string bad;
  ForEachPair(arguments.Get("headers"), [&](std::string_view name, std::string value) {
    const bool is_bad = !IsHttpToken(name) || value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos;
    if (is_bad) bad = name;
    headers.emplace_back(name, std::move(value));
  });
  if (!bad.empty()) {
    return Fail("http.header",
                "`" + bad + "` cannot be sent: a header's name is a word, and its value has no line breaks or NUL");
  }
  const auto auth = arguments.Get("auth");
  if (!auth.IsNull() && !auth.Has("basic") && !auth.Has("bearer")) {
    return Fail("validation", "`auth` is neither `{ basic: { user, password } }` nor `{ bearer: TOKEN }`");
  }
  if (auth.Has("basic") && !HasHeader(headers, "authorization")) {
    const auto basic = auth.Get("basic");
    headers.emplace_back("Authorization",
                         "Basic " + Base64(TextOf(basic.Get("user")) + ':' + TextOf(basic.Get("password"))));
  }
  if (auth.Has("bearer") && !HasHeader(headers, "authorization")) {
    auto token = TextOf(auth.Get("bearer"));
    if (token.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return Fail("http.header", "the bearer token holds a line break or NUL");
    }
    headers.emplace_back("Authorization", "Bearer " + std::move(token));
  }
  if (arguments.Has("idempotency_key") && !HasHeader(headers, "idempotency-key")) {
    headers.emplace_back("Idempotency-Key", arguments.Get("idempotency_key").AsString());
  }
  return headers;
}

/// Gives the request its body and that body's type.
void SetBody(const Value& arguments, HttpRequest& request) {
  std::string type;
  if (const auto form = arguments.Get("form"); form.IsObject()) {
    type = "application/x-www-form-urlencoded";
    request.body.emplace();
    ForEachPair(form, [&](std::string_view name, const std::string& value) {
      if (!request.body->empty()) *request.body += '&';
      *request.body += PercentEncode(name) + '=' + PercentEncode(value);
    });
  } else if (const auto body = arguments.Get("body"); !body.IsNull()) {
    type = body.IsString() ? "text/plain; charset=utf-8" : "application/json";
    request.body = TextOf(body);
  }
  if (!type.empty() && !HasHeader(request.headers, "content-type")) request.headers.emplace_back("Content-Type", type);
}

Result<HttpRequest> BuildRequest(const Value& arguments) {
  auto text = arguments.Get("url").AsString();
  ForEachPair(arguments.Get("query"),
              [&](std::string_view name, const std::string& value) { text = WithQuery(std::move(text), name, value); });
  WEFT_TRY(const auto url, HttpUrl::Parse(text));
  HttpRequest request{.url = url.Text(), .method = "GET"};
  if (arguments.Has("method")) request.method = Cased(TextOf(arguments.Get("method")), std::toupper);
  if (!IsHttpToken(request.method) || request.method == "CONNECT") {
    return Fail("validation", "`" + request.method + "` is no method that an http node can use");
  }
  WEFT_TRY(request.headers, RequestHeaders(arguments));
  SetBody(arguments, request);
  const auto tls = arguments.Get("tls");
  request.verify = !tls.Has("verify") || (tls.Get("verify").Truthy() && tls.Get("verify") != Value("false"));
  request.ca = tls.Get("ca").AsString();
  request.cert = tls.Get("cert").AsString();
  request.key = tls.Get("key").AsString();
  request.max_body =
      static_cast<std::uint64_t>(arguments.Has("max_body") ? arguments.Get("max_body").AsInteger() : kDefaultMaxBody);
  return request;
}

bool IsSuccess(const Value& arguments, int status) {
  const auto ranges = arguments.Get("success");
  if (ranges.IsNull()) return status >= 200 && status <= 299;
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (status >= ranges.At(i).At(0).AsInteger() && status <= ranges.At(i).At(1).AsInteger()) return true;
  }
  return false;
}

bool IsRedirect(const HttpResponse& response) {
  constexpr std::array kStatuses{301, 302, 303, 307, 308};
  return std::ranges::find(kStatuses, response.status) != kStatuses.end() && !response.Header("location").empty();
}

/// Whether a secret stands below that argument.
bool HasSecret(const Call& call, std::string_view argument, std::string_view lower_key = {}) {
  return std::ranges::any_of(call.secrets, [&](const expr::SecretText& secret) {
    return !secret.path.empty() && secret.path[0] == argument &&
           (lower_key.empty() || (secret.path.size() > 1 && Cased(secret.path[1], std::tolower) == lower_key));
  });
}

/// Makes the request the one that follows a redirect. Credentials stay with the origin they were given for.
Result<void> Follow(const Call& call, const HttpResponse& response, HttpRequest& request) {
  WEFT_TRY(const auto from, HttpUrl::Parse(request.url));
  WEFT_TRY(const auto to, from.Resolve(std::string(response.Header("location"))));
  const bool becomes_get =
      response.status == 303 ? request.method != "HEAD" : response.status <= 302 && request.method == "POST";
  if (becomes_get) {
    request.method = "GET";
    request.body.reset();
    std::erase_if(request.headers,
                  [](const auto& header) { return Cased(header.first, std::tolower) == "content-type"; });
  }
  request.url = to.Text();
  if (to.Origin() == from.Origin()) return {};
  if (request.body && (HasSecret(call, "body") || HasSecret(call, "form"))) {
    return Fail("http.redirects",
                "the server redirects to another origin, which must not get the secrets in the body; "
                "use the final URL in the workflow");
  }
  std::erase_if(request.headers, [&](const auto& header) {
    const auto name = Cased(header.first, std::tolower);
    return name == "authorization" || name == "cookie" || name == "proxy-authorization" || name == "host" ||
           HasSecret(call, "headers", name);
  });
  request.cert.clear();
  request.key.clear();
  return {};
}

Value HeadersValue(const HttpResponse& response) {
  auto headers = Value::EmptyObject();
  for (const auto& [raw_name, raw_value] : response.headers) {
    const auto name = RepairUtf8(raw_name);
    auto value = RepairUtf8(raw_value);
    if (name == "set-cookie") {  // the only one whose values cannot be joined
      auto cookies = headers.Get(name);
      cookies.Append(Value(value));
      headers.Set(name, std::move(cookies));
    } else {
      headers.Set(name, Value(headers.Has(name) ? headers.Get(name).AsString() + ", " + value : std::move(value)));
    }
  }
  return headers;
}

std::unexpected<contract::ActivityFailure> StatusFailure(const HttpRequest& request, const HttpResponse& response) {
  auto failure = Failure("http.status", fmt::format("{} answered with status {}", request.method, response.status),
                         Value::Object({{"status", Value(response.status)},
                                        {"body", Value(BodyStart(response.Header("content-type"), response.body))}}));
  if (response.retry_after) failure.error().retry_after_ms = response.retry_after->count();
  return failure;
}

Outcome<Value> ResultOf(const Value& arguments, const HttpResponse& response) {
  auto body = BodyValue(response.Header("content-type"), response.body);
  if (!body || !arguments.Get("response").Truthy()) return body;
  return Value::Object(
      {{"status", Value(response.status)}, {"headers", HeadersValue(response)}, {"body", *std::move(body)}});
}

}  // namespace

Outcome<Value> CallHttp(const Call& call) {
  const auto& arguments = call.arguments;
  auto request = BuildRequest(arguments);
  if (!request) return Failure(std::move(request).error());
  request->wants_body = [&](int status) { return IsSuccess(arguments, status); };
  auto redirects = arguments.Has("redirects") ? arguments.Get("redirects").AsInteger() : kDefaultRedirects;
  const bool follows = redirects > 0;
  const auto started = Clock::now();
  while (true) {
    if (call.attempt.timeout) {
      request->timeout = *call.attempt.timeout - std::chrono::duration_cast<Duration>(Clock::now() - started);
    }
    auto response = call.http.Send(*request, call.attempt.stop);
    if (!response && response.error().code == "timeout") {
      return Failure("timeout", "the server did not answer within " + FormatDuration(*call.attempt.timeout));
    }
    if (!response) return Failure(std::move(response).error());
    if (IsSuccess(arguments, response->status)) return ResultOf(arguments, *response);
    if (!follows || !IsRedirect(*response)) return StatusFailure(*request, *response);
    if (redirects-- == 0)
      return Failure("http.redirects", "the server redirects too often; `follow_redirects` is the limit");
    if (auto followed = Follow(call, *response, *request); !followed) return Failure(std::move(followed).error());
  }
}

}  // namespace weft::activities
