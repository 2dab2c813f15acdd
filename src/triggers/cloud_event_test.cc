#include "triggers/cloud_event.h"

#include <gmock/gmock.h>

#include "triggers/match.h"

namespace weft::triggers {
namespace {

using expr::Value;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Read {
  std::optional<CloudEvent> event;
  std::vector<std::string> problems;
};
Read ReadText(const std::string& json) {
  Read read;
  read.event = ReadCloudEvent(*Value::Parse(json), "", read.problems);
  return read;
}
std::string With(const std::string& more) {
  return R"({"specversion":"1.0","id":"1","source":"s","type":"t")" + more + "}";
}

TEST(CloudEvent, IsReadWithItsKey) {
  EXPECT_EQ(ReadText(With("")).event->key, std::nullopt);
  EXPECT_EQ(ReadText(With(R"(,"subject":"s1")")).event->key, "s1");
  EXPECT_EQ(ReadText(With(R"(,"subject":"s1","partitionkey":"p")")).event->key, "p");
  EXPECT_EQ(ReadText(With(R"(,"subject":"s1","partitionkey":"p","key":8841)")).event->key, "8841");
  EXPECT_EQ(ReadText(With(R"(,"subject":"s1","key":"")")).event->key, "");
}

TEST(CloudEvent, KeepsDataAsItIsAndForgetsAttributesThatAreNull) {
  const auto read = ReadText(With(R"(,"subject":null,"data":{"n":12345678901234567890,"x":null})"));
  EXPECT_THAT(read.problems, IsEmpty());
  EXPECT_EQ(read.event->body,
            R"({"data":{"n":12345678901234567890,"x":null},"id":"1","source":"s","specversion":"1.0","type":"t"})");
  EXPECT_EQ(read.event->key, std::nullopt);
}

TEST(CloudEvent, EveryProblemIsNamed) {
  const auto read = ReadText(
      R"({"specversion":"0.3","id":"","type":7,"Extension":1,"time":"noon","nested":{},"data":1,"data_base64":"?"})");
  EXPECT_FALSE(read.event);
  EXPECT_THAT(read.problems,
              testing::UnorderedElementsAre(
                  HasSubstr("`id` is missing"), HasSubstr("`source` is missing"), HasSubstr("`type` is missing"),
                  HasSubstr("not 1.0"), HasSubstr("`Extension` is no attribute name"), HasSubstr("`time` is no RFC"),
                  HasSubstr("`nested` is neither"), HasSubstr("exclude one another"), HasSubstr("not in base 64")));
}

TEST(CloudEvent, WhatTheStoreCannotIndexIsRefused) {
  EXPECT_THAT(ReadText(With(R"(,"key":"a\u0000b")")).problems, ElementsAre(HasSubstr("control characters")));
  EXPECT_THAT(ReadText(With(R"(,"subject":")" + std::string(901, 'x') + "\"")).problems,
              ElementsAre(HasSubstr("longer than 900 bytes")));
  EXPECT_THAT(ReadText(With(R"(,"data":")" + std::string(kMaxEvent, 'x') + "\"")).problems,
              ElementsAre(HasSubstr("larger than 512 KB")));
  EXPECT_THAT(ReadText("[]").problems, ElementsAre(HasSubstr("JSON object")));
}

TEST(CloudEvent, PeopleMayLeaveOutWhatNamesIt) {
  std::vector<std::string> problems;
  const auto event = ReadCloudEvent(CompleteCloudEvent(*Value::Parse(R"({"type":"t"})")), "", problems);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->source, "weft");
  EXPECT_EQ(event->id.size(), 26U);
}

TEST(Match, SeesTheEventAndTheNamesOfItsWait) {
  const auto event = *Value::Parse(R"({"type":"t","data":{"n":5}})");
  const auto matches = [&](std::string_view text, std::string_view names = {}) {
    return Matches(text, names, event, {});
  };
  EXPECT_TRUE(*matches(".data.n == 5"));
  EXPECT_FALSE(*matches(".data.n == 6"));
  EXPECT_TRUE(*matches(".data.n > $input.least", R"({"input":{"least":4}})"));
  EXPECT_TRUE(*matches("$nodes.a.output == .data.n", R"({"nodes":{"a":{"output":5}}})"));
  EXPECT_TRUE(*matches("$order.n == .data.n and $index == 3", R"({"order":{"n":5},"index":3})"));
  EXPECT_FALSE(*matches("$input.least", "{}"));
  EXPECT_EQ(matches(".data.n | error(\"no\")").error().code, "expression");
}

}  // namespace
}  // namespace weft::triggers
