#include "server/handlers/session.h"

#include "expr/value.h"
#include "server/auth.h"

namespace weft::server {
namespace {

using expr::Value;

Value DocumentOf(const Auth& auth, const Principal& principal) {
  auto permissions = Value::EmptyArray();
  for (const auto permission : principal.permissions) permissions.Append(Value(NameOf(permission)));
  return Value::Object({{"name", Value(principal.name)},
                        {"permissions", std::move(permissions)},
                        {"authentication", Value(auth.required() ? "token" : "none")}});
}

Response SignIn(const Auth& auth, const Request& request) {
  const auto token = Auth::BearerToken(request);
  Response response{.body = DocumentOf(auth, request.principal).Dump(), .headers = {}};
  // Without authentication there is no token to keep, and nothing to sign in to.
  if (!token.empty()) response.headers.emplace_back("Set-Cookie", auth.SessionCookie(request, token));
  return response;
}

}  // namespace

std::vector<Route> SessionRoutes(Services& services) {
  std::vector<Route> routes;
  const auto add = [&](std::string method, Permission permission, Handler handler) {
    routes.push_back({.method = std::move(method),
                      .pattern = "/api/v1/session",
                      .permission = permission,
                      .handler = std::move(handler),
                      .accepts = {}});
  };
  add("GET", Permission::kView, [&services](const Request& request) {
    return Response{.body = DocumentOf(*services.auth, request.principal).Dump(), .headers = {}};
  });
  add("POST", Permission::kView, [&services](const Request& request) { return SignIn(*services.auth, request); });
  add("DELETE", Permission::kPublic, [&services](const Request& request) {
    return Response{.status = 204, .body = {}, .headers = {{"Set-Cookie", services.auth->NoSessionCookie(request)}}};
  });
  return routes;
}

}  // namespace weft::server
