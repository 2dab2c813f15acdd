#include "server/http_text.h"

#include <gmock/gmock.h>

#include "expr/value.h"

namespace weft::server {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Optional;
using testing::Pair;

TEST(HttpText, ReadsQueries) {
  EXPECT_THAT(ParseQuery("a=1&b=x+y%26z&&c&a=2"),
              Optional(ElementsAre(Pair("a", "1"), Pair("b", "x y&z"), Pair("c", ""), Pair("a", "2"))));
  EXPECT_THAT(ParseQuery(""), Optional(ElementsAre()));
  EXPECT_EQ(ParseQuery("a=%4"), std::nullopt);
  EXPECT_EQ(ParseQuery("a=%ff"), std::nullopt);
}

TEST(HttpText, ReadsMediaTypes) {
  EXPECT_EQ(MediaType("Application/JSON ; charset=utf-8"), "application/json");
  EXPECT_EQ(MediaType(""), "");
}

TEST(HttpText, FindsCookies) {
  EXPECT_EQ(CookieOf("a=1; session=xyz; b=2", "session"), "xyz");
  EXPECT_EQ(CookieOf("session-2=no; session=yes", "session"), "yes");
  EXPECT_EQ(CookieOf("session", "session"), "");
}

TEST(HttpText, AHeaderWithALineBreakIsLeftOut) {
  const auto head = HeadOf({.body = {}, .headers = {{"Location", "/a\r\nSet-Cookie: b=c"}}}, 0, true);
  EXPECT_THAT(head, Not(HasSubstr("Set-Cookie")));
}

TEST(HttpText, AnswersHaveProtectiveHeadersUnlessTheySayOtherwise) {
  const auto head = HeadOf({.body = {}, .headers = {{"cache-control", "max-age=60"}}}, 0, true);
  EXPECT_THAT(head, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("no-store")));
}

TEST(HttpText, ProblemsCarryCodeAndTheirOwnMembers) {
  const auto response = Problem(422, {"validation", "Wrong."}, R"({"diagnostics":[]})");
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body, R"({"code":"validation","detail":"Wrong.","diagnostics":[],"status":422,)"
                           R"("title":"Unprocessable Content","type":"/docs/errors/validation"})");
}

TEST(HttpText, TheCodeDecidesTheStatus) {
  for (const auto& [code, status] : std::vector<std::pair<std::string, int>>{{"not_found", 404},
                                                                             {"store.exists", 409},
                                                                             {"store.unavailable", 503},
                                                                             {"store.newer", 503},
                                                                             {"temporal", 503},
                                                                             {"something.else", 500},
                                                                             {"", 500}}) {
    EXPECT_EQ(ProblemOf({code, ""}).status, status) << code;
  }
  EXPECT_THAT(ProblemOf({"busy", ""}).headers, ElementsAre(Pair("Retry-After", "1")));
}

}  // namespace
}  // namespace weft::server
