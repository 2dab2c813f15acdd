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

TEST(Template, DollarsBeforeBraces) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"$${", "${"},          {"$$${ 1 }", "$${ 1 }"},  {"$", "$"},
      {"$ {x}", "$ {x}"},     {"cost: $5", "cost: $5"}, {"${ 1 }$${ 2 }${ 3 }", "1${ 2 }3"},
      {"$${${ 1 }}", "${1}"}, {"${ 1 }}", "1}"},
  };
  for (const auto& [text, value] : cases) EXPECT_EQ(Eval(text, {})->AsString(), value) << text;
}

TEST(Template, ACommentMayGoOnBehindABackslash) {
  EXPECT_EQ(Eval("<${ 1 # a \\\n } b\n }>", {})->AsString(), "<1>");
  EXPECT_EQ(Eval("<${ 1 # a \\\\\n }>", {})->AsString(), "<1>");
}

TEST(Template, InsertsEveryTypeButNull) {
  const auto scope = WithInput(R"({"t":true,"n":12345678901234567890,"a":[1,"x"],"s":"","o":{"b":1,"a":null}})");
  EXPECT_EQ(Eval("<${ $input.t }${ $input.n }${ $input.a }${ $input.s }${ $input.o }>", scope)->AsString(),
            R"(<true12345678901234567890[1,"x"]{"a":null,"b":1}>)");
  EXPECT_EQ(Eval("<${ $input.missing // \"\" }>", scope)->AsString(), "<>");
  EXPECT_FALSE(Eval("<${ empty }>", scope));
  EXPECT_TRUE(Eval("${ $input.missing }", scope)->IsNull());
}

TEST(Template, DataIsNeverEvaluatedTwice) {
  const auto scope = WithInput(R"({"s":"${ 1 + 1 } $${"})");
  EXPECT_EQ(Eval("<${ $input.s }>", scope)->AsString(), "<${ 1 + 1 } $${>");
  EXPECT_EQ(Eval("${ $input.s }", scope)->AsString(), "${ 1 + 1 } $${");
}

TEST(Template, AUrlTakesItsAuthorityOnlyFromWhatIsWritten) {
  const auto scope = WithInput(R"({"v":"evil.example","n":80,"whole":"https://h/x?y=1"})");
  for (const auto* text : {"${ $input.v }://h/", "http://${ $input.v }", "http://h${ $input.v }/x",
                           "http://h:${ $input.n }/x", "http://u@${ $input.v }/", "http:${ $input.v }",
                           "http:/${ $input.v }", "${ $input.v }/x", "//${ $input.v }/x"}) {
    const auto result = Eval(text, scope, Place::kUrl);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, "http.url") << text;
  }
  EXPECT_EQ(Eval("http://h/${ $input.v }", scope, Place::kUrl)->AsString(), "http://h/evil.example");
  EXPECT_EQ(Eval("http://h?u=${ $input.whole }", scope, Place::kUrl)->AsString(),
            "http://h?u=https%3A%2F%2Fh%2Fx%3Fy%3D1");
  EXPECT_EQ(Eval("http://h#${ $input.v }", scope, Place::kUrl)->AsString(), "http://h#evil.example");
  EXPECT_EQ(Eval("${ $input.whole }", scope, Place::kUrl)->AsString(), "https://h/x?y=1");
}

TEST(Template, UrlInsertionsEncodeEveryReservedByte) {
  const auto scope = WithInput(R"({"v":"a/b?c#d@e:f%g\\h\r\n\u0000 ~纬"})");
  EXPECT_EQ(Eval("http://h/${ $input.v }", scope, Place::kUrl)->AsString(),
            "http://h/a%2Fb%3Fc%23d%40e%3Af%25g%5Ch%0D%0A%00%20~%E7%BA%AC");
}

TEST(Template, HeadersRefuseEachForbiddenByte) {
  for (const auto* value : {R"({"v":"a\rb"})", R"({"v":"a\nb"})", R"({"v":"a\u0000b"})"}) {
    for (const auto* text : {"${ $input.v }", "x ${ $input.v } y", "${ $secrets.t } ${ $input.v }"}) {
      const auto result = Template::Text(text, Place::kHeader)->EvaluateWithSecrets(WithInput(value));
      ASSERT_FALSE(result) << text;
      EXPECT_EQ(result.error().code, "http.header");
    }
  }
  EXPECT_EQ(Eval("${ $input.n }", WithInput(R"({"n":5})"), Place::kHeader)->AsString(), "5");
}

TEST(Template, SecretsKeepTheirPlacesAmongText) {
  const auto scope = WithInput(R"({"u":"a@b"})");
  const auto url = Template::Text("https://h/${ $input.u }?k=${ $secrets.key }&v=${$secrets[\"other\"]}", Place::kUrl);
  ASSERT_TRUE(url);
  const auto result = url->EvaluateWithSecrets(scope);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->secrets.size(), 1U);
  const std::vector<Segment> expected{{.literal = "https://h/a%40b?k=", .secret = {}, .percent_encode = false},
                                      {.literal = {}, .secret = "key", .percent_encode = true},
                                      {.literal = "&v=", .secret = {}, .percent_encode = false},
                                      {.literal = {}, .secret = "other", .percent_encode = true}};
  EXPECT_EQ(result->secrets[0].segments, expected);
  std::vector<std::string> names;
  url->CollectSecrets(names);
  EXPECT_EQ(names, (std::vector<std::string>{"key", "other"}));
}

TEST(Template, ASecretCannotBeAHost) {
  const auto made = Template::Text("https://${ $secrets.host }/x", Place::kUrl);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->EvaluateWithSecrets({}).error().code, "http.url");
}

TEST(Template, SecretsInListsAndMapsHaveTheirPaths) {
  auto token = Template::Text("${ $secrets.token }").value();
  const auto made = Template::Map(
      {{"a", Template::List({Template::Literal(Value(1)), token})}, {"b", Template::Literal(Value("x"))}});
  const auto result = made.EvaluateWithSecrets({});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->value.Dump(), R"({"a":[1,null],"b":"x"})");
  ASSERT_EQ(result->secrets.size(), 1U);
  EXPECT_EQ(result->secrets[0].path, (std::vector<std::string>{"a", "1"}));
  EXPECT_FALSE(made.Evaluate({}));
}

TEST(Template, SecretsStandAloneOrAreRefused) {
  for (const auto* text :
       {"${ $secrets }", "${ $secrets.a.b }", "${ $secrets[.x] }", "${ $secrets.a + \"x\" }", "${ {t: $secrets.a} }",
        "${ ($secrets.a) }", "${ \"\\($secrets.a)\" }", "${ $secrets.a? }", "${ $secrets | keys }"}) {
    EXPECT_FALSE(Template::Text(text)) << text;
  }
}

TEST(Template, AllProblemsOfATextAreReported) {
  const auto made = Template::Text("${ $inptu } and ${ 1 + } and ${ .x");
  ASSERT_FALSE(made);
  ASSERT_EQ(made.error().size(), 3U);
  EXPECT_EQ(made.error()[0].offset, 3U);
  EXPECT_EQ(made.error()[2].offset, 29U);
}

TEST(Template, ExprKeepsTheModeInsideItsBraces) {
  for (const auto* text : {".a < 1", "${ .a < 1 }", "  ${ .a < 1 }  "}) {
    EXPECT_FALSE(Template::Expr(text, Mode::kCondition)->Evaluate({})) << text;
    EXPECT_TRUE(Template::Expr(text, Mode::kValue)->Evaluate({})) << text;
  }
  const auto problem = Template::Expr("  ${ .a < ) }", Mode::kValue);
  ASSERT_FALSE(problem);
  EXPECT_EQ(problem.error().front().offset, 10U);
}

TEST(Template, LiteralsAreKnown) {
  EXPECT_TRUE(Template::Text("plain")->IsLiteral());
  EXPECT_TRUE(Template::Text("$${ plain")->IsLiteral());
  EXPECT_TRUE(Template::Map({{"a", Template::List({Template::Literal(Value(1))})}}).IsLiteral());
  EXPECT_FALSE(Template::Text("${ 1 }")->IsLiteral());
  EXPECT_TRUE(Template().empty());
  EXPECT_TRUE(Template().Evaluate({})->IsNull());
  EXPECT_TRUE(Template::Text("${ .a + $vars.b }")->ReadsOnlyDotAndVars());
  EXPECT_FALSE(Template::Text("${ .a + $input.b }")->ReadsOnlyDotAndVars());
  EXPECT_FALSE(Template::Text("${ now }")->ReadsOnlyDotAndVars());
}

}  // namespace
}  // namespace weft::expr
