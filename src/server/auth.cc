#include "server/auth.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/clock.h"
#include "server/http_text.h"

namespace weft::server {
namespace {

/// `[::1]:8080` to `[::1]` and `8080`.
std::pair<std::string, std::string_view> SplitHost(std::string_view authority) {
  const auto end = authority.starts_with('[') ? authority.find(']') : std::string_view::npos;
  const auto colon = authority.find(':', end == std::string_view::npos ? 0 : end);
  auto host = LowerCase(authority.substr(0, colon));
  return {std::move(host), colon == std::string_view::npos ? std::string_view() : authority.substr(colon + 1)};
}

bool IsAddress(std::string host) {
  std::array<unsigned char, 16> address;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return ::inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

/// Cookies know no ports: servers on one host must not overwrite each other's.
std::string CookieName(const Request& request) {
  const auto port = SplitHost(request.Header("host")).second;
  return "weft-session" + (port.empty() ? std::string() : "-" + std::string(port));
}

bool Changes(const Request& request) { return request.method != "GET" && request.method != "HEAD"; }

bool IsSameOrigin(const Request& request) {
  const auto origin = request.Header("origin");
  const auto scheme = origin.find("://");
  return scheme != std::string_view::npos && LowerCase(origin.substr(scheme + 3)) == LowerCase(request.Header("host"));
}

Error Unauthorized(std::string message) { return {"unauthorized", std::move(message)}; }

}  // namespace

TokenCheck CheckOneToken(std::string_view token, Principal principal) {
  return [hash = HashOf(token),
          principal = std::move(principal)](std::string_view given) -> Result<std::optional<Principal>> {
    if (!SameBytes(HashOf(given), hash)) return std::nullopt;
    return principal;
  };
}

std::set<Permission> EveryPersonsPermission() {
  return {Permission::kPublic,  Permission::kView, Permission::kOperate,
          Permission::kPublish, Permission::kEdit, Permission::kAdmin};
}

Auth::Auth(AuthOptions options) : options_(std::move(options)), sessions_(options_.session_key) {
  for (auto& host : options_.hosts) host = LowerCase(host);
}

bool Auth::KnowsHost(std::string_view authority, bool on_loopback) const {
  const auto host = SplitHost(authority).first;
  if (host == "localhost" || host == "127.0.0.1" || host == "[::1]") return true;
  if (std::ranges::find(options_.hosts, host) != options_.hosts.end()) return true;
  // An address is not a name that DNS could be made to turn to us.
  return !on_loopback && IsAddress(host);
}

std::optional<Error> Auth::Admit(const Request& request, const Route* route, bool on_loopback) const {
  const auto host = request.Header("host");
  if (!KnowsHost(host, on_loopback)) {
    return Error{"host", "This server does not answer to the host `" + std::string(host.substr(0, 200)) +
                             "`. Use its own address, or add the name to its allowed hosts."};
  }
  if (!Changes(request) && (route == nullptr || route->method != "*")) return std::nullopt;
  const auto site = request.Header("sec-fetch-site");
  const bool foreign_site = !site.empty() && site != "same-origin" && site != "none";
  if (foreign_site || (!request.Header("origin").empty() && !IsSameOrigin(request))) {
    return Error{"forbidden", "Pages of other sites may not call this server."};
  }
  return std::nullopt;
}

Result<Principal> Auth::Authorise(const Request& request, Permission permission) const {
  const auto lacks = [&](const Principal& principal) -> std::unexpected<Error> {
    return Fail("forbidden", "The token `" + principal.name + "` does not have the permission `" +
                                 std::string(NameOf(permission)) + "` that this call needs.");
  };
  if (!required()) {
    Principal anyone{.name = "anonymous", .permissions = EveryPersonsPermission()};
    anyone.permissions.insert(Permission::kWorker);
    return anyone;
  }

  std::string token(BearerToken(request));
  const bool by_session = token.empty();
  if (token.empty() && !request.Header("authorization").empty()) {
    return std::unexpected(Unauthorized("The Authorization header must read `Bearer TOKEN`."));
  }
  if (token.empty()) {
    const auto cookie = CookieOf(request.Header("cookie"), CookieName(request));
    if (cookie.empty()) {
      return std::unexpected(Unauthorized(
          "Credentials are missing: send `Authorization: Bearer TOKEN`, or open the address that `weft dev` printed."));
    }
    const auto now = Now();
    auto opened = sessions_.Open(cookie, now);
    if (!opened) return std::unexpected(Unauthorized("The session has ended: sign in again with a token."));
    // Whoever changes something by a cookie alone must be a page of ours, and every browser says so.
    if (Changes(request) && !IsSameOrigin(request) && request.Header("sec-fetch-site") != "same-origin") {
      return Fail("forbidden", "A session may change something only from this server's own pages.");
    }
    token = *std::move(opened);
  }

  WEFT_TRY(auto principal, options_.check(token));
  if (!principal) return std::unexpected(Unauthorized("The token is not known here, or was revoked."));
  // No page has a use for the values of secrets, whoever looks at it.
  if (by_session) principal->permissions.erase(Permission::kWorker);
  if (!principal->permissions.contains(permission)) return lacks(*principal);
  return *std::move(principal);
}

std::string_view Auth::BearerToken(const Request& request) {
  const auto header = request.Header("authorization");
  constexpr std::string_view kScheme = "bearer ";
  if (LowerCase(header.substr(0, kScheme.size())) != kScheme) return {};
  return header.substr(kScheme.size());
}

std::string Auth::Cookie(const Request& request, std::string_view value, Duration life) const {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(life).count();
  return CookieName(request) + "=" + std::string(value) + "; Path=/; Max-Age=" + std::to_string(seconds) +
         "; HttpOnly; SameSite=Strict" + (options_.secure_cookies ? "; Secure" : "");
}

std::string Auth::SessionCookie(const Request& request, std::string_view token) const {
  const auto expires = Now() + options_.session_life;
  return Cookie(request, sessions_.Seal(token, expires), options_.session_life);
}

std::string Auth::NoSessionCookie(const Request& request) const { return Cookie(request, "", Duration(0)); }

std::optional<std::string> Auth::Redeem(const Request& request, std::string_view one_time_token) {
  if (options_.session_token.empty() || !sessions_.Redeem(one_time_token)) return std::nullopt;
  return SessionCookie(request, options_.session_token);
}

}  // namespace weft::server
