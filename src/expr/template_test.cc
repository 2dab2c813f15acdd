#include "expr/template.h"

#include <gtest/gtest.h>

namespace weft::expr {
namespace {

Scope WithInput(std::string_view json) {
  Scope scope;
  scope.input = Value::Parse(json).value();
  return scope;
}

Result<Value> Eval(std::string_view text, const Scope& scope, Place place = Place::kPlain) {
  return Template::Text(text, place).value().Evaluate(scope);
}

TEST(Template, OneExpressionGivesItsJsonValue) {
  EXPECT_EQ(Eval("${ $input.n }", WithInput(R"({"n":[1,2]})"))->Dump(), "[1,2]");
}

TEST(Template, InsertsTextAsItIsAndTheRestAsJson) {
  EXPECT_EQ(Eval("id ${ $input.s }/${ $input.n }", WithInput(R"({"s":"a b","n":{"k":1}})"))->AsString(),
            R"(id a b/{"k":1})");
}

TEST(Template, BracesInsideStringsAndCommentsDoNotClose) {
  EXPECT_EQ(Eval(R"(<${ "}" }>)", {})->AsString(), "<}>");
  EXPECT_EQ(Eval("<${ {a: {b: 1}} }>", {})->AsString(), R"(<{"a":{"b":1}}>)");
  EXPECT_EQ(Eval(R"(<${ "a\("}" + "b")c" }>)", {})->AsString(), "<a}bc>");
  EXPECT_EQ(Eval("<${ 1 # }\n }>", {})->AsString(), "<1>");
}

TEST(Template, DoubledDollarIsLiteral) { EXPECT_EQ(Eval("a $${ x } b", {})->AsString(), "a ${ x } b"); }

TEST(Template, InsertingNullIsAFailure) {
  const auto result = Eval("id-${ $input.missing }", WithInput("{}"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "expression");
}

TEST(Template, UnclosedExpressionIsAProblemAtItsPlace) {
  const auto made = Template::Text("ab ${ .x ");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().front().offset, 3U);
}

TEST(Template, UrlInsertionsAreEncodedAndCannotSupplyTheHost) {
  const auto scope = WithInput(R"({"id":"a/b?c@d","host":"evil"})");
  EXPECT_EQ(Eval("http://h:1/x/${ $input.id }", scope, Place::kUrl)->AsString(), "http://h:1/x/a%2Fb%3Fc%40d");
  const auto host = Eval("http://${ $input.host }/x", scope, Place::kUrl);
  ASSERT_FALSE(host);
  EXPECT_EQ(host.error().code, "http.url");
}

TEST(Template, HeaderBreaksAreAFailure) {
  const auto result = Eval("${ $input.v }", WithInput(R"({"v":"a\r\nX: y"})"), Place::kHeader);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, "http.header");
}

TEST(Template, SecretsStayNamed) {
  const auto made =
      Template::Map({{"Authorization", Template::Text("Bearer ${ $secrets.token }", Place::kHeader).value()}});
  const auto result = made.EvaluateWithSecrets({});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->value.Dump(), R"({"Authorization":null})");
  ASSERT_EQ(result->secrets.size(), 1U);
  EXPECT_EQ(result->secrets[0].path, std::vector<std::string>{"Authorization"});
  ASSERT_EQ(result->secrets[0].segments.size(), 2U);
  EXPECT_EQ(result->secrets[0].segments[1].secret, "token");
}

TEST(Template, ASecretInsideAnExpressionIsRefused) { EXPECT_FALSE(Template::Text("${ $secrets.token | length }")); }

TEST(Template, ExprMayOmitItsBraces) {
  EXPECT_EQ(Template::Expr(".a > 1", Mode::kValue)->Evaluate({})->Dump(), "false");
  EXPECT_EQ(Template::Expr("${ 1 + 1 }", Mode::kValue)->Evaluate({})->Dump(), "2");
}

}  // namespace
}  // namespace weft::expr
