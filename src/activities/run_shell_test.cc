#include <signal.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "activities/process_tree.h"
#include "activities/run_for_test.h"

namespace weft::activities {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string Script(const std::string& run, const std::string& more = "") {
  return R"({"run":)" + Quoted(run) + (more.empty() ? "" : "," + more) + "}";
}

/// The same in bubblewrap and without.
class ShellTest : public ::testing::TestWithParam<bool> {
 protected:
  Bench bench_{GetParam() ? Settings{} : NoSandbox()};
};
INSTANTIATE_TEST_SUITE_P(Confinement, ShellTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "bubblewrap" : "off"; });

TEST_P(ShellTest, GivesOutputsWithoutTheirFinalNewline) {
  EXPECT_EQ(bench_.Text("shell", Script("echo out; echo err >&2; echo; echo 'a\n'")),
            R"({"exit_code":0,"stderr":"err","stdout":"out\n\na\n"})");
  EXPECT_THAT(bench_.log,
              ::testing::UnorderedElementsAre("stdout: out", "stderr: err", "stdout: ", "stdout: a", "stdout: "));
  EXPECT_TRUE(bench_.LeftNothing());
}

TEST_P(ShellTest, RunsInAnEmptyDirectoryWithACleanEnvironment) {
  ::setenv("WEFT_TEST_OF_WORKER", "hidden", 1);
  const auto said =
      bench_.Text("shell", Script("ls -A . \"$HOME\" \"$TMPDIR\" | grep -v : ; env | cut -d= -f1 | sort | tr '\\n' ' '",
                                  R"("env":{"NODE":"x"})"));
  EXPECT_THAT(said, HasSubstr("HOME LANG NODE PATH PWD SHLVL TMPDIR WEFT_PROCESS_TREE _"));
  EXPECT_THAT(said, HasSubstr(R"("stdout":"\n\nHOME)"));
}

TEST_P(ShellTest, EnvironmentWithNewlinesQuotesAndUnicodeArrivesUnchanged) {
  EXPECT_EQ(bench_.Text("shell", Script("printf %s \"$V\"", R"("env":{"V":"a b\n'\"$(x) 纬 😀"})")),
            R"({"exit_code":0,"stderr":"","stdout":"a b\n'\"$(x) 纬 😀"})");
}

TEST_P(ShellTest, TakesTextOrJsonOnStandardInput) {
  EXPECT_EQ(bench_.Text("shell", Script("cat", R"("stdin":"line\n")")),
            R"({"exit_code":0,"stderr":"","stdout":"line"})");
  EXPECT_EQ(bench_.Text("shell", Script("cat", R"("stdin":{"n":12345678901234567890},"output":"json")")),
            R"({"n":12345678901234567890})");
  EXPECT_EQ(bench_.Text("shell", Script("cat")), R"({"exit_code":0,"stderr":"","stdout":""})");
}

TEST_P(ShellTest, BigInputThatNobodyReadsOrThatComesBackDoesNotBlock) {
  const auto big = Quoted(std::string(3'000'000, 'x'));
  EXPECT_EQ(bench_.Text("shell", Script("wc -c", R"("stdin":)" + big)),
            R"({"exit_code":0,"stderr":"","stdout":"3000000"})");
  EXPECT_EQ(bench_.Text("shell", Script("true", R"("stdin":)" + big)), R"({"exit_code":0,"stderr":"","stdout":""})");
  bench_.log.clear();
  EXPECT_THAT(bench_.Text("shell", Script("cat; cat >&2 /dev/null", R"("stdin":)" + big)),
              HasSubstr(R"("truncated":true)"));
}

TEST_P(ShellTest, ReadsLinesAndJson) {
  EXPECT_EQ(bench_.Text("shell", Script("printf 'a\\n\\nb'", R"("output":"lines")")), R"(["a","","b"])");
  EXPECT_EQ(bench_.Text("shell", Script("true", R"("output":"lines")")), "[]");
  EXPECT_EQ(bench_.Text("shell", Script("echo", R"("output":"lines")")), R"([""])");
  EXPECT_EQ(bench_.Text("shell", Script("echo '[1, {\"big\": 9007199254740993}]'", R"("output":"json")")),
            R"([1,{"big":9007199254740993}])");
  EXPECT_THAT(bench_.Text("shell", Script("echo nope", R"("output":"json")")), StartsWith("shell.output: "));
  EXPECT_THAT(bench_.Text("shell", Script("true", R"("output":"json")")), StartsWith("shell.output: "));
}

TEST_P(ShellTest, JsonAndLinesNeedTheWholeOutput) {
  for (const auto* output : {"json", "lines"}) {
    EXPECT_THAT(bench_.Text("shell", Script("head -c 70000 /dev/zero | tr '\\0' 1",
                                            R"("output":")" + std::string(output) + '"')),
                StartsWith("too_large: "));
  }
}

TEST_P(ShellTest, FailsWithTheExitCodeAndTheEndOfStandardError) {
  const auto outcome = bench_.Run("shell", Script("for i in $(seq 2000); do echo line $i >&2; done; exit 3"));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, "shell.exit");
  EXPECT_EQ(outcome.error().message, "the script ended with exit code 3: line 2000");
  EXPECT_EQ(outcome.error().data.Get("exit_code").AsInteger(), 3);
  EXPECT_THAT(outcome.error().data.Get("stderr").AsString(), AllOf(SizeIs(4096), ::testing::EndsWith("line 2000\n")));
}

TEST_P(ShellTest, StopsAtTheFirstFailureUnlessAskedOtherwise) {
  EXPECT_THAT(bench_.Text("shell", Script("false; echo on")), StartsWith("shell.exit: "));
  EXPECT_THAT(bench_.Text("shell", Script("false | true; echo on")), StartsWith("shell.exit: "));
  EXPECT_THAT(bench_.Text("shell", Script("false; echo on", R"("interpreter":["sh","-c"])")),
              HasSubstr(R"("stdout":"on")"));
  EXPECT_THAT(bench_.Text("shell", Script("exit 4", R"("ok_codes":[0,4])")), HasSubstr(R"("exit_code":4)"));
}

TEST_P(ShellTest, ASignalIsAFailureOfItsOwn) {
  EXPECT_THAT(bench_.Text("shell", Script("kill -SEGV $$")),
              AllOf(StartsWith("shell.signal: the script was ended by signal 11"), HasSubstr(R"("signal":11)")));
}

TEST_P(ShellTest, AMissingInterpreterOrDirectoryIsNamed) {
  EXPECT_THAT(bench_.Text("shell", Script("x", R"("interpreter":["no-such-shell"])")),
              AllOf(StartsWith("validation: "), HasSubstr("no-such-shell")));
  EXPECT_THAT(bench_.Text("shell", Script("x", R"("cwd":"/no/such")")),
              AllOf(StartsWith("validation: "), HasSubstr("cwd")));
  EXPECT_THAT(bench_.Text("shell", Script("x", R"("cwd":"../up")")), StartsWith("validation: "));
  EXPECT_THAT(bench_.Text("shell", Script("pwd", R"("cwd":"a/b")")), HasSubstr(R"(/a/b")"));
}

TEST_P(ShellTest, BytesThatAreNoTextBecomeReplacementCharacters) {
  EXPECT_EQ(bench_.Text("shell", Script(R"(printf 'a\xff\x00b\n\xe7\xba')")),
            R"({"exit_code":0,"stderr":"","stdout":"a��b\n��"})");
  const auto binary = bench_.Run("shell", Script("head -c 200000 /dev/urandom; head -c 200000 /dev/urandom >&2"));
  ASSERT_TRUE(binary) << Bench::Said(binary);
  EXPECT_THAT(*binary, HasSubstr(R"("truncated":true)"));
}

TEST_P(ShellTest, AFloodKeepsTheEndAndPassesThroughTheLog) {
  std::uint64_t logged = 0;
  bench_.on_log = [&](std::string_view line) {
    logged += line.size();
    bench_.log.clear();
  };
  const auto outcome = bench_.Run("shell", Script("head -c 100000000 /dev/zero | tr '\\0' x; echo; printf end"));
  ASSERT_TRUE(outcome) << Bench::Said(outcome);
  const auto result = expr::Value::Parse(*outcome);
  EXPECT_THAT(result->Get("stdout").AsString(), AllOf(SizeIs(65536), ::testing::EndsWith("xx\nend")));
  EXPECT_TRUE(result->Get("truncated").AsBool());
  EXPECT_EQ(logged, 100000003U);
}

TEST_P(ShellTest, OutputAboveTheLimitIsTooLarge) {
  EXPECT_THAT(
      Bench::Said(bench_.RunInput(
          "shell", R"({"args":{"run":"printf '\"%060000d\"' 0","output":"json"},"output":"[range(5) as $i | .]"})")),
      AllOf(StartsWith("too_large: "), HasSubstr("293 KB")));
  EXPECT_EQ(
      Bench::Said(bench_.RunInput(
          "shell",
          R"({"args":{"run":"printf '\"%060000d\"' 0","output":"json"},"output":"length * $vars.k","vars":{"k":2}})")),
      "120000");
  EXPECT_THAT(Bench::Said(bench_.RunInput("shell", R"({"args":{"run":"true"},"output":".exit_code + {}"})")),
              StartsWith("expression: "));
}

/// Waits until nothing carries the mark that the script has printed: what was killed may still be dying.
void ExpectGone(const std::string& mark) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!FindTree(0, mark, 0).empty() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  EXPECT_THAT(FindTree(0, mark, 0), ::testing::IsEmpty());
}

TEST_P(ShellTest, BackgroundProcessesEndWithTheScriptEvenIfTheyHoldItsOutput) {
  const auto outcome = bench_.Run(
      "shell",
      Script("sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 >/dev/null 2>&1 &) ; printf %s $WEFT_PROCESS_TREE",
             R"("output":"lines")"));
  ASSERT_TRUE(outcome) << Bench::Said(outcome);
  ExpectGone(expr::Value::Parse(*outcome)->At(0).AsString());
  EXPECT_TRUE(bench_.LeftNothing());
}

TEST_P(ShellTest, ATimeOutEndsEverythingAndKeepsStandardError) {
  std::string said;
  // A slow machine needs longer until everything has been started.
  for (Duration timeout(200); bench_.log.size() < 2 && timeout < Duration(120'000); timeout *= 4) {
    bench_.log.clear();
    bench_.timeout = timeout;
    said =
        bench_.Text("shell", Script("trap '' TERM; echo said >&2; "
                                    "setsid sh -c 'trap \"\" TERM; echo $WEFT_PROCESS_TREE; sleep 1000; sleep 1000' & "
                                    "sleep 1000; sleep 1000"));
  }
  EXPECT_THAT(said, AllOf(StartsWith("timeout: the script did not end within "), HasSubstr(R"({"stderr":"said\n"})")));
  ASSERT_THAT(bench_.log, ::testing::Contains(StartsWith("stdout: ")));
  for (const auto& line : bench_.log) {
    if (line.starts_with("stdout: ")) ExpectGone(line.substr(8));
  }
  EXPECT_TRUE(bench_.LeftNothing());
}

TEST_P(ShellTest, AStoppedScriptMayCleanUpFirst) {
  bench_.on_log = [&](std::string_view line) {
    if (line == "ready") bench_.stop.request_stop();
  };
  const auto outcome = bench_.Run("shell", Script("trap 'echo cleaned; exit 0' TERM; echo ready; sleep 1000 & wait"));
  EXPECT_THAT(Bench::Said(outcome), StartsWith("cancelled: "));
  EXPECT_THAT(bench_.log, ElementsAre("stdout: ready", "stdout: cleaned"));
}

TEST_P(ShellTest, AStoppedAttemptTakesAGrandchildInItsOwnSessionAlong) {
  bench_.on_log = [&](std::string_view line) {
    if (line.starts_with("mark ")) bench_.stop.request_stop();
  };
  const auto outcome = bench_.Run(
      "shell",
      Script("setsid bash -c 'trap \"\" TERM; echo mark $WEFT_PROCESS_TREE; while :; do sleep 1000; done' & wait"));
  EXPECT_THAT(Bench::Said(outcome), StartsWith("cancelled: "));
  ASSERT_THAT(bench_.log, ElementsAre(StartsWith("stdout: mark ")));
  ExpectGone(bench_.log[0].substr(13));
}

TEST_P(ShellTest, ManyAtOnceDoNotMixAndLeaveNoDescriptorsOpen) {
  bench_.Text("shell", Script("true"));
  const auto open = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  };
  const auto before = open();
  const Settings settings = GetParam() ? Settings{} : NoSandbox();
  Activities activities(settings, LocalSecrets());
  std::vector<std::jthread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&, i] {
      const auto expected = std::to_string(i);
      EXPECT_EQ(Bench::Said(activities.Run(
                    "shell",
                    R"({"args":{"run":"cat; ls -l /proc/self/fd | grep -c ' -> '","output":"lines","stdin":")" +
                        expected + R"(\n"}})",
                    {})),
                R"([")" + expected + R"(","4"])");
    });
  }
  threads.clear();
  EXPECT_LE(open() - before, 4);  // those of the second HTTP client's own thread
}

TEST_P(ShellTest, SecretsReachTheScriptButNothingThatComesOut) {
  bench_.secrets = {{"token", "s3cr3t-to/ken\""}, {"short", "12345"}};
  const auto input =
      R"({"args":{"run":"echo \"$T\"; printf %s \"$T\" | base64; printf ':%s' \"$T\" | base64; echo \"$S\"; printf s3cr; printf '3t-to/ken\"'; cat >&2; exit 7","env":{"T":null,"S":null},"stdin":null},
      "secrets":[{"path":["env","T"],"segments":[{"secret":"token"}]},{"path":["env","S"],"segments":["a",{"secret":"short"}]},
                 {"path":["stdin"],"segments":["pass ",{"secret":"token","encode":true}]}]})";
  const auto said = Bench::Said(bench_.RunInput("shell", input));
  EXPECT_THAT(said, AllOf(StartsWith("shell.exit: "), HasSubstr("pass ***"), Not(HasSubstr("s3cr3t"))));
  EXPECT_THAT(bench_.log, ElementsAre("stdout: ***", "stdout: ***", "stdout: On***", "stdout: a12345", "stdout: ***",
                                      "stderr: pass ***"));
}

TEST_P(ShellTest, ASecretThatIsMissingIsAFailure) {
  EXPECT_THAT(Bench::Said(bench_.RunInput(
                  "shell", R"({"args":{"run":"x"},"secrets":[{"path":["stdin"],"segments":[{"secret":"gone"}]}]})")),
              StartsWith("secret: "));
}

TEST_P(ShellTest, ASecretWithANulIsRefusedForTheEnvironment) {
  bench_.secrets = {{"token", std::string("abc\0def", 7)}};
  EXPECT_THAT(Bench::Said(bench_.RunInput(
                  "shell", R"({"args":{"run":"x"},"secrets":[{"path":["env","T"],"segments":[{"secret":"token"}]}]})")),
              AllOf(StartsWith("validation: "), HasSubstr("env.T")));
}

TEST_P(ShellTest, WhatIsTooBigForTheKernelIsNamed) {
  const auto big = std::string(140'000, 'x');
  EXPECT_THAT(bench_.Text("shell", Script("x", R"("env":{"BIG":)" + Quoted(big) + "}")),
              AllOf(StartsWith("too_large: "), HasSubstr("env.BIG")));
  EXPECT_THAT(bench_.Text("shell", Script(": " + big)), StartsWith("too_large: "));
}

TEST_P(ShellTest, AMarkOfItsOwnDoesNotHideAProcess) {
  const auto outcome =
      bench_.Run("shell", Script("(setsid sleep 1000 >/dev/null 2>&1 &) ; printf %s $WEFT_PROCESS_TREE",
                                 R"("env":{"WEFT_PROCESS_TREE":"x"},"output":"lines")"));
  ASSERT_TRUE(outcome) << Bench::Said(outcome);
  const auto mark = expr::Value::Parse(*outcome)->At(0).AsString();
  EXPECT_NE(mark, "x");
  ExpectGone(mark);
}

TEST_P(ShellTest, AScriptThatClosesItsOutputIsWaitedFor) {
  EXPECT_EQ(bench_.Text("shell", Script("exec >&- 2>&-; read -t 0.2 < <(sleep 0.2; echo) || true; exit 0")),
            R"({"exit_code":0,"stderr":"","stdout":""})");
}

}  // namespace
}  // namespace weft::activities
