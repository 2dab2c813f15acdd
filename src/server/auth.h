#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/route.h"
#include "server/session.h"

namespace weft::server {

/// Who holds a token; nothing when nobody does. Any thread; may block on the store, whose errors it gives.
using TokenCheck = std::function<Result<std::optional<Principal>>(std::string_view token)>;

/// Knows one token, by its hash.
TokenCheck CheckOneToken(std::string_view token, Principal principal);

/// All that there are, but for `worker`.
std::set<Permission> EveryPersonsPermission();

struct AuthOptions {
  /// Empty: no authentication, everybody may do everything. Refused when the listener's address is not loopback.
  TokenCheck check;
  /// Names by which clients reach this server, besides loopback's own (and addresses, when it listens on others than
  /// loopback). Without a port.
  std::vector<std::string> hosts;
  /// Seals the browser's sessions; the same on all servers of an installation.
  SealingKey session_key = NewSealingKey();
  /// The token that the one-time address of `weft dev` stands for; empty: there is no such address.
  std::string session_token;
  Duration session_life = std::chrono::hours(24 * 14);
  /// Browsers reach the server by https, through a proxy.
  bool secure_cookies = false;
};

/// Decides who gets in. Any thread.
class Auth {
 public:
  explicit Auth(AuthOptions options);

  [[nodiscard]] bool required() const { return options_.check != nullptr; }

  /// Before anything else, without blocking: whether the request was meant for this server, and does not come from a
  /// page of another site. A browser sends that page's calls here whoever owns it, and DNS can be made to say that its
  /// name is ours. `route` is null when there is none for the request.
  [[nodiscard]] std::optional<Error> Admit(const Request& request, const Route* route, bool on_loopback) const;

  /// Who calls, by the token or the session; fails with `unauthorized` or what the check gives, and with `forbidden`
  /// when they lack the permission. Blocks.
  [[nodiscard]] Result<Principal> Authorise(const Request& request, Permission permission) const;

  /// Value of a `Set-Cookie` that makes a session out of the caller's token, which must be one of Authorise's.
  [[nodiscard]] std::string SessionCookie(const Request& request, std::string_view token) const;
  /// One that ends it.
  [[nodiscard]] std::string NoSessionCookie(const Request& request) const;
  /// The token in the request's `Authorization`; empty when there is none.
  static std::string_view BearerToken(const Request& request);

  /// For the address that `weft dev` prints, `/?token=…`.
  std::string NewOneTimeToken() { return sessions_.NewOneTimeToken(); }
  /// The `Set-Cookie` it is exchanged for, once.
  std::optional<std::string> Redeem(const Request& request, std::string_view one_time_token);

 private:
  [[nodiscard]] bool KnowsHost(std::string_view host, bool on_loopback) const;
  [[nodiscard]] std::string Cookie(const Request& request, std::string_view value, Duration life) const;

  AuthOptions options_;
  Sessions sessions_;
};

}  // namespace weft::server
