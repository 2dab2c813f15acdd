#include "notify/message.h"

#include <gmock/gmock.h>

#include "notify/testing.h"

namespace weft::notify {
namespace {

using expr::Value;
using ::testing::ElementsAre;
using ::testing::FieldsAre;
using ::testing::IsEmpty;
using ::testing::Not;

Value Report() { return *Value::Parse(kReport); }

TEST(Message, TellsAFailureInEnglish) {
  const auto message = MakeMessage(Report(), Language::kEnglish, "https://weft.example");
  EXPECT_EQ(message.tone, Message::Tone::kBad);
  EXPECT_EQ(message.title, "order-intake failed");
  EXPECT_EQ(message.text, "the script ended with exit code 3");
  EXPECT_THAT(
      message.fields,
      ElementsAre(FieldsAre("Workflow", "order-intake (r3)"), FieldsAre("Instance", "default.order-intake.hook.8841"),
                  FieldsAre("Trigger", "webhook hook"), FieldsAre("Node", "each/7/ship"),
                  FieldsAre("Error", "shell.exit"), FieldsAre("Attempts", "2"),
                  FieldsAre("Started", "2026-03-01 02:03:04 UTC"), FieldsAre("Duration", "1m5s")));
  EXPECT_THAT(message.detail, FieldsAre("Last lines of stderr", "one\ntwo <b>\nno stock for 8841"));
  EXPECT_THAT(message.link,
              FieldsAre("Open the instance", "https://weft.example/instances/default.order-intake.hook.8841"));
}

TEST(Message, TellsAFailureInChinese) {
  const auto message = MakeMessage(Report(), Language::kChinese, "");
  EXPECT_EQ(message.title, "order-intake 失败");
  EXPECT_THAT(message.fields[0], FieldsAre("工作流", "order-intake (r3)"));
  EXPECT_THAT(message.fields[7], FieldsAre("耗时", "1m5s"));
  EXPECT_EQ(message.detail.label, "stderr 末尾");
  EXPECT_THAT(message.link.value, IsEmpty());
}

TEST(Message, ItsPayloadIsTheReportWithALink) {
  const auto with = *Value::Parse(MakeMessage(Report(), Language::kEnglish, "https://weft.example").payload);
  EXPECT_THAT(with.Keys(), ElementsAre("attempts", "endedAt", "error", "event", "instance", "link", "namespace", "node",
                                       "revision", "startedAt", "status", "trigger", "workflow"));
  EXPECT_EQ(with.Get("error").Get("data").Get("exit_code").AsInteger(), 3);
  EXPECT_EQ(with.Get("link").AsString(), "https://weft.example/instances/default.order-intake.hook.8841");
  const auto without = *Value::Parse(MakeMessage(Report(), Language::kEnglish, "").payload);
  EXPECT_TRUE(without.Has("link"));
  EXPECT_TRUE(without.Get("link").IsNull());
}

TEST(Message, SaysWhatAWorkflowSays) {
  const auto content = Value::Object({{"event", Value("message")},
                                      {"workflow", Value("shop")},
                                      {"namespace", Value("eu")},
                                      {"instance", Value("eu.shop.manual.1")},
                                      {"node", Value("tell")},
                                      {"title", Value("Order\n8841")},
                                      {"text", Value("Shipped.\nSee you.")}});
  const auto message = MakeMessage(content, Language::kEnglish, "");
  EXPECT_EQ(message.title, "Order 8841");
  EXPECT_EQ(message.text, "Shipped.\nSee you.");
  EXPECT_EQ(message.tone, Message::Tone::kNeutral);
  EXPECT_THAT(message.fields[0], FieldsAre("Workflow", "eu/shop"));
}

TEST(Message, KeepsTheEndOfALongStderrAndDropsColours) {
  auto report = Report();
  std::string stderr_text;
  for (int i = 1; i <= 100; ++i) stderr_text += "\x1b[31mline " + std::to_string(i) + "\x1b[0m\r\n";
  report.Set("error", Value::Object({{"code", Value("shell.exit")},
                                     {"message", Value("m")},
                                     {"data", Value::Object({{"stderr", Value(stderr_text)}})}}));
  const auto lines = MakeMessage(report, Language::kEnglish, "").detail.value;
  EXPECT_TRUE(lines.starts_with("line 86\n")) << lines;
  EXPECT_TRUE(lines.ends_with("\nline 100")) << lines;
  EXPECT_THAT(lines, Not(::testing::HasSubstr("\x1b")));
}

TEST(Message, NamesTheInnermostCause) {
  auto report = Report();
  const auto inner = Value::Object({{"code", Value("http.connect")}, {"message", Value("connection refused")}});
  report.Set("error", Value::Object({{"code", Value("workflow.failed")},
                                     {"message", Value("the workflow `pay` failed")},
                                     {"cause", Value::Object({{"message", Value("outer")}, {"cause", inner}})}}));
  const auto message = MakeMessage(report, Language::kEnglish, "");
  EXPECT_THAT(message.fields, ::testing::Contains(FieldsAre("Cause", "connection refused")));
}

TEST(Message, ShortensBetweenCharacters) {
  EXPECT_EQ(Shortened("abc", 3), "abc");
  EXPECT_EQ(Shortened("abcdef", 5), "ab…");
  EXPECT_EQ(Shortened("订单处理", 8), "订…");
}

}  // namespace
}  // namespace weft::notify
