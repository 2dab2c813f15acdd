#include "expr/value.h"

#include <gtest/gtest.h>

#include <limits>

#include "expr/size.h"

namespace weft::expr {
namespace {

TEST(Value, KeepsNumbersAsWritten) {
  for (const auto* text : {"9007199254740993", "123456789012345678901234567890", "1.5", "-0.1", "100000000000000000"}) {
    EXPECT_EQ(Value::Parse(text)->Dump(), text);
  }
  EXPECT_EQ(Value(std::int64_t{9007199254740993}).Dump(), "9007199254740993");
}

TEST(Value, RefusesWhatIsNoJson) {
  for (const auto* text : {"",         "nan",       "NaN", "1 2",  "{\"a\":}", "[1,]",   "\"\x01\"", "{\"a\":1",
                           "Infinity", "\"\xff\"",  "'a'", "+1",   "01",       ".5",     "5.",       "1e",
                           "1e+",      "-",         "--1", "0x10", "nul",      "nulll",  "True",     "[1 2]",
                           "{a:1}",    "{\"a\" 1}", "]",   "\"",   "\"\\x\"",  "/*c*/1", "1,",       "[,]"}) {
    EXPECT_FALSE(Value::Parse(text)) << text;
  }
  EXPECT_FALSE(Value::Parse(std::string(600, '[') + std::string(600, ']')));
}

TEST(Value, DumpsWithSortedKeys) {
  EXPECT_EQ(Value::Parse(R"({"b":1,"a":{"d":2,"c":3}})")->Dump(), R"({"a":{"c":3,"d":2},"b":1})");
}

TEST(Value, SizeBoundIsNeverTooLow) {
  for (const auto* text : {"null", "[1,2,{\"a\":\"x\\\"y\\n\"}]", "\"纬\"", "{\"k\":[true,false]}"}) {
    const auto value = Value::Parse(text).value();
    EXPECT_GE(SizeBound(value, 10'000), value.Dump().size()) << text;
  }
}

TEST(Value, AcceptsJson) {
  for (const auto* text : {"0", "-0", "-1.5e-3", "1E+2", "[ ]", " {\"a\" : [true,false,null]} \n",
                           R"("\u00e9\ud83e\uddf5\n\"\\")", "\"\x7f\"", "[]"}) {
    EXPECT_TRUE(Value::Parse(text)) << text;
  }
}

TEST(Value, DepthIsBounded) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(Value::Parse(nested(256), Value::kMaxDepth));
  EXPECT_FALSE(Value::Parse(nested(257), Value::kMaxDepth));
  const auto document = nested(512);
  EXPECT_EQ(Value::Parse(document)->Dump(), document);
  EXPECT_FALSE(Value::Parse(nested(513)));
  EXPECT_FALSE(Value::Parse(nested(100'000)));
}

TEST(Value, IntegersAreExactWithin64Bits) {
  for (const auto number : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                            std::int64_t{-1}, std::int64_t{0}, std::int64_t{9007199254740993}}) {
    EXPECT_EQ(Value(number).AsInteger(), number);
    EXPECT_EQ(Value::Parse(Value(number).Dump())->AsInteger(), number);
  }
  EXPECT_EQ(Value::Parse("2.9")->AsInteger(), 2);
  EXPECT_EQ(Value::Parse("-2.9")->AsInteger(), -2);
  EXPECT_EQ(Value("x").AsInteger(), 0);
}

TEST(Value, ReadsAndChangesCopies) {
  auto value = Value::Parse(R"({"a":[1,{"b":"x"}],"c":null})").value();
  const auto before = value;
  EXPECT_EQ(value.Get("a").At(1).Get("b").AsString(), "x");
  EXPECT_TRUE(value.Has("c"));
  EXPECT_FALSE(value.Has("d"));
  EXPECT_TRUE(value.Get("d").IsNull());
  EXPECT_TRUE(value.Get("a").At(9).IsNull());
  value.Set("d", Value(true));
  value.Erase("c");
  EXPECT_EQ(value.Keys(), (std::vector<std::string>{"a", "d"}));
  EXPECT_EQ(before.Dump(), R"({"a":[1,{"b":"x"}],"c":null})");
  Value list;
  list.Append(Value(1));
  list.Append(std::move(value));
  EXPECT_EQ(list.size(), 2U);
  EXPECT_TRUE(list.IsArray());
}

TEST(Value, EqualityIsThatOfJson) {
  EXPECT_EQ(Value::Parse(R"({"a":1,"b":[2]})").value(), Value::Parse(R"({"b":[2],"a":1.0})").value());
  EXPECT_FALSE(Value(1) == Value("1"));
  EXPECT_FALSE(Value::Parse("9007199254740993").value() == Value::Parse("9007199254740992").value());
}

TEST(Measure, FindsWhatIsTooLargeOrTooDeep) {
  const auto value = Value::Parse(R"([[["abc"]]])").value();
  EXPECT_EQ(Measure(value, 100, 3), Extent::kFits);
  EXPECT_EQ(Measure(value, 100, 2), Extent::kTooDeep);
  EXPECT_EQ(Measure(value, 5, 3), Extent::kTooLarge);
  Value shared(1);
  for (int i = 0; i < 60; ++i) shared = Value::Array({shared, shared});
  EXPECT_EQ(Measure(shared, 1'000'000, 256), Extent::kTooLarge);
  EXPECT_GT(SizeBound(shared, 1000), 1000U);
}

}  // namespace
}  // namespace weft::expr
