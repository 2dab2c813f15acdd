#include "server/router.h"

#include <gmock/gmock.h>

namespace weft::server {
namespace {

using testing::ElementsAre;
using testing::Pair;

Route Make(std::string method, std::string pattern) {
  return {.method = std::move(method),
          .pattern = std::move(pattern),
          .handler = Handler([](const Request&) { return Response{}; }),
          .accepts = {}};
}

class RouterTest : public testing::Test {
 protected:
  /// `METHOD PATTERN` of the route, or what stands for none.
  std::string Find(std::string_view method, std::string_view path) {
    auto found = router_.Find(method, path);
    if (auto* match = std::get_if<Router::Match>(&found)) {
      parameters_ = std::move(match->parameters);
      return match->route->method + " " + match->route->pattern;
    }
    if (auto* refused = std::get_if<Router::NoSuchMethod>(&found)) return "405 " + refused->allow;
    return std::holds_alternative<Router::NoSuchPath>(found) ? "404" : "400";
  }

  std::vector<Route> Routes() {
    std::vector<Route> routes;
    for (const auto& [method, pattern] : std::vector<std::pair<std::string, std::string>>{
             {"GET", "/"},
             {"GET", "/{file*}"},
             {"GET", "/api/v1/workflows"},
             {"POST", "/api/v1/workflows"},
             {"GET", "/api/v1/workflows/{ns}/{name}"},
             {"DELETE", "/api/v1/workflows/{ns}/{name}"},
             {"POST", "/api/v1/workflows/{ns}/{name}/instances"},
             {"GET", "/api/v1/instances/{id}"},
             {"POST", "/api/v1/instances/search"},
             {"*", "/hooks/{ns}/{path*}"},
         }) {
      routes.push_back(Make(method, pattern));
    }
    return routes;
  }

  const Router router_{Routes()};
  std::map<std::string, std::string, std::less<>> parameters_;
};

TEST_F(RouterTest, FindsByPathAndMethod) {
  EXPECT_EQ(Find("GET", "/api/v1/workflows"), "GET /api/v1/workflows");
  EXPECT_EQ(Find("POST", "/api/v1/workflows"), "POST /api/v1/workflows");
  EXPECT_EQ(Find("DELETE", "/api/v1/workflows/shop/orders"), "DELETE /api/v1/workflows/{ns}/{name}");
  EXPECT_THAT(parameters_, ElementsAre(Pair("name", "orders"), Pair("ns", "shop")));
}

TEST_F(RouterTest, DecodesParametersAndKeepsAnEncodedSlashInside) {
  EXPECT_EQ(Find("GET", "/api/v1/instances/a%2Fb%20c"), "GET /api/v1/instances/{id}");
  EXPECT_THAT(parameters_, ElementsAre(Pair("id", "a/b c")));
}

TEST_F(RouterTest, DecodesLiteralsToo) { EXPECT_EQ(Find("GET", "/api/v1/w%6Frkflows"), "GET /api/v1/workflows"); }

TEST_F(RouterTest, HeadFindsGet) { EXPECT_EQ(Find("HEAD", "/api/v1/workflows"), "GET /api/v1/workflows"); }

TEST_F(RouterTest, ALiteralWithoutTheMethodLeavesTheParameterItsChance) {
  EXPECT_EQ(Find("GET", "/api/v1/instances/search"), "GET /api/v1/instances/{id}");
  EXPECT_EQ(Find("POST", "/api/v1/instances/search"), "POST /api/v1/instances/search");
}

TEST_F(RouterTest, TellsTheMethodsOfAPath) {
  EXPECT_EQ(Find("PUT", "/api/v1/workflows"), "405 GET, HEAD, POST");
  EXPECT_EQ(Find("GET", "/api/v1/workflows/a/b/instances"), "405 POST");
  EXPECT_EQ(Find("POST", "/index.html"), "405 GET, HEAD");
}

TEST_F(RouterTest, TheRestTakesWhatNothingElseFits) {
  EXPECT_EQ(Find("GET", "/assets/app.js"), "GET /{file*}");
  EXPECT_THAT(parameters_, ElementsAre(Pair("file", "assets/app.js")));
  EXPECT_EQ(Find("GET", "/api/v1/nothing"), "GET /{file*}");
  EXPECT_EQ(Find("PATCH", "/hooks/shop/orders/new"), "* /hooks/{ns}/{path*}");
  EXPECT_THAT(parameters_, ElementsAre(Pair("ns", "shop"), Pair("path", "orders/new")));
}

TEST_F(RouterTest, FindsTheRoot) { EXPECT_EQ(Find("GET", "/"), "GET /"); }

TEST_F(RouterTest, AnEmptySegmentIsNoParameter) {
  EXPECT_EQ(Find("DELETE", "/api/v1/workflows//orders"), "405 GET, HEAD");
  EXPECT_EQ(Find("POST", "/hooks/shop"), "405 GET, HEAD");
}

TEST_F(RouterTest, RefusesBrokenEscapes) {
  for (const auto* path : {"/a%", "/a%4", "/a%zz", "/%00", "/%0a", "/%ff", "a", ""})
    EXPECT_EQ(Find("GET", path), "400");
}

TEST(RouterDeathTest, RefusesTheSameRouteTwice) {
  std::vector<Route> routes{Make("GET", "/a/{b}"), Make("GET", "/a/{b}")};
  EXPECT_DEATH(Router(std::move(routes)), "");
}

}  // namespace
}  // namespace weft::server
