#include <gmock/gmock.h>

#include <algorithm>
#include <variant>

#include "expr/value.h"
#include "notify/outbox.h"
#include "notify/testing.h"
#include "server/handlers/channels.h"
#include "store/testing.h"

namespace weft::server {
namespace {

using expr::Value;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ChannelsApiTest : public store::StoreTest {
 protected:
  void SetUp() override {
    store::StoreTest::SetUp();
    outbox_.emplace(db(), key_, transport_, notify::Outbox::Options{});
    services_.database = &db();
    services_.key = &key_;
    services_.outbox = &*outbox_;
    routes_ = ChannelRoutes(services_);
  }

  /// `pattern` as the route's, with what its `{name}` stands for.
  Response Call(const std::string& method, const std::string& pattern, const std::string& name = {},
                const std::string& body = {}, std::vector<std::pair<std::string, std::string>> query = {}) {
    const auto route = std::ranges::find_if(
        routes_, [&](const Route& r) { return r.method == method && r.pattern == "/api/v1" + pattern; });
    if (route == routes_.end()) return {.status = 0, .body = "no such route", .headers = {}};
    Request request;
    request.method = method;
    request.body = body;
    request.parameters["name"] = name;
    request.query = std::move(query);
    request.principal.name = "tester";
    return std::get<Handler>(route->handler)(request);
  }

  const SealingKey key_ = NewSealingKey();
  notify::FakeTransport transport_;
  std::optional<notify::Outbox> outbox_;
  Services services_;
  std::vector<Route> routes_;
};
WEFT_ON_BOTH_ENGINES(ChannelsApiTest);

constexpr auto kOps = R"({"name":"ops","kind":"webhook","all":["failed","stuck"],
  "config":{"url":"https://h.example/in?token=t0ken9","headers":{"Authorization":"Bearer abcdefgh"},"secret":"s3cret99"}})";

TEST_P(ChannelsApiTest, SecretsGoInAndNeverComeOut) {
  const auto made = Call("POST", "/channels", {}, kOps);
  EXPECT_EQ(made.status, 201) << made.body;
  const auto listed = Call("GET", "/channels");
  const auto shown = Call("GET", "/channels/{name}", "ops");
  for (const auto* response : {&made, &listed, &shown}) {
    EXPECT_THAT(response->body, AllOf(Not(HasSubstr("t0ken9")), Not(HasSubstr("abcdefgh")), Not(HasSubstr("s3cret"))));
  }
  const auto channel = *Value::Parse(shown.body);
  EXPECT_EQ(channel.Get("config").Get("url").AsString(), "https://h.example/in?…");
  EXPECT_EQ(channel.Get("secrets").Dump(), R"(["headers","secret"])");
  EXPECT_EQ(channel.Get("all").Dump(), R"(["failed","stuck"])");
  EXPECT_EQ(channel.Get("language").AsString(), "en");
}

TEST_P(ChannelsApiTest, WhatWasShownMaySafelyBeSentBack) {
  Call("POST", "/channels", {}, kOps);
  auto channel = *Value::Parse(Call("GET", "/channels/{name}", "ops").body);
  channel.Set("language", Value("zh"));
  const auto changed = Call("PUT", "/channels/{name}", "ops", channel.Dump());
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(Call("POST", "/channels/{name}/test", "ops").status, 200);
  ASSERT_EQ(transport_.posts().size(), 1U);
  EXPECT_EQ(transport_.posts()[0].url, "https://h.example/in?token=t0ken9");
  EXPECT_THAT(transport_.posts()[0].body, HasSubstr("test"));
}

TEST_P(ChannelsApiTest, WhatIsWrongIsSaid) {
  const auto refused = [&](const std::string& body, const std::string& why) {
    const auto response = Call("POST", "/channels", {}, body);
    EXPECT_EQ(response.status, 422) << response.body;
    EXPECT_THAT(response.body, HasSubstr(why));
  };
  refused("[]", "must be");
  refused(R"({"name":"a b","kind":"slack","config":{"url":"https://x"}})", "`name`");
  refused(R"({"name":"a","kind":"pager","config":{}})", "dingtalk");
  refused(R"({"name":"a","kind":"slack","config":{}})", "needs `url`");
  refused(R"({"name":"a","kind":"slack","config":{"url":"https://x"},"all":["sad"]})", "`sad`");
  refused(R"({"name":"a","kind":"slack","config":{"url":"https://x"},"language":"fr"})", "`language`");
  refused(R"({"name":"a","kind":"slack","config":{"url":"https://x"},"colour":"red"})", "`colour`");
  EXPECT_EQ(Call("GET", "/channels/{name}", "a").status, 404);
  EXPECT_EQ(Call("DELETE", "/channels/{name}", "a").status, 404);
  EXPECT_EQ(Call("POST", "/channels/{name}/test", "a").status, 404);
}

TEST_P(ChannelsApiTest, ATestTellsWhatTheServiceSaidAndIsLogged) {
  Call("POST", "/channels", {}, kOps);
  transport_.answer = [](const notify::Post&) -> Result<notify::PostAnswer> {
    return notify::PostAnswer{.status = 403, .body = "go away s3cret99"};
  };
  const auto tested = *Value::Parse(Call("POST", "/channels/{name}/test", "ops").body);
  EXPECT_FALSE(tested.Get("delivered").AsBool());
  EXPECT_EQ(tested.Get("answer").AsString(), "go away ***");
  EXPECT_THAT(tested.Get("error").AsString(), HasSubstr("403"));
  const auto log = *Value::Parse(Call("GET", "/notifications").body);
  ASSERT_EQ(log.Get("items").size(), 1U);
  EXPECT_EQ(log.Get("items").At(0).Get("event").AsString(), "test");
  EXPECT_EQ(log.Get("items").At(0).Get("status").AsString(), "failed");
}

TEST_P(ChannelsApiTest, TheLogComesInPages) {
  Call("POST", "/channels", {}, kOps);
  for (int i = 0; i < 3; ++i) Call("POST", "/channels/{name}/test", "ops");
  const auto first = *Value::Parse(Call("GET", "/notifications", {}, {}, {{"limit", "2"}, {"channel", "ops"}}).body);
  EXPECT_EQ(first.Get("items").size(), 2U);
  const auto second =
      *Value::Parse(Call("GET", "/notifications", {}, {}, {{"cursor", first.Get("next").AsString()}}).body);
  EXPECT_EQ(second.Get("items").size(), 1U);
  EXPECT_TRUE(second.Get("next").IsNull());
  const auto none = *Value::Parse(Call("GET", "/notifications", {}, {}, {{"channel", "desk"}}).body);
  EXPECT_EQ(none.Get("items").size(), 0U);
}

}  // namespace
}  // namespace weft::server
