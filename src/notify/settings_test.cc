#include "notify/settings.h"

#include <gmock/gmock.h>

namespace weft::notify {
namespace {

using expr::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Value Json(std::string_view text) { return *Value::Parse(text); }

std::string ErrorOf(std::string_view kind, std::string_view given) {
  const auto checked = CheckSettings(*FindKind(kind), Json(given), {});
  return checked ? "" : checked.error().message;
}

TEST(Settings, NameWhatIsWrong) {
  EXPECT_THAT(ErrorOf("webhook", "{}"), HasSubstr("needs `url`"));
  EXPECT_THAT(ErrorOf("webhook", R"({"url":"ftp://x"})"), HasSubstr("https://"));
  EXPECT_THAT(ErrorOf("webhook", R"({"url":"https://x","color":1})"), HasSubstr("no `color`; it has url, headers"));
  EXPECT_THAT(ErrorOf("webhook", R"({"url":"https://x","headers":{"A":"b\r\nC: d"}})"), HasSubstr("one line"));
  EXPECT_THAT(ErrorOf("email", R"({"host":"h","from":"a@b.c","to":["nobody"]})"), HasSubstr("not a mail address"));
  EXPECT_THAT(ErrorOf("email", R"({"host":"h","from":"a@b.c","to":[]})"), HasSubstr("a list"));
  EXPECT_THAT(ErrorOf("email", R"({"host":"h","port":0,"from":"a@b.c","to":"a@b.c"})"), HasSubstr("65535"));
  EXPECT_THAT(ErrorOf("email", R"({"host":"h","from":"a@b.c","to":"a@b.c","security":"none","password":"p"})"),
              HasSubstr("never sent in the clear"));
  EXPECT_THAT(ErrorOf("email", R"({"host":"h","from":"a@b.c","to":"a@b.c"})"), IsEmpty());
}

TEST(Settings, HideSecretsWhenShown) {
  std::vector<std::string> secrets;
  const auto webhook =
      ViewOfSettings(*FindKind("webhook"),
                     Json(R"({"url":"https://u:p@h.example/in?token=t","headers":{"A":"b"},"secret":"s"})"), secrets);
  EXPECT_EQ(webhook.Dump(), R"({"url":"https://h.example/in?…"})");
  EXPECT_THAT(secrets, ElementsAre("headers", "secret"));
  secrets.clear();
  const auto slack =
      ViewOfSettings(*FindKind("slack"), Json(R"({"url":"https://hooks.slack.com/services/T/B/X"})"), secrets);
  EXPECT_EQ(slack.Dump(), R"({"url":"https://hooks.slack.com/…"})");
  EXPECT_THAT(secrets, ElementsAre("url"));
}

TEST(Settings, SentBackAsShownKeepTheirSecrets) {
  const auto& kind = *FindKind("dingtalk");
  const auto before = Json(R"({"url":"https://oapi.dingtalk.com/robot/send?access_token=a","secret":"SECabc"})");
  std::vector<std::string> secrets;
  const auto shown = ViewOfSettings(kind, before, secrets);
  EXPECT_EQ(CheckSettings(kind, shown, before).value_or(Value()), before);
  const auto removed = CheckSettings(kind, Json(R"({"secret":null})"), before);
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_FALSE(removed->Has("secret"));
  EXPECT_EQ(removed->Get("url"), before.Get("url"));
}

TEST(Settings, SecretsAreTakenOutOfWhatIsLogged) {
  const auto settings = Json(R"({"url":"https://h.example/robot/send?access_token=0123456789","secret":"SECabc"})");
  EXPECT_EQ(WithoutSecrets(*FindKind("dingtalk"), settings, "no /robot/send?access_token=0123456789 with SECabc"),
            "no *** with ***");
}

}  // namespace
}  // namespace weft::notify
