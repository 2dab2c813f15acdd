#include "notify/mime.h"

#include <gmock/gmock.h>

#include <chrono>

namespace weft::notify {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Mime, EncodesHeadersThatAreMoreThanAscii) {
  EXPECT_EQ(EncodeHeader("order failed", 9), "order failed");
  EXPECT_EQ(EncodeHeader("订单失败", 9), "=?UTF-8?B?6K6i5Y2V5aSx6LSl?=");
  EXPECT_EQ(EncodeHeader("=?not yet?=", 9), "=?UTF-8?B?PT9ub3QgeWV0Pz0=?=");
}

TEST(Mime, CutsLongHeadersBetweenCharacters) {
  std::string subject;
  for (int i = 0; i < 30; ++i) subject += "订单";
  const auto encoded = EncodeHeader(subject, 9);
  EXPECT_THAT(encoded, HasSubstr("?=\r\n =?UTF-8?B?"));
  std::size_t begin = 0;
  for (std::size_t end = 0; begin < encoded.size(); begin = end + 2) {
    end = std::min(encoded.find("\r\n", begin), encoded.size());
    EXPECT_LE(end - begin, 76U);
    // Each word is whole characters: three bytes, four letters each.
    const auto word = encoded.substr(begin, end - begin);
    const auto text = word.substr(word.find("?B?") + 3);
    EXPECT_EQ((text.size() - 2) % 4, 0U) << word;
    EXPECT_THAT(text, Not(HasSubstr("=="))) << word;
  }
}

TEST(Mime, ReadsAddresses) {
  EXPECT_EQ(AddressOf("ops@example.org").value_or(""), "ops@example.org");
  EXPECT_EQ(AddressOf("值班 <ops@example.org>").value_or(""), "ops@example.org");
  for (const auto* wrong :
       {"", "ops", "@example.org", "ops@", "a b@example.org", "ops@example.org\r\nBcc: x@y.z", "<ops@example.org"}) {
    EXPECT_FALSE(AddressOf(wrong)) << wrong;
  }
}

TEST(Mime, FormatsALetter) {
  const auto letter = FormatLetter({.from = "Weft 通知 <weft@example.org>",
                                    .to = {"ops@example.org", "\"Desk, night\" <desk@example.org>"},
                                    .subject = "订单失败",
                                    .text = "text",
                                    .html = "<p>html</p>",
                                    .id = "01J",
                                    .date = Timestamp(std::chrono::seconds(1'772'330'584))});
  EXPECT_THAT(letter, HasSubstr("From: =?UTF-8?B?V2VmdCDpgJrnn6U=?= <weft@example.org>\r\n"));
  EXPECT_THAT(letter, HasSubstr("To: ops@example.org,\r\n \"Desk, night\" <desk@example.org>\r\n"));
  EXPECT_THAT(letter, HasSubstr("Subject: =?UTF-8?B?6K6i5Y2V5aSx6LSl?=\r\n"));
  EXPECT_THAT(letter, HasSubstr("Date: Sun, 1 Mar 2026 02:03:04 +0000\r\n"));
  EXPECT_THAT(letter, HasSubstr("Message-ID: <01J@example.org>\r\n"));
  EXPECT_THAT(letter, HasSubstr("Content-Type: text/plain; charset=utf-8\r\n"));
  EXPECT_THAT(letter, HasSubstr("\r\n\r\nPHA+aHRtbDwvcD4=\r\n"));
  EXPECT_TRUE(letter.ends_with("--weft-alternative-=_--\r\n"));
}

}  // namespace
}  // namespace weft::notify
