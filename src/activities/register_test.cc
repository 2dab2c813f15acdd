#include "activities/register.h"

#include <latch>
#include <thread>

#include "activities/run_for_test.h"
#include "temporalio/converter/payload.h"

namespace weft::activities {
namespace {

using temporalio::CancelReason;
using ::testing::HasSubstr;

/// One attempt as a worker starts it.
class RegisterTest : public ::testing::Test {
 protected:
  RegisterTest() {
    Settings settings = NoSandbox();
    settings.work_directory = directory_.path();
    activities_ = std::make_shared<Activities>(settings, LocalSecrets());
    info_.activity_id = "ship#1";
    info_.activity_type = "shell";
    options_.first_heartbeat = options_.heartbeat_interval = Duration(5);
  }

  temporalio::ActivityResult Run(const std::string& script) {
    const auto handlers = MakeHandlers(activities_, options_);
    return handlers.at("shell")(context_.emplace(info_, Input(script), std::vector<temporalio::Payload>(), heartbeat_));
  }

  static std::vector<temporalio::Payload> Input(const std::string& script) {
    return {temporalio::JsonPayload(R"({"args":{"run":)" + Quoted(script) + "}}")};
  }

  TestDirectory directory_;
  std::shared_ptr<Activities> activities_;
  HandlerOptions options_;
  temporalio::ActivityInfo info_;
  temporalio::ActivityContext::HeartbeatSink heartbeat_ = [](const auto&) {};
  std::optional<temporalio::ActivityContext> context_;
};

TEST_F(RegisterTest, GivesTheResultAsOneJsonPayload) {
  const auto result = Run("echo hi");
  ASSERT_TRUE(result);
  EXPECT_EQ(*temporalio::JsonOf(*result), R"({"exit_code":0,"stderr":"","stdout":"hi"})");
}

TEST_F(RegisterTest, AFailureHasItsCodeAsTypeAndItsDataAsDetails) {
  const auto result = Run("echo no >&2; exit 3");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, "shell.exit");
  EXPECT_FALSE(result.error().cancelled);
  EXPECT_EQ(*temporalio::JsonOf(result.error().details.at(0)), R"({"data":{"exit_code":3,"stderr":"no\n"}})");
}

TEST_F(RegisterTest, TheNodesTimeOutIsTemporalsLessTheMargin) {
  info_.start_to_close = std::chrono::milliseconds(contract::kStartToCloseMarginMs + 100);
  const auto result = Run("sleep 1000");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, "timeout");
  EXPECT_THAT(result.error().message, HasSubstr("100ms"));
}

TEST_F(RegisterTest, HeartbeatsCarryTheEndOfTheOutput) {
  heartbeat_ = [&](const std::vector<temporalio::Payload>& details) {
    if (details.empty()) return;
    EXPECT_EQ(*temporalio::JsonOf(details.at(0)), R"({"log":[{"stream":"stdout","text":"working"}]})");
    context_->Cancel(CancelReason::kCancelled);
  };
  const auto result = Run("echo working; sleep 1000");
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().cancelled);
  EXPECT_EQ(result.error().type, "cancelled");
}

TEST_F(RegisterTest, AShortAttemptSendsNone) {
  options_.first_heartbeat = Duration(3'600'000);
  heartbeat_ = [](const auto&) { ADD_FAILURE(); };
  EXPECT_TRUE(Run("echo hi"));
}

TEST_F(RegisterTest, AnAttemptThatTheWorkerGivesUpCountsAsLost) {
  heartbeat_ = [&](const auto&) { context_->Cancel(CancelReason::kWorkerShutdown); };
  const auto result = Run("sleep 1000");
  ASSERT_FALSE(result);
  EXPECT_FALSE(result.error().cancelled);
  EXPECT_EQ(result.error().type, contract::kWorkerLost);
}

TEST_F(RegisterTest, WhatTemporalCannotSeeAnyMoreIsStopped) {
  options_.lost_after = Duration(20);
  options_.answers = [first = true]() mutable { return std::exchange(first, false); };
  const auto result = Run("sleep 1000");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, contract::kWorkerLost);
}

TEST_F(RegisterTest, TheLogSinkLearnsWhichAttemptSpeaks) {
  std::string said;
  options_.log = [&](const temporalio::ActivityInfo& info, Stream stream, std::string_view line) {
    said += info.activity_id + ' ' + std::string(StreamName(stream)) + ' ' + std::string(line);
  };
  EXPECT_TRUE(Run("echo hi >&2"));
  EXPECT_EQ(said, "ship#1 stderr hi");
}

}  // namespace
}  // namespace weft::activities
