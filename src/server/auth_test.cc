#include "server/auth.h"

#include <gmock/gmock.h>

#include "base/encode.h"
#include "server/handlers/session.h"
#include "server/handlers/ui.h"
#include "server/testing.h"

namespace weft::server {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr SealingKey kKey{1};
constexpr SealingKey kOther{2};
constexpr std::array kAll{Permission::kPublic, Permission::kView,  Permission::kOperate, Permission::kPublish,
                          Permission::kEdit,   Permission::kAdmin, Permission::kWorker};

/// A token for each permission that has that permission only: its name.
TokenCheck CheckByName() {
  return [](std::string_view token) -> Result<std::optional<Principal>> {
    const auto permission = PermissionOf(token);
    if (!permission) return std::nullopt;
    return Principal{.name = "token of " + std::string(token), .permissions = {*permission}};
  };
}

/// `GET` and `POST /PERMISSION` for each permission; they answer with the caller's name.
std::vector<Route> RoutesOfAll() {
  std::vector<Route> routes;
  for (const auto permission : kAll) {
    for (const auto* method : {"GET", "POST"}) {
      routes.push_back({.method = method,
                        .pattern = "/" + std::string(NameOf(permission)),
                        .permission = permission,
                        .handler = Handler([](const Request& request) {
                          return Response{.body = request.principal.name, .headers = {}};
                        }),
                        .accepts = {"application/json"}});
    }
  }
  return routes;
}

std::string Bearer(std::string_view token) { return "Authorization: Bearer " + std::string(token) + "\r\n"; }

class AuthTable : public testing::TestWithParam<Permission> {
 protected:
  int Call(std::string_view method, const std::string& headers, std::string_view body = {}) {
    return TestClient(server_.port()).Call(method, "/" + std::string(NameOf(GetParam())), headers, body).status;
  }

  TestServer server_{RoutesOfAll(), {.check = CheckByName(), .hosts = {}, .session_token = {}}};
  const std::string right_ = Bearer(NameOf(GetParam()));
  const bool open_ = GetParam() == Permission::kPublic;
};

TEST_P(AuthTable, AsksForAToken) {
  EXPECT_EQ(Call("GET", ""), open_ ? 200 : 401);
  EXPECT_EQ(Call("POST", ""), open_ ? 200 : 401);
}

TEST_P(AuthTable, RefusesUnknownTokens) {
  EXPECT_EQ(Call("GET", Bearer("made-up")), open_ ? 200 : 401);
  EXPECT_EQ(Call("GET", "Authorization: Basic dmlldzp2aWV3\r\n"), open_ ? 200 : 401);
  EXPECT_EQ(Call("GET", "Authorization: Bearer \r\n"), open_ ? 200 : 401);
}

TEST_P(AuthTable, RefusesTokensOfEveryOtherPermission) {
  for (const auto other : kAll) {
    if (other != GetParam()) EXPECT_EQ(Call("POST", Bearer(NameOf(other))), open_ ? 200 : 403) << NameOf(other);
  }
}

TEST_P(AuthTable, TakesTheRightToken) {
  EXPECT_EQ(Call("GET", right_), 200);
  EXPECT_EQ(Call("POST", right_ + "Content-Type: application/json\r\n", "{}"), 200);
}

TEST_P(AuthTable, RefusesOtherHostsWhateverTheToken) {
  for (const auto* host : {"evil.example", "127.0.0.1.evil.example", "192.168.0.1", "", "[::2]:80"}) {
    EXPECT_EQ(Call("GET", right_ + "Host: " + host + "\r\n"), 421) << host;
  }
  for (const auto* host : {"localhost:8080", "LOCALHOST", "[::1]:1", "127.0.0.1:99"}) {
    EXPECT_EQ(Call("GET", right_ + "Host: " + host + "\r\n"), 200) << host;
  }
}

TEST_P(AuthTable, RefusesChangesFromOtherSites) {
  for (const auto* from : {"Origin: http://evil.example\r\n", "Origin: null\r\n", "Origin: http://127.0.0.1:1\r\n",
                           "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n"}) {
    EXPECT_EQ(Call("POST", right_ + from), 403) << from;
    EXPECT_EQ(Call("GET", right_ + from), 200) << from;
  }
  EXPECT_EQ(Call("POST", right_ + "Origin: http://127.0.0.1\r\nSec-Fetch-Site: same-origin\r\n"), 200);
}

TEST_P(AuthTable, RefusesBodiesThatFormsCanSend) {
  for (const auto* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    EXPECT_EQ(Call("POST", right_ + "Content-Type: " + type + "\r\n", "{}"), 415) << type;
  }
  EXPECT_EQ(Call("POST", right_, "{}"), 415);
}

INSTANTIATE_TEST_SUITE_P(Permissions, AuthTable, testing::ValuesIn(kAll),
                         [](const auto& info) { return std::string(NameOf(info.param)); });

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    auto routes = RoutesOfAll();
    for (auto& route : SessionRoutes(services_)) routes.push_back(std::move(route));
    for (auto& route : UiRoutes(services_, files_)) routes.push_back(std::move(route));
    server_ = std::make_unique<TestServer>(
        std::move(routes),
        AuthOptions{.check = CheckByName(), .hosts = {}, .session_key = kKey, .session_token = "view"});
    services_.auth = &server_->auth();
  }

  Answer Call(std::string_view method, const std::string& target, const std::string& headers = {}) {
    return TestClient(server_->port()).Call(method, target, headers);
  }
  /// The request header that carries the cookie an answer sets.
  static std::string CookieFrom(const Answer& answer) {
    const auto cookie = answer.Header("Set-Cookie");
    return "Cookie: " + cookie.substr(0, cookie.find(';')) + "\r\n";
  }

  // The routes read `auth` when they are called.
  Services services_;
  const std::vector<EmbeddedFile> files_;
  std::unique_ptr<TestServer> server_;
};

TEST_F(SessionTest, TheOneTimeAddressMakesASessionOnce) {
  const auto address = "/?token=" + server_->auth().NewOneTimeToken();
  const auto entered = Call("GET", address);
  EXPECT_EQ(entered.status, 303);
  EXPECT_EQ(entered.Header("Location"), "/");
  EXPECT_THAT(entered.Header("Set-Cookie"), HasSubstr("; HttpOnly; SameSite=Strict"));
  EXPECT_THAT(entered.Header("Set-Cookie"), Not(HasSubstr("=view")));
  EXPECT_EQ(Call("GET", "/view", CookieFrom(entered)).body, "token of view");

  const auto again = Call("GET", address);
  EXPECT_EQ(again.status, 303);
  EXPECT_EQ(again.Header("Set-Cookie"), "");
}

TEST_F(SessionTest, ASessionChangesThingsFromItsOwnPagesOnly) {
  const auto cookie = CookieFrom(Call("POST", "/api/v1/session", Bearer("view")));
  EXPECT_EQ(Call("POST", "/view", cookie).status, 403);
  EXPECT_EQ(Call("POST", "/view", cookie + "Origin: http://evil.example\r\n").status, 403);
  EXPECT_EQ(Call("POST", "/view", cookie + "Origin: http://127.0.0.1\r\n").status, 200);
  EXPECT_EQ(Call("POST", "/view", cookie + "Sec-Fetch-Site: same-origin\r\n").status, 200);
}

TEST_F(SessionTest, ASessionHasItsTokensPermissionsOnly) {
  const auto cookie = CookieFrom(Call("POST", "/api/v1/session", Bearer("view")));
  EXPECT_EQ(Call("GET", "/admin", cookie).status, 403);
  EXPECT_THAT(Call("GET", "/api/v1/session", cookie).body, HasSubstr(R"("permissions":["view"])"));
}

TEST_F(SessionTest, SigningOutEndsTheCookie) {
  const auto out = Call("DELETE", "/api/v1/session", "Origin: http://127.0.0.1\r\n");
  EXPECT_EQ(out.status, 204);
  EXPECT_THAT(out.Header("Set-Cookie"), HasSubstr("Max-Age=0"));
}

TEST_F(SessionTest, CookiesOfTwoPortsDoNotMeet) {
  const auto one = Call("POST", "/api/v1/session", Bearer("view") + "Host: 127.0.0.1:8080\r\n").Header("Set-Cookie");
  EXPECT_THAT(one, testing::StartsWith("weft-session-8080="));
}

TEST(Sessions, OutliveTheProcessWithTheirKeyOnly) {
  const Timestamp now{std::chrono::seconds(1'000)};
  const auto sealed = Sessions(kKey).Seal("token", now + std::chrono::seconds(10));
  EXPECT_EQ(Sessions(kKey).Open(sealed, now), "token");
  EXPECT_EQ(Sessions(kOther).Open(sealed, now), std::nullopt);
}

TEST(Sessions, Expire) {
  const Timestamp now{std::chrono::seconds(1'000)};
  const Sessions sessions(kKey);
  EXPECT_EQ(sessions.Open(sessions.Seal("token", now), now), std::nullopt);
}

TEST(Sessions, RefuseWhatWasChanged) {
  const Timestamp now{std::chrono::seconds(1'000)};
  const Sessions sessions(kKey);
  const auto sealed = FromBase64(sessions.Seal("token", now + std::chrono::seconds(10))).value();
  ASSERT_EQ(sessions.Open(Base64(sealed), now), "token");
  for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
    auto changed = sealed;
    changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
    EXPECT_EQ(sessions.Open(Base64(changed), now), std::nullopt) << i;
  }
  for (const auto* text : {"", "A", "=", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    EXPECT_EQ(sessions.Open(text, now), std::nullopt);
  }
}

TEST(Auth, KnowsConfiguredHosts) {
  const TestServer server(RoutesOfAll(), {.check = {}, .hosts = {"Weft.example"}, .session_token = {}});
  EXPECT_EQ(TestClient(server.port()).Call("GET", "/view", "Host: weft.example:443\r\n").status, 200);
}

TEST(Auth, OneTokenIsKnownByItself) {
  const auto check = CheckOneToken("secret", {.name = "dev", .permissions = EveryPersonsPermission()});
  EXPECT_EQ((*check("secret"))->name, "dev");
  EXPECT_EQ(*check("secre"), std::nullopt);
}

TEST(Auth, WithoutAuthenticationPagesOfOtherSitesStayOutside) {
  const TestServer server(RoutesOfAll());
  EXPECT_EQ(TestClient(server.port()).Call("POST", "/admin").body, "anonymous");
  EXPECT_EQ(TestClient(server.port()).Call("POST", "/admin", "Origin: http://evil.example\r\n").status, 403);
  EXPECT_EQ(TestClient(server.port()).Call("POST", "/admin", "Content-Type: text/plain\r\n", "{}").status, 415);
}

TEST(Auth, APublicAddressWithoutAuthenticationIsRefused) {
  Auth auth({});
  Metrics metrics;
  const auto listener = Listener::Start({.host = "0.0.0.0"}, Router(RoutesOfAll()), auth, metrics);
  ASSERT_FALSE(listener);
  EXPECT_EQ(listener.error().code, "usage");
  EXPECT_THAT(listener.error().message, HasSubstr("loopback only"));
}

TEST(Auth, ErrorsOfTheCheckAreAnswered) {
  const TestServer server(RoutesOfAll(), {.check = [](std::string_view) -> Result<std::optional<Principal>> {
                                            return Fail("store.unavailable", "The database is away.");
                                          },
                                          .hosts = {},
                                          .session_token = {}});
  EXPECT_EQ(TestClient(server.port()).Call("GET", "/view", Bearer("view")).status, 503);
}

}  // namespace
}  // namespace weft::server
