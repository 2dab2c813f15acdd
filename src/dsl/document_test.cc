#include "dsl/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::dsl {
namespace {

using Type = DocumentNode::Type;

Document Parse(std::string text) {
  std::vector<Diagnostic> problems;
  auto document = Document::FromYaml(std::move(text), problems);
  EXPECT_THAT(problems, testing::IsEmpty());
  return document;
}

std::string FirstProblem(std::string text) {
  std::vector<Diagnostic> problems;
  Document::FromYaml(std::move(text), problems);
  if (problems.empty()) return "none";
  const auto& p = problems.front();
  return std::to_string(p.begin.line) + ":" + std::to_string(p.begin.column) + " " + p.code + ": " + p.message;
}

TEST(Scalar, FollowsTheCoreSchema) {
  const auto is = [](std::string_view text, Type type, std::string_view json) {
    const auto resolved = ResolvePlainScalar(text);
    EXPECT_EQ(resolved.type, type) << text;
    EXPECT_EQ(resolved.text, json) << text;
  };
  for (const auto* text : {"", "~", "null", "Null", "NULL"}) is(text, Type::kNull, "");
  for (const auto* text : {"true", "True", "TRUE"}) is(text, Type::kBool, "true");
  for (const auto* text : {"yes", "no", "on", "off", "y", "nULL", "tRUE", ".inf",  ".nan", "1_000",     "1:30",
                           "0b1", "1e", ".",  "-",   "+", "0x",   "0o9",  "1.2.3", "--1",  "2026-01-01"}) {
    is(text, Type::kString, text);
  }
  is("007", Type::kNumber, "7");
  is("+5", Type::kNumber, "5");
  is("-0", Type::kNumber, "-0");
  is("0x1F", Type::kNumber, "31");
  is("0o17", Type::kNumber, "15");
  is(".5", Type::kNumber, "0.5");
  is("5.", Type::kNumber, "5");
  is("1.50", Type::kNumber, "1.50");
  is("6E+2", Type::kNumber, "6e+2");
  is("123456789012345678901234567890", Type::kNumber, "123456789012345678901234567890");
}

TEST(Document, LargeIntegersSurvive) {
  const auto document = Parse("a: 123456789012345678901234567890");
  EXPECT_EQ(document.root()->ToValue().Dump(), R"({"a":123456789012345678901234567890})");
}

TEST(Document, QuotedScalarsAndKeysAreTexts) {
  const auto document = Parse("\"1\": \"2\"\ntrue: '3'\nnull: !!str 4\non: yes");
  EXPECT_EQ(document.root()->ToValue().Dump(), R"({"1":"2","null":"4","on":"yes","true":"3"})");
}

/// The place of `@` in the value of `a`.
std::string PlaceOfMark(std::string text) {
  const auto document = Parse(std::move(text));
  const auto& node = *document.root()->Get("a");
  const auto at = document.PositionInside(node, node.text.find('@'));
  return std::to_string(at.line) + ":" + std::to_string(at.column);
}

TEST(Document, FindsPlacesInsideOfTexts) {
  EXPECT_EQ(PlaceOfMark("a: xx@"), "1:6");
  EXPECT_EQ(PlaceOfMark("a: \"xx@\""), "1:7");
  EXPECT_EQ(PlaceOfMark("a: '''@'"), "1:7");
  EXPECT_EQ(PlaceOfMark("a: \"汉字@\""), "1:7");
  EXPECT_EQ(PlaceOfMark(R"(a: "\u6c49\t\x41\U0001F600\"@")"), "1:29");
  EXPECT_EQ(PlaceOfMark(R"(a: "\ud83d\ude00@")"), "1:17");
  EXPECT_EQ(PlaceOfMark("a: x\n  y\n\n  z@"), "4:4");
  EXPECT_EQ(PlaceOfMark("a: \"x  \n  y \\\n   z@\""), "3:5");
  EXPECT_EQ(PlaceOfMark("a: 'x\n\n\n  y@'"), "4:4");
}

TEST(Document, FindsPlacesInsideOfBlocks) {
  EXPECT_EQ(PlaceOfMark("a: |\n  x\n    y@\n"), "3:6");
  EXPECT_EQ(PlaceOfMark("a: |\n\n  x\n\n  @\n"), "5:3");
  EXPECT_EQ(PlaceOfMark("b:\n  c: 1\na: |2\n    x@\n"), "4:6");
  EXPECT_EQ(PlaceOfMark("a: >-\n  x\n  y\n\n  z@\n"), "5:4");
  EXPECT_EQ(PlaceOfMark("a: >\n  x y\n  z @\nb: 1\n"), "3:5");
}

TEST(Document, ValuesKnowTheirPlaces) {
  const auto document = Parse("a:\n  - 1\n  - { b: \"x\", c: [2] }\n");
  const auto& item = *document.root()->Get("a")->items[1];
  EXPECT_EQ(item.begin, (Position{3, 5}));
  EXPECT_EQ(item.end, (Position{3, 23}));
  EXPECT_EQ(item.Get("b")->begin, (Position{3, 10}));
  EXPECT_EQ(item.Get("b")->end, (Position{3, 13}));
  EXPECT_EQ(Document::PathOf(*item.Get("c")->items[0]), "/a/1/c/0");
}

TEST(Document, PathsAreJsonPointers) {
  const auto document = Parse("a/b: { c~d: 1 }");
  EXPECT_EQ(Document::PathOf(*document.root()->Get("a/b")->Get("c~d")), "/a~1b/c~0d");
}

TEST(Document, AliasesAreExpanded) {
  const auto document = Parse("a: &x { b: [1] }\nc: *x\nd: &y 5\ne: [*y, *x]\n");
  EXPECT_EQ(document.root()->ToValue().Dump(), R"({"a":{"b":[1]},"c":{"b":[1]},"d":5,"e":[5,{"b":[1]}]})");
  EXPECT_EQ(Document::PathOf(*document.root()->Get("e")->items[1]->Get("b")), "/e/1/b");
}

TEST(Document, RefusesWhatWouldMislead) {
  EXPECT_EQ(FirstProblem("a: *x"), "1:4 syntax: there is no anchor `&x` before this alias");
  EXPECT_EQ(FirstProblem("a: &x [*x]"), "1:8 syntax: the alias `*x` stands inside the value it repeats");
  EXPECT_THAT(FirstProblem("a: &x { b: 1 }\nc: { <<: *x }"), testing::StartsWith("2:6 syntax: merge keys"));
  EXPECT_THAT(FirstProblem("a: !ruby/object 1"), testing::HasSubstr("syntax: the tag"));
  EXPECT_THAT(FirstProblem("a: !!int x"), testing::HasSubstr("syntax: the tag"));
  EXPECT_EQ(FirstProblem("? [1]\n: 2"), "1:3 syntax: a key must be a text, not a list or a map");
  EXPECT_EQ(FirstProblem("a: 1\nb: 2\na: 3"), "3:1 duplicate-key: `a` is written twice; first at 1:1");
}

TEST(Json, ReadsWhatYamlReads) {
  const std::string json =
      R"({"z":[1,-2.5e-3,true,false,null,""],"a":{"k":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00汉"},"b":123456789012345678901})";
  const auto fast = Document::FromJson(json);
  ASSERT_TRUE(fast);
  const auto yaml = Parse(json);
  EXPECT_EQ(fast->root()->ToValue().Dump(), yaml.root()->ToValue().Dump());
  EXPECT_EQ(fast->root()->entries[0].key->text, "z");
}

TEST(Json, RefusesEverythingElse) {
  for (const auto* json : {"", "{", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "nul", "+1", ".5", "1 2", "\"", "\"\\x\"",
                           "\"\\ud83d\"", "\"\\udc00\\ud83d\"", "[1", "tru", "01x", "'a'", "{\"a\":1,}"}) {
    EXPECT_FALSE(Document::FromJson(json)) << json;
  }
  EXPECT_FALSE(Document::FromJson(std::string(100, '[') + std::string(100, ']')));
  EXPECT_FALSE(Document::FromJson("\"\xff\""));
}

}  // namespace
}  // namespace weft::dsl
