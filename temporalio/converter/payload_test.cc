#include "temporalio/converter/payload.h"

#include <gtest/gtest.h>

namespace temporalio {
namespace {

TEST(Payload, JsonPassesThroughAsText) {
  const Payload payload = JsonPayload(R"({"big":12345678901234567890.10})");
  EXPECT_EQ(EncodingOf(payload), "json/plain");
  EXPECT_EQ(JsonOf(payload).value(), R"({"big":12345678901234567890.10})");
}

TEST(Payload, NullReadsAsJsonNull) {
  EXPECT_EQ(EncodingOf(NullPayload()), "binary/null");
  EXPECT_EQ(JsonOf(NullPayload()).value(), "null");
}

TEST(Payload, BytesAreNotJson) {
  const Payload payload = BytesPayload(std::string("\0\xff", 2));
  EXPECT_EQ(BytesOf(payload).value(), std::string_view("\0\xff", 2));
  const auto json = JsonOf(payload);
  ASSERT_FALSE(json);
  EXPECT_EQ(json.error().code, Error::Code::kInvalidArgument);
  EXPECT_NE(json.error().message.find("binary/plain"), std::string::npos);
  EXPECT_FALSE(JsonOf(Payload()));
  EXPECT_FALSE(BytesOf(JsonPayload("1")));
}

TEST(Payload, JsonStringEscapes) { EXPECT_EQ(JsonString("a\"b\\c\n\x01 纬"), R"("a\"b\\c\u000a\u0001 纬")"); }

}  // namespace
}  // namespace temporalio
