#include "expr/value.h"

#include <gtest/gtest.h>

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
  for (const auto* text :
       {"", "nan", "NaN", "1 2", "{\"a\":}", "[1,]", "\"\x01\"", "{\"a\":1", "Infinity", "\"\xff\"", "'a'"}) {
    EXPECT_FALSE(Value::Parse(text)) << text;
  }
  EXPECT_FALSE(Value::Parse(std::string(300, '[') + std::string(300, ']')));
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

}  // namespace
}  // namespace weft::expr
