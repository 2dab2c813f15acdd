#include "activities/server_link.h"

#include <utility>

#include "activities/http_url.h"
#include "base/host.h"
#include "expr/value.h"

namespace weft::activities {
namespace {

constexpr std::chrono::seconds kTimeout{10};
constexpr std::uint64_t kMaxAnswer = std::uint64_t{8} * 1024 * 1024;

}  // namespace

Result<std::shared_ptr<ServerLink>> ServerLink::Open(const std::string& url, std::string token) {
  const auto parsed = HttpUrl::Parse(url);
  if (!parsed)
    return Fail("settings", "`" + url + "` is not the address of a server, such as https://weft.example.com");
  const auto origin = parsed->Origin();
  const auto host = HostOf(origin);
  if (!origin.starts_with("https://") && !IsLoopbackHost(host)) {
    return Fail("settings", "secrets would pass unencrypted to " + origin + "; use https, or a server on this machine");
  }
  // On this machine a server may ask for none (`--auth none`).
  if (token.empty() && !IsLoopbackHost(host)) {
    return Fail("settings", "a worker needs a token to ask the server " + origin +
                                "; make one with `weft token create --permission worker`, and set WEFT_TOKEN");
  }
  Settings settings;
  settings.http_loopback = true;
  settings.http_allow = {host};
  return std::shared_ptr<ServerLink>(new ServerLink(origin, std::move(token), settings));
}

Result<HttpResponse> ServerLink::Post(std::string_view path, std::string json, const std::stop_token& stop) {
  HttpRequest request{.url = url_ + std::string(path), .method = "POST", .body = std::move(json)};
  request.headers = {{"Content-Type", "application/json"}};
  if (!token_.empty()) request.headers.emplace_back("Authorization", "Bearer " + token_);
  request.timeout = kTimeout;
  request.max_body = kMaxAnswer;
  request.wants_body = [](int) { return true; };
  auto response = http_.Send(std::move(request), stop);
  if (!response) return Fail("server", "the server " + url_ + " cannot be reached: " + response.error().message);
  return response;
}

std::string ServerLink::DetailOf(const HttpResponse& response) {
  const auto problem = expr::Value::Parse(response.body, expr::Value::kMaxDepth);
  auto detail = problem ? problem->Get("detail").AsString() : std::string();
  return detail.empty() ? "the server answered with status " + std::to_string(response.status) : detail;
}

}  // namespace weft::activities
