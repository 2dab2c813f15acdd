#include "dsl/input_schema.h"

#include <gtest/gtest.h>

namespace weft::dsl {
namespace {

expr::Value Json(std::string_view text) { return expr::Value::Parse(text).value(); }

std::string Validate(std::string_view schema, std::string_view instance) {
  std::string out;
  for (const auto& v : InputSchema::Compile(Json(schema)).value().Validate(Json(instance))) {
    out += v.path + ": " + v.message + "\n";
  }
  return out;
}

std::string CompileError(std::string_view schema) {
  const auto compiled = InputSchema::Compile(Json(schema));
  if (compiled) return "";
  EXPECT_EQ(compiled.error().code, "schema");
  return compiled.error().message;
}

TEST(InputSchema, NamesThePlaceInTheInstance) {
  constexpr auto kSchema =
      R"({"type":"object","required":["id"],"properties":{"n":{"type":"number"},"l":{"items":{"minimum":3}}}})";
  EXPECT_EQ(Validate(kSchema, R"({"id":1,"n":2,"l":[3,4]})"), "");
  EXPECT_EQ(Validate(kSchema, "{}"), ": \"id\" is a required property\n");
  EXPECT_EQ(Validate(kSchema, R"({"id":1,"l":[3,2]})"), "/l/1: 2 is less than the minimum of 3\n");
}

TEST(InputSchema, KnowsTheWholeOf2020) {
  constexpr auto kSchema = R"({"allOf":[{"properties":{"a":true}}],"unevaluatedProperties":false})";
  EXPECT_EQ(Validate(kSchema, R"({"a":1})"), "");
  EXPECT_NE(Validate(kSchema, R"({"b":1})"), "");
  EXPECT_EQ(
      Validate(R"({"$ref":"#/$defs/x","$defs":{"x":{"prefixItems":[{"type":"string"}],"items":false}}})", R"(["a"])"),
      "");
}

TEST(InputSchema, ListsAtMostTwentyViolations) {
  std::string list = "[0";
  for (int i = 0; i < 100; ++i) list += ",0";
  const auto violations = InputSchema::Compile(Json(R"({"items":{"minimum":1}})")).value().Validate(Json(list + "]"));
  EXPECT_EQ(violations.size(), 20U);
}

TEST(InputSchema, IntegersOfAnySizeAreNumbers) {
  EXPECT_EQ(Validate(R"({"type":"integer"})", "123456789012345678901234567890"), "");
}

TEST(InputSchema, RefusesWhatIsNoSchema) {
  EXPECT_NE(CompileError(R"({"type":"objekt"})").find("/type"), std::string::npos);
  EXPECT_NE(CompileError(R"({"properties":{"a":{"minimum":"0"}}})").find("/properties/a/minimum"), std::string::npos);
  EXPECT_NE(CompileError(R"({"type":"string","pattern":"("})"), "");
  EXPECT_NE(CompileError("42"), "");
  EXPECT_EQ(CompileError("true"), "");
}

TEST(InputSchema, CheckGivesThePlaceInTheSchema) {
  EXPECT_FALSE(InputSchema::Check(Json("{}")));
  EXPECT_EQ(InputSchema::Check(Json(R"({"items":{"type":"objekt"}})"))->path, "/items/type");
}

TEST(InputSchema, ReadsNoOtherDocument) {
  EXPECT_EQ(
      CompileError(R"({"$ref":"http://127.0.0.1:1/schema.json"})"),
      "not a valid JSON Schema: Resource 'http://127.0.0.1:1/schema.json' is not read; references must stay inside "
      "the schema (`#/$defs/NAME`)");
  EXPECT_NE(CompileError(R"({"$ref":"file:///etc/hostname"})"), "");
  EXPECT_NE(CompileError(R"({"$ref":"#/$defs/nothing"})"), "");
}

}  // namespace
}  // namespace weft::dsl
