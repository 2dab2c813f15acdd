#include "activities/http_url.h"

#include <gtest/gtest.h>

namespace weft::activities {
namespace {

TEST(HttpUrlTest, QueriesAreAddedBeforeTheFragment) {
  EXPECT_EQ(WithQuery("http://h", "a", "b c"), "http://h?a=b%20c");
  EXPECT_EQ(WithQuery("http://h/p?", "a", "1"), "http://h/p?a=1");
  EXPECT_EQ(WithQuery("http://h/p?x=%2F&", "a", "1"), "http://h/p?x=%2F&a=1");
  EXPECT_EQ(WithQuery("http://h/p?x#f?", "a&", "="), "http://h/p?x&a%26=%3D#f?");
}

TEST(HttpUrlTest, KeepsEscapesAndEncodesTheRest) {
  EXPECT_EQ(HttpUrl::Parse("http://h/a%2Fb/纬 x?q=%C3%A9")->Text(), "http://h/a%2Fb/%e7%ba%ac%20x?q=%C3%A9");
}

TEST(HttpUrlTest, OriginsDifferByAnyOfTheirParts) {
  const auto origin = [](const char* url) { return HttpUrl::Parse(url)->Origin(); };
  EXPECT_EQ(origin("http://h/a"), origin("http://h:80/b?c"));
  EXPECT_NE(origin("http://h"), origin("https://h"));
  EXPECT_NE(origin("http://h"), origin("http://h:81"));
  EXPECT_NE(origin("http://h"), origin("http://i"));
  EXPECT_EQ(origin("http://HOST"), origin("http://host"));
}

TEST(HttpUrlTest, ResolvesLocations) {
  const auto base = HttpUrl::Parse("https://h/a/b?q=1");
  EXPECT_EQ(base->Resolve("c")->Text(), "https://h/a/c");
  EXPECT_EQ(base->Resolve("/c?d")->Text(), "https://h/c?d");
  EXPECT_EQ(base->Resolve("//other/c")->Text(), "https://other/c");
  EXPECT_EQ(base->Resolve("http://other")->Text(), "http://other/");
  EXPECT_FALSE(base->Resolve("javascript:alert(1)"));
}

}  // namespace
}  // namespace weft::activities
