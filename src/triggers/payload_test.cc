#include "triggers/payload.h"

#include <gtest/gtest.h>

namespace weft::triggers {
namespace {

using expr::Value;

HookRequest Post(std::string type, std::string body) {
  HookRequest request{.method = "POST", .ns = "default", .path = "orders", .query = {}, .headers = {}, .body = {}};
  if (!type.empty()) request.headers.emplace_back("content-type", std::move(type));
  request.body = std::move(body);
  return request;
}

/// As JSON, or the error's code.
std::string Read(const HookRequest& request, bool proven) {
  const auto body = ReadBody(request, proven);
  return body ? body->Dump() : body.error().code;
}

TEST(ReadBody, TakesEveryKindOfBodyFromAProvenSender) {
  EXPECT_EQ(Read(Post("application/json; charset=utf-8", R"({"n":12345678901234567890})"), true),
            R"({"n":12345678901234567890})");
  EXPECT_EQ(Read(Post("application/vnd.github+json", "[1]"), true), "[1]");
  EXPECT_EQ(Read(Post("", R"({"a":1})"), true), R"({"a":1})");
  EXPECT_EQ(Read(Post("application/x-www-form-urlencoded", "a=1&b=x+y%21&b=&c&=d&%zz=1"), true),
            R"({"":"d","%zz":"1","a":"1","b":["x y!",""],"c":""})");
  EXPECT_EQ(Read(Post("text/plain", "hello\xff"), true), "\"hello\xEF\xBF\xBD\"");
  EXPECT_EQ(Read(Post("image/png", std::string("\0\1\2", 3)), true), R"({"base64":"AAEC","content_type":"image/png"})");
  EXPECT_EQ(Read(Post("multipart/form-data; boundary=x", "--x"), true), "media_type");
  EXPECT_EQ(Read(Post("", ""), true), "null");
}

TEST(ReadBody, TakesOnlyJsonFromASenderThatHasNotProvedItself) {
  EXPECT_EQ(Read(Post("application/json", R"({"a":1})"), false), R"({"a":1})");
  EXPECT_EQ(Read(Post("application/x-www-form-urlencoded", "a=1"), false), "media_type");
  EXPECT_EQ(Read(Post("text/plain", R"({"a":1})"), false), "media_type");
  EXPECT_EQ(Read(Post("", R"({"a":1})"), false), "media_type");
  EXPECT_EQ(Read(Post("", ""), false), "null");
}

TEST(ReadBody, SaysThatJsonIsNone) {
  EXPECT_EQ(Read(Post("application/json", "{"), false), "validation");
  EXPECT_EQ(Read(Post("application/json", std::string(300, '[') + std::string(300, ']')), false), "validation");
}

TEST(Payload, LeavesOutWhatProvesTheSender) {
  auto request = Post("application/json", "");
  request.query = {{"page", "2"}, {"token", "t"}, {"tag", "a"}, {"tag", "b"}, {"access_token", "t"}, {"sig", "s"}};
  request.headers = {{"authorization", "Bearer t"},
                     {"cookie", "c"},
                     {"x-hub-signature-256", "s"},
                     {"x-gitlab-token", "t"},
                     {"x-api-key", "k"},
                     {"proxy-authorization", "p"},
                     {"x-sign", "s"},
                     {"idempotency-key", "7"},
                     {"x-a", "1"},
                     {"x-a", "2"}};
  const auto payload = PayloadOf(request, Value(1), "", "X-Sign", Timestamp(std::chrono::seconds(1)));
  EXPECT_EQ(payload.Dump(),
            R"({"body":1,"headers":{"idempotency-key":"7","x-a":"1, 2"},"method":"POST","path":"orders",)"
            R"("query":{"page":"2","tag":["a","b"]},"receivedAt":"1970-01-01T00:00:01.000Z"})");
}

TEST(Payload, LeavesOutTheTokensInBodiesOfSlackAndFeishu) {
  const auto body = *Value::Parse(R"({"token":"t","header":{"token":"t","event_id":"e"},"event":{"token":"kept"}})");
  EXPECT_EQ(PayloadOf(Post("", ""), body, "feishu", "", Timestamp{}).Get("body").Dump(),
            R"({"event":{"token":"kept"},"header":{"event_id":"e"}})");
  EXPECT_EQ(PayloadOf(Post("", ""), body, "", "", Timestamp{}).Get("body").Dump(), body.Dump());
}

TEST(DeliveryName, IsTheSenders) {
  const auto of = [](std::vector<std::pair<std::string, std::string>> headers, std::string_view body,
                     std::string_view preset) {
    auto request = Post("", "");
    request.headers = std::move(headers);
    return DeliveryName(request, *Value::Parse(body), preset);
  };
  EXPECT_EQ(of({{"idempotency-key", "a"}}, "{}", ""), "a");
  EXPECT_EQ(of({{"x-github-delivery", "b"}}, "{}", "github"), "b");
  EXPECT_EQ(of({}, R"({"id":"evt_1"})", "stripe"), "evt_1");
  EXPECT_EQ(of({}, R"({"id":"evt_1"})", ""), "");
  EXPECT_EQ(of({}, R"({"event_id":"Ev1"})", "slack"), "Ev1");
  EXPECT_EQ(of({}, R"({"header":{"event_id":"f"}})", "feishu"), "f");
  EXPECT_EQ(of({}, R"({"uuid":"u"})", "feishu"), "u");
  EXPECT_EQ(of({}, "[]", "feishu"), "");
}

}  // namespace
}  // namespace weft::triggers
