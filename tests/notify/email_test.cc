#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "activities/settings.h"
#include "base/encode.h"
#include "notify/kinds.h"
#include "notify/message.h"
#include "notify/testing.h"
#include "server/notify_transport.h"
#include "tests/notify/smtp_stand_in.h"

namespace weft::notify {
namespace {

using expr::Value;
using Outcome = Delivery::Outcome;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// What stands in base 64 between the headers of the part and the next boundary.
std::string PartOf(const std::string& message, const std::string& type) {
  const auto header = message.find("Content-Type: " + type);
  const auto begin = message.find("\r\n\r\n", header) + 4;
  auto text = message.substr(begin, message.find("\r\n--", begin) - begin);
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
  return FromBase64(text).value_or("");
}

class Email : public ::testing::Test {
 protected:
  static Value ConfigFor(const SmtpStandIn& server) {
    return Value::Object({{"host", Value("127.0.0.1")},
                          {"port", Value(server.port())},
                          {"ca", Value(server.certificate())},
                          {"username", Value("weft")},
                          {"password", Value("p4ssw0rd")},
                          {"from", Value("Weft 通知 <weft@example.org>")},
                          {"to", Value::Array({Value("ops@example.org"), Value("Desk <desk@example.org>")})}});
  }

  Delivery Send(const Value& config, Language language = Language::kEnglish) {
    activities::Settings settings;
    settings.http_loopback = true;
    server::NotifyTransport transport(settings);
    return SendEmail(config, MakeMessage(*Value::Parse(kReport), language, "https://weft.example"),
                     {.transport = transport, .stop = {}, .now = Timestamp{}, .id = "01J", .event = "failed"});
  }
};

TEST_F(Email, GoesOutEncryptedWithALogin) {
  SmtpStandIn server({});
  const auto sent = Send(ConfigFor(server));
  EXPECT_EQ(sent.outcome, Outcome::kSent) << sent.error;
  EXPECT_EQ(sent.answer, "250 2.0.0 queued as 42");
  const auto taken = server.taken();
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_TRUE(taken[0].encrypted);
  EXPECT_EQ(FromBase64(taken[0].login).value_or(""), std::string("\0weft\0p4ssw0rd", 14));
  EXPECT_THAT(taken[0].from, HasSubstr("<weft@example.org>"));
  EXPECT_THAT(taken[0].to, ElementsAre("<ops@example.org>", "<desk@example.org>"));
  EXPECT_THAT(taken[0].message, HasSubstr("Subject: order-intake failed\r\n"));
  const auto text = PartOf(taken[0].message, "text/plain");
  for (const auto* part : {"each/7/ship", "shell.exit", "no stock for 8841", "Attempts: 2", "Duration: 1m5s",
                           "https://weft.example/instances/default.order-intake.hook.8841"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(PartOf(taken[0].message, "text/html"), HasSubstr("two &lt;b&gt;"));
}

TEST_F(Email, SpeaksChinese) {
  SmtpStandIn server({});
  EXPECT_EQ(Send(ConfigFor(server), Language::kChinese).outcome, Outcome::kSent);
  const auto taken = server.taken();
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_THAT(taken[0].message, HasSubstr("Subject: =?UTF-8?B?" + Base64("order-intake 失败") + "?=\r\n"));
  EXPECT_THAT(PartOf(taken[0].message, "text/plain"), HasSubstr("节点: each/7/ship"));
  EXPECT_TRUE(std::ranges::all_of(taken[0].message, [](char c) { return static_cast<unsigned char>(c) < 128; }));
}

TEST_F(Email, TalksTlsFromTheStartWhereAsked) {
  SmtpStandIn server({.tls_at_once = true});
  auto config = ConfigFor(server);
  config.Set("security", Value("tls"));
  const auto sent = Send(config);
  EXPECT_EQ(sent.outcome, Outcome::kSent) << sent.error;
  EXPECT_TRUE(server.taken().at(0).encrypted);
}

TEST_F(Email, IsNeverSentInTheClearUnlessAsked) {
  SmtpStandIn server({.starttls = false});
  const auto refused = Send(ConfigFor(server));
  EXPECT_EQ(refused.outcome, Outcome::kRefused) << refused.error;
  EXPECT_THAT(server.taken(), IsEmpty());
  auto config = ConfigFor(server);
  config.Set("security", Value("none"));
  config.Erase("username");
  config.Erase("password");
  EXPECT_EQ(Send(config).outcome, Outcome::kSent);
  EXPECT_FALSE(server.taken().at(0).encrypted);
}

TEST_F(Email, AnUnknownCertificateIsRefused) {
  SmtpStandIn server({});
  auto config = ConfigFor(server);
  config.Erase("ca");
  EXPECT_EQ(Send(config).outcome, Outcome::kRefused);
  EXPECT_THAT(server.taken(), IsEmpty());
}

TEST_F(Email, LaterIsLaterAndNeverIsNever) {
  SmtpStandIn greylisting({.receiver = "450 4.2.0 greylisted, try again"});
  const auto later = Send(ConfigFor(greylisting));
  EXPECT_EQ(later.outcome, Outcome::kRetry);
  EXPECT_THAT(later.error, HasSubstr("greylisted"));
  SmtpStandIn strict({.receiver = "550 5.1.1 no such user"});
  const auto never = Send(ConfigFor(strict));
  EXPECT_EQ(never.outcome, Outcome::kRefused);
  EXPECT_THAT(never.error, HasSubstr("no such user"));
  SmtpStandIn stranger({.login = "535 5.7.8 bad credentials"});
  const auto login = Send(ConfigFor(stranger));
  EXPECT_EQ(login.outcome, Outcome::kRefused) << login.error;
  EXPECT_THAT(login.error, Not(HasSubstr("p4ssw0rd")));
  SmtpStandIn full({.end = "452 4.3.1 no room"});
  EXPECT_EQ(Send(ConfigFor(full)).outcome, Outcome::kRetry);
}

}  // namespace
}  // namespace weft::notify
