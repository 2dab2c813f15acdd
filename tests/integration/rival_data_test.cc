// What ends up in histories: sizes, and no secrets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "activities/http_server_for_test.h"
#include "base/encode.h"
#include "tests/integration/harness.h"

namespace weft::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSecret = "hush-4711/zulu+kilo=victor";   // NOLINT: before threads, as is what follows
const std::string kOther = "never-named-by-any-node-0815";  // NOLINT
const bool kSecretsAreSet = ::setenv("WEFT_SECRET_TOKEN", kSecret.c_str(), 1) == 0 &&  // NOLINT
                            ::setenv("WEFT_SECRET_OTHER", kOther.c_str(), 1) == 0;

class RivalData : public ::testing::Test {
 protected:
  Harness& harness = Harness::Get();
  LocalWorker worker;
};

TEST_F(RivalData, TwentyCallsOfTenKilobytesTakeAQuarterOfAMegabyte) {
  activities::HttpServer server([](const auto&) { return activities::Json('"' + std::string(10'000, 'x') + '"'); });
  std::string yaml = "weft: 1\nname: calls\nnodes:\n";
  for (int i = 0; i < 20; ++i) {
    const auto id = "n" + std::to_string(i);
    yaml += "  " + id + ": { " + (i > 0 ? "needs: n" + std::to_string(i - 1) + ", " : "") + "http: \"" +
            server.Url("/" + id) + "\" }\n";
  }
  yaml += "output: \"${ [$nodes.n0.output, $nodes.n19.output] | map(length) }\"\n";
  const auto run = harness.Start(yaml, '"' + std::string(10'000, 'i') + '"');
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.output.Dump(), "[10000,10000]") << view.ToJson().DumpPretty();
  EXPECT_EQ(server.requests().size(), 20U);
  const auto bytes = harness.HistoryOf(run).ByteSizeLong();
  RecordProperty("history_bytes", static_cast<int>(bytes));
  EXPECT_LE(bytes, 250'000U);
}

TEST_F(RivalData, AnActivityReceivesItsArgumentsAndNothingElse) {
  const auto run = harness.Start(R"(
weft: 1
name: arguments
nodes:
  first: { shell: "echo output-of-$((40 + 2));" }
  second: { needs: first, shell: 'echo "$N"', env: { N: "${ $input.n }" } }
)",
                                 R"({"n": 5, "large": "rest-of-the-input"})");
  harness.Wait(run);
  for (const auto& event : harness.HistoryOf(run).events()) {
    if (!event.has_activity_task_scheduled_event_attributes()) continue;
    const auto& scheduled = event.activity_task_scheduled_event_attributes();
    ASSERT_EQ(scheduled.input().payloads_size(), 1);
    EXPECT_THAT(scheduled.input().payloads(0).data(), Not(HasSubstr("output-of-42")));
    EXPECT_THAT(scheduled.input().payloads(0).data(), Not(HasSubstr("rest-of-the-input")));
    if (scheduled.activity_id() == "second#1") {
      EXPECT_THAT(scheduled.input().payloads(0).data(), HasSubstr(R"("env":{"N":"5"})"));
    }
  }
}

TEST_F(RivalData, LongOutputIsCutAndTooMuchIsAFailureThatSaysSo) {
  const auto run = harness.Start(R"(
weft: 1
name: long-output
nodes:
  long: { shell: "head -c 10000000 /dev/zero | tr '\\0' y" }
  much: { needs: long, python: "output = 'x' * 3000000", on_error: { continue: cut } }
output: "${ [$nodes.long.output.truncated, $nodes.much.error.code] }"
)");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.output.Dump(), R"([true,"too_large"])") << view.ToJson().DumpPretty();
  EXPECT_LE(harness.HistoryOf(run).ByteSizeLong(), 150'000U);
}

TEST_F(RivalData, NoSecretIsInAHistoryHoweverItIsShown) {
  ASSERT_TRUE(kSecretsAreSet);
  activities::HttpServer server([](const auto& request) {
    return activities::Answer("200 OK", "X-Echo: " + kSecret + "\r\nContent-Type: text/plain\r\n", request.head);
  });
  const auto run = harness.Start(std::string(R"(
weft: 1
name: secrets
secrets: [token]
nodes:
  shown:
    shell: 'echo "$TOKEN"; echo "$TOKEN" >&2; printf %s "$TOKEN" | base64 -w 0'
    env: { TOKEN: "${ $secrets.token }" }
  piped: { shell: { run: cat, stdin: "value: ${ $secrets.token }" } }
  surroundings: { shell: env }
  failing:
    shell: 'echo "it was $TOKEN" >&2; exit 3'
    env: { TOKEN: "${ $secrets.token }" }
    on_error: { continue: null }
  raising:
    python: |
      import os
      raise ValueError("token " + os.environ["TOKEN"])
    env: { TOKEN: "${ $secrets.token }" }
    on_error: { continue: null }
  called:
    http:
      url: ")") + server.Url("/called") +
                                 R"("
      query: { key: "${ $secrets.token }" }
      headers: { X-Token: "Bearer ${ $secrets.token }" }
      auth: { basic: { user: me, password: "${ $secrets.token }" } }
      output: response
  refused:
    http: { url: "http://127.0.0.1:1/${ $secrets.token }", headers: { X-Token: "${ $secrets.token }" } }
    retry: 1
    on_error: { continue: null }
)");
  const auto view = harness.Wait(run);
  EXPECT_EQ(view.status, "completed") << view.ToJson().DumpPretty();
  ASSERT_EQ(server.requests().size(), 1U);
  EXPECT_THAT(server.requests()[0].head, HasSubstr("X-Token: Bearer " + kSecret));

  const auto history = harness.HistoryOf(run).SerializeAsString();
  EXPECT_THAT(history, Not(HasSubstr(kSecret)));
  EXPECT_THAT(history, Not(HasSubstr(Base64(kSecret))));
  EXPECT_THAT(history, Not(HasSubstr(Base64("me:" + kSecret))));
  EXPECT_THAT(history, Not(HasSubstr(PercentEncode(kSecret))));
  EXPECT_THAT(history, Not(HasSubstr(kOther)));
  EXPECT_THAT(view.ToJson().Dump(), Not(HasSubstr(kSecret)));
  EXPECT_THAT(NodeOf(view, "surroundings").output.Get("stdout").AsString(), Not(HasSubstr("WEFT_SECRET")));
}

}  // namespace
}  // namespace weft::testing
