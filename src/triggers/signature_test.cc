#include "triggers/signature.h"

#include <gtest/gtest.h>

#include <map>

namespace weft::triggers {
namespace {

using expr::Value;

constexpr Timestamp At(std::int64_t seconds) { return Timestamp(std::chrono::seconds(seconds)); }

/// `ok`, or why the signature was refused.
std::string Check(std::string_view hmac, const std::string& secret, const std::map<std::string, std::string>& headers,
                  std::string_view body, Timestamp now = At(0)) {
  const auto header = [&](std::string_view name) -> std::string_view {
    const auto found = headers.find(std::string(name));
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
  };
  const auto checked = CheckSignature(*Value::Parse(hmac), secret, header, body, now);
  return checked ? "ok" : checked.error().code + ": " + checked.error().message;
}

// The example of GitHub's documentation.
constexpr const char* kGithub = R"({"preset":"github","secret":"s"})";
const std::string kGithubSecret = "It's a Secret to Everybody";
const std::string kGithubSignature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

TEST(Signature, OfGithubAsInItsDocumentation) {
  EXPECT_EQ(Check(kGithub, kGithubSecret, {{"x-hub-signature-256", kGithubSignature}}, "Hello, World!"), "ok");
}

TEST(Signature, OfGithubOverAnotherBodyOrWithAnotherSecretIsRefused) {
  const std::map<std::string, std::string> headers{{"x-hub-signature-256", kGithubSignature}};
  EXPECT_EQ(Check(kGithub, kGithubSecret, headers, "Hello, World?"),
            "unauthorized: the signature does not fit the body and the secret");
  EXPECT_NE(Check(kGithub, "another", headers, "Hello, World!"), "ok");
  EXPECT_NE(Check(kGithub, kGithubSecret, {}, "Hello, World!"), "ok");
  EXPECT_NE(Check(kGithub, kGithubSecret, {{"x-hub-signature-256", "sha256="}}, "Hello, World!"), "ok");
}

TEST(Signature, IsNeverTakenWithAnEmptySecret) {
  EXPECT_TRUE(Check(kGithub, "", {{"x-hub-signature-256", kGithubSignature}}, "Hello, World!").contains("is empty"));
}

// The example of Slack's documentation.
constexpr const char* kSlack = R"({"preset":"slack","secret":"s"})";
const std::string kSlackSecret = "8f742231b10e8888abcd99yyyzzz85a5";
const std::string kSlackBody =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9"
    "T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&"
    "text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F9"
    "6rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b670"
    "3c";
const std::map<std::string, std::string> kSlackHeaders{
    {"x-slack-request-timestamp", "1531420618"},
    {"x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"}};

TEST(Signature, OfSlackAsInItsDocumentation) {
  EXPECT_EQ(Check(kSlack, kSlackSecret, kSlackHeaders, kSlackBody, At(1531420618 + 299)), "ok");
  EXPECT_EQ(Check(kSlack, kSlackSecret, kSlackHeaders, kSlackBody, At(1531420618 - 299)), "ok");
}

TEST(Signature, OfSlackThatIsOlderThanFiveMinutesIsRefused) {
  EXPECT_TRUE(Check(kSlack, kSlackSecret, kSlackHeaders, kSlackBody, At(1531420618 + 301)).contains("five minutes"));
  auto headers = kSlackHeaders;
  headers["x-slack-request-timestamp"] = "1531420919";
  EXPECT_NE(Check(kSlack, kSlackSecret, headers, kSlackBody, At(1531420919)), "ok");
  headers["x-slack-request-timestamp"] = "-9223372036854775808";
  EXPECT_NE(Check(kSlack, kSlackSecret, headers, kSlackBody, At(1531420919)), "ok");
  headers["x-slack-request-timestamp"] = "";
  EXPECT_TRUE(Check(kSlack, kSlackSecret, headers, kSlackBody, At(1531420919)).contains("no number"));
}

// As Stripe's documentation computes it; the figure is of `openssl dgst -sha256 -hmac`.
constexpr const char* kStripe = R"({"preset":"stripe","secret":"s"})";
const std::string kStripeBody = R"({"id":"evt_1","object":"event"})";
const std::string kStripeV1 = "654b43d3508ecadb3f8cefc4bc7d3d2bdc5ba9e03bf2c89b2d0657a8e24e4543";

TEST(Signature, OfStripeWithSeveralSecretsWhileTheyAreChanged) {
  const auto check = [](const std::string& signature) {
    return Check(kStripe, "whsec_test_secret", {{"stripe-signature", signature}}, kStripeBody, At(1492774600));
  };
  EXPECT_EQ(check("t=1492774577,v1=" + kStripeV1), "ok");
  EXPECT_EQ(check("t=1492774577,v1=" + std::string(64, '0') + ",v1=" + kStripeV1 + ",v0=abc"), "ok");
  EXPECT_NE(check("t=1492774577,v0=" + kStripeV1), "ok");
  EXPECT_NE(check("t=1492774578,v1=" + kStripeV1), "ok");
  EXPECT_NE(check("v1=" + kStripeV1), "ok");
  EXPECT_NE(check("t=1492774577"), "ok");
  EXPECT_NE(check(",,="), "ok");
}

constexpr const char* kFeishu = R"({"preset":"feishu","secret":"s"})";

TEST(Signature, OfFeishu) {
  const std::map<std::string, std::string> headers{
      {"x-lark-request-timestamp", "1600000000"},
      {"x-lark-request-nonce", "nonce1"},
      {"x-lark-signature", "ce1272af736f37151510b987a6b7c0f26487a3f1bbb0b2c1973276cf1f4c5eef"}};
  EXPECT_EQ(Check(kFeishu, "test key", headers, R"({"encrypt":"x"})"), "ok");
  EXPECT_NE(Check(kFeishu, "test key", headers, R"({"encrypt":"y"})"), "ok");
  EXPECT_NE(Check(kFeishu, "test key", {}, R"({"encrypt":"x"})"), "ok");
}

TEST(Feishu, TheDocumentationsExampleIsDecryptedButIsNoJson) {
  // `hello world` with the key `test key`.
  const auto sealed = *Value::Parse(R"({"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="})");
  EXPECT_FALSE(DecryptFeishu("test key", sealed));
}

TEST(Feishu, DecryptsWhatItSends) {
  const auto sealed = *Value::Parse(
      R"({"encrypt":"AAECAwQFBgcICQoLDA0ODw9mLTIAZS9jAmGTQ1wAhHpnBHVL2wRjH9rPunQdQC1vLjsckayA10kZ8cPwtb62F8rC7JprUPR/)"
      R"(4S2aZihfR+p8npX7UzWPithZmfKIPZgE"})");
  const auto plain = DecryptFeishu("test key", sealed);
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_EQ(plain->Dump(), R"({"challenge":"ajls384kdjx98XX","token":"xxxxxx","type":"url_verification"})");
  EXPECT_EQ(Challenge("feishu", *plain).Dump(), R"({"challenge":"ajls384kdjx98XX"})");
  EXPECT_FALSE(DecryptFeishu("another key", sealed));
  EXPECT_FALSE(DecryptFeishu("test key", *Value::Parse(R"({"encrypt":"AAEC"})")));
  EXPECT_FALSE(DecryptFeishu("test key", *Value::Parse(R"({"encrypt":"no base 64"})")));
}

TEST(Feishu, ABodyThatIsNotEncryptedStaysAsItIs) {
  EXPECT_EQ(DecryptFeishu("k", *Value::Parse(R"({"uuid":"1"})"))->Dump(), R"({"uuid":"1"})");
}

TEST(Challenge, IsOnlyAnsweredToThoseWhoAskForIt) {
  const auto body = *Value::Parse(R"({"type":"url_verification","challenge":"c"})");
  EXPECT_EQ(Challenge("slack", body).Dump(), R"({"challenge":"c"})");
  EXPECT_TRUE(Challenge("github", body).IsNull());
  EXPECT_TRUE(Challenge("", body).IsNull());
  EXPECT_TRUE(Challenge("slack", *Value::Parse(R"({"type":"event_callback","challenge":"c"})")).IsNull());
}

TEST(Signature, InAHeaderOfTheSendersOwn) {
  EXPECT_EQ(Check(R"({"header":"X-Sign","secret":"s"})", "k",
                  {{"x-sign", "c6d811ef3aeb02437cd423f1abe13209041864630bdc4e2c04def5c7b0031a23"}}, "body"),
            "ok");
  EXPECT_EQ(Check(R"({"header":"X-Sign","secret":"s"})", "k",
                  {{"x-sign", "C6D811EF3AEB02437CD423F1ABE13209041864630BDC4E2C04DEF5C7B0031A23"}}, "body"),
            "ok");
  EXPECT_EQ(Check(R"({"header":"X-Sign","secret":"s","algorithm":"sha256"})", "k",
                  {{"x-sign", "xtgR7zrrAkN81CPxq+EyCQQYZGML3E4sBN71x7ADGiM="}}, "body"),
            "ok");
  EXPECT_EQ(Check(R"({"header":"X-Sign","secret":"s","algorithm":"sha1","prefix":"sha1="})", "k",
                  {{"x-sign", "sha1=a2282e7648e8caf7d224d6531dcd95c2808a5d89"}}, "body"),
            "ok");
  EXPECT_TRUE(Check(R"({"header":"X-Sign","secret":"s","algorithm":"sha1","prefix":"sha1="})", "k",
                    {{"x-sign", "a2282e7648e8caf7d224d6531dcd95c2808a5d89"}}, "body")
                  .contains("does not begin"));
  EXPECT_TRUE(Check(R"({"header":"X-Sign","secret":"s"})", "k", {}, "body").contains("`x-sign`"));
}

}  // namespace
}  // namespace weft::triggers
