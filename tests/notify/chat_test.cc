#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "activities/settings.h"
#include "notify/kinds.h"
#include "notify/message.h"
#include "notify/testing.h"
#include "server/notify_transport.h"
#include "tests/notify/chat_stand_in.h"

namespace weft::notify {
namespace {

using activities::HttpServer;
using activities::ServedRequest;
using expr::Value;
using Outcome = Delivery::Outcome;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kSecret = "SEC-0123456789abcdef";
constexpr std::string_view kBaseUrl = "https://weft.example";

activities::Settings Loopback() {
  activities::Settings settings;
  settings.http_loopback = true;
  return settings;
}

Value Report() { return *Value::Parse(kReport); }

/// A report whose every text is as long as it can be, in characters that take room.
Value HugeReport() {
  auto report = Report();
  std::string noise;
  for (int i = 0; i < 3000; ++i) noise += "订\"<[&]>单\n";
  const auto inner = Value::Object({{"message", Value(noise)}});
  report.Set("workflow", Value(noise));
  report.Set("node", Value(noise));
  report.Set("error", Value::Object({{"code", Value(noise)},
                                     {"message", Value(noise)},
                                     {"cause", inner},
                                     {"data", Value::Object({{"stderr", Value(noise)}})}}));
  return report;
}

class Chat : public ::testing::TestWithParam<Language> {
 protected:
  Delivery Send(std::string_view kind, const Value& config, const Value& content) {
    return FindKind(kind)->send(config, MakeMessage(content, GetParam(), kBaseUrl),
                                {.transport = transport_,
                                 .stop = {},
                                 .now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()),
                                 .id = "01JTEST",
                                 .event = "failed"});
  }

  /// Everything that a person needs, in the channel's language, in one text of the body.
  static void ExpectAllOf(const std::string& text) {
    const bool zh = GetParam() == Language::kChinese;
    for (const auto* part : {"order-intake (r3)", "default.order-intake.hook.8841", "each/7/ship", "shell.exit",
                             "the script ended with exit code 3", "no stock for 8841", "1m5s",
                             "https://weft.example/instances/default.order-intake.hook.8841"}) {
      EXPECT_THAT(text, HasSubstr(part));
    }
    for (const auto* part : {zh ? "失败" : "failed", zh ? "尝试次数" : "Attempts", zh ? "节点" : "Node"}) {
      EXPECT_THAT(text, HasSubstr(part));
    }
  }

  server::NotifyTransport transport_{Loopback()};
};
INSTANTIATE_TEST_SUITE_P(Languages, Chat, ::testing::Values(Language::kEnglish, Language::kChinese),
                         [](const auto& language) { return language.param == Language::kEnglish ? "en" : "zh"; });

TEST_P(Chat, DingTalkTakesItsSignature) {
  HttpServer service([](const ServedRequest& r) { return AnswerOfDingTalk(r, "tok", std::string(kSecret)); });
  const auto url = service.Url("/robot/send?access_token=tok");
  const auto config = Value::Object({{"url", Value(url)}, {"secret", Value(kSecret)}});
  const auto sent = Send("dingtalk", config, Report());
  EXPECT_EQ(sent.outcome, Outcome::kSent) << sent.error << sent.answer;
  ExpectAllOf(Value::Parse(service.requests()[0].body)->Get("markdown").Get("text").AsString());
  EXPECT_THAT(sent.sent, Not(HasSubstr("sign")));
  const auto huge = Send("dingtalk", config, HugeReport());
  EXPECT_EQ(huge.outcome, Outcome::kSent) << huge.error;

  const auto wrong = Send("dingtalk", Value::Object({{"url", Value(url)}, {"secret", Value("SEC-other")}}), Report());
  EXPECT_EQ(wrong.outcome, Outcome::kRefused);
  EXPECT_THAT(wrong.error, HasSubstr("errcode 310000: sign not match"));
}

TEST_P(Chat, DingTalkIsLeftAloneForTenMinutesWhenItWasToldTooMuch) {
  HttpServer service(
      [](const ServedRequest&) { return activities::Json(R"({"errcode":130101,"errmsg":"send too fast"})"); });
  const auto sent = Send("dingtalk", Value::Object({{"url", Value(service.Url())}}), Report());
  EXPECT_EQ(sent.outcome, Outcome::kRetry);
  EXPECT_EQ(sent.retry_after, 10min);
}

TEST_P(Chat, FeishuTakesItsCard) {
  HttpServer service([](const ServedRequest& r) { return AnswerOfFeishu(r, std::string(kSecret)); });
  const auto config =
      Value::Object({{"url", Value(service.Url("/open-apis/bot/v2/hook/x"))}, {"secret", Value(kSecret)}});
  const auto sent = Send("feishu", config, Report());
  EXPECT_EQ(sent.outcome, Outcome::kSent) << sent.error << sent.answer;
  const auto body = *Value::Parse(service.requests()[0].body);
  ExpectAllOf(body.Get("card").Dump());
  EXPECT_EQ(body.Get("card").Get("header").Get("template").AsString(), "red");
  EXPECT_THAT(sent.sent, AllOf(Not(HasSubstr("sign")), Not(HasSubstr("timestamp"))));
  const auto huge = Send("feishu", config, HugeReport());
  EXPECT_EQ(huge.outcome, Outcome::kSent) << huge.error;

  auto wrong = config;
  wrong.Set("secret", Value("other"));
  const auto refused = Send("feishu", wrong, Report());
  EXPECT_EQ(refused.outcome, Outcome::kRefused);
  EXPECT_THAT(refused.error, HasSubstr("code 19021"));
}

TEST_P(Chat, WeComTakesWhatFits) {
  HttpServer service([](const ServedRequest& r) { return AnswerOfWeCom(r, "k1"); });
  const auto config = Value::Object({{"url", Value(service.Url("/cgi-bin/webhook/send?key=k1"))}});
  const auto sent = Send("wecom", config, Report());
  EXPECT_EQ(sent.outcome, Outcome::kSent) << sent.error << sent.answer;
  ExpectAllOf(Value::Parse(service.requests()[0].body)->Get("markdown").Get("content").AsString());
  const auto huge = Send("wecom", config, HugeReport());
  EXPECT_EQ(huge.outcome, Outcome::kSent) << huge.error;
  const auto wrong = Send("wecom", Value::Object({{"url", Value(service.Url("/send?key=k2"))}}), Report());
  EXPECT_EQ(wrong.outcome, Outcome::kRefused);
  EXPECT_THAT(wrong.error, HasSubstr("93000"));
}

TEST_P(Chat, SlackTakesItsBlocks) {
  HttpServer service([](const ServedRequest& r) { return AnswerOfSlack(r); });
  const auto config = Value::Object({{"url", Value(service.Url("/services/T/B/X"))}});
  const auto sent = Send("slack", config, Report());
  EXPECT_EQ(sent.outcome, Outcome::kSent) << sent.error << sent.answer;
  const auto blocks = Value::Parse(service.requests()[0].body)->Get("blocks").Dump();
  ExpectAllOf(blocks);
  EXPECT_THAT(blocks, HasSubstr("two &lt;b&gt;"));
  const auto huge = Send("slack", config, HugeReport());
  EXPECT_EQ(huge.outcome, Outcome::kSent) << huge.error << huge.answer;
}

TEST_P(Chat, SlackSaysWhenToComeBackAndWhatItRefuses) {
  HttpServer busy([](const ServedRequest&) {
    return activities::Answer("429 Too Many Requests", "Retry-After: 30\r\n", "rate_limited");
  });
  const auto later = Send("slack", Value::Object({{"url", Value(busy.Url())}}), Report());
  EXPECT_EQ(later.outcome, Outcome::kRetry);
  EXPECT_EQ(later.retry_after, 30s);
  HttpServer archived([](const ServedRequest&) { return activities::Answer("410 Gone", "", "channel_is_archived"); });
  const auto gone = Send("slack", Value::Object({{"url", Value(archived.Url())}}), Report());
  EXPECT_EQ(gone.outcome, Outcome::kRefused);
  EXPECT_EQ(gone.answer, "channel_is_archived");
}

TEST_P(Chat, AWebhookGetsTheReportSigned) {
  HttpServer service([](const ServedRequest& r) {
    const auto expected = "sha256=" + HexOf(HmacOf(kSecret, r.body));
    if (HeaderOf(r, "X-Weft-Signature") != expected) return activities::Answer("401 Unauthorized", "", "");
    return activities::Answer("204 No Content", "", "");
  });
  const auto config = Value::Object({{"url", Value(service.Url("/in"))},
                                     {"headers", Value::Object({{"X-Team", Value("ops")}})},
                                     {"secret", Value(kSecret)}});
  const auto sent = Send("webhook", config, Report());
  EXPECT_EQ(sent.outcome, Outcome::kSent) << sent.error;
  const auto request = service.requests()[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(HeaderOf(request, "X-Team"), "ops");
  EXPECT_EQ(HeaderOf(request, "X-Weft-Event"), "failed");
  EXPECT_EQ(HeaderOf(request, "Idempotency-Key"), "01JTEST");
  const auto body = *Value::Parse(request.body);
  EXPECT_EQ(body.Get("event").AsString(), "failed");
  EXPECT_EQ(body.Get("trigger").Get("id").AsString(), "hook");
  EXPECT_EQ(body.Get("node").AsString(), "each/7/ship");
  EXPECT_EQ(body.Get("attempts").AsInteger(), 2);
}

TEST_P(Chat, WhoIsAwayIsAskedAgainWhoIsPrivateIsNot) {
  int port = 0;
  {
    HttpServer gone([](const ServedRequest&) { return std::string(); });
    port = gone.port();
  }
  const auto url = "http://127.0.0.1:" + std::to_string(port) + "/";
  const auto config = Value::Object({{"url", Value(url)}});
  EXPECT_EQ(Send("webhook", config, Report()).outcome, Outcome::kRetry);
  server::NotifyTransport guarded{activities::Settings()};
  const auto blocked =
      FindKind("webhook")->send(config, MakeMessage(Report(), GetParam(), ""),
                                {.transport = guarded, .stop = {}, .now = Timestamp{}, .id = "01J", .event = "failed"});
  EXPECT_EQ(blocked.outcome, Outcome::kRefused);
  EXPECT_THAT(blocked.error, HasSubstr("not public"));
}

}  // namespace
}  // namespace weft::notify
