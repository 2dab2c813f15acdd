#include <gtest/gtest.h>

#include "driver.h"

/// The bounds of one run: operations in flight, commands and bytes of one task.
namespace weft::machine::testing {
namespace {

using expr::Value;

/// `count` nodes side by side, each with that body.
std::string Fan(int count, const std::string& body, const std::string& more = {}) {
  std::string text = R"({"weft":1,"name":"fan",)" + more + R"("nodes":{)";
  for (int i = 0; i < count; ++i) text += (i == 0 ? "\"n" : ",\"n") + std::to_string(i) + "\":{" + body + "}";
  return text + "}}";
}

std::size_t CountOf(const std::vector<Command>& commands, std::string_view key, const Driver& driver) {
  std::size_t count = 0;
  for (const auto& command : commands) count += Show(command, driver).Has(key) ? 1 : 0;
  return count;
}

/// Fires the 1 ms timer after which the rest starts.
const std::vector<Command>& GoOn(Driver& driver) {
  const auto due = driver.DueOf("more to do");
  driver.Add(TimerFired{driver.End("more to do")});
  return driver.Step(due);
}

TEST(Bounds, AtMost500StartsInOneTaskAnd1000InFlight) {
  Driver driver(Fan(1200, R"("shell":"true")"), Value());
  driver.AddStart();
  EXPECT_EQ(CountOf(driver.Step(), "schedule", driver), 500U);
  EXPECT_TRUE(driver.Node("n600")->queued);
  EXPECT_EQ(driver.Node("n600")->status, NodeStatus::kScheduled);
  EXPECT_EQ(CountOf(GoOn(driver), "schedule", driver), 500U);
  EXPECT_FALSE(driver.IsOpen("more to do")) << "a result brings the next task, no timer is needed";
  for (int i = 0; i < 3; ++i) driver.Add(ActivityCompleted{driver.End("n" + std::to_string(i) + "#1"), "1"});
  EXPECT_EQ(CountOf(driver.Step(), "schedule", driver), 3U);
  while (driver.state().status == RunStatus::kRunning) {
    if (driver.IsOpen("more to do")) driver.Add(TimerFired{driver.End("more to do")});
    for (const auto& name : driver.Open('a')) driver.Add(ActivityCompleted{driver.End(name), "1"});
    driver.Step();
  }
  EXPECT_EQ(driver.state().status, RunStatus::kCompleted);
  EXPECT_EQ(driver.state().output.size(), 1200U);
  EXPECT_TRUE(driver.broken().empty()) << ::testing::PrintToString(driver.broken());
  EXPECT_TRUE(driver.ReplaysEqually());
}

TEST(Bounds, WhatIsHeldBackIsCancelledWithoutACommand) {
  Driver driver(Fan(1200, R"("shell":"true")"), Value());
  driver.AddStart();
  driver.Step();
  driver.Add(CancelRequested{});
  const auto& commands = driver.Step();
  EXPECT_EQ(CountOf(commands, "cancel_activity", driver), 500U);
  EXPECT_EQ(CountOf(commands, "schedule", driver), 0U);
  EXPECT_EQ(driver.Node("n1100")->status, NodeStatus::kCancelled);
  for (const auto& name : driver.Open('a'))
    driver.Add(ActivityFailed{driver.End(name), {Failure::Kind::kCancelled, "", "", ""}});
  driver.Step();
  EXPECT_EQ(driver.state().status, RunStatus::kCancelled);
  EXPECT_TRUE(driver.broken().empty()) << ::testing::PrintToString(driver.broken());
}

TEST(Bounds, AtMostOneAndAHalfMegabyteInOneTask) {
  Driver driver(Fan(10, R"("python":"output = 1")"), Value(std::string(400'000, 'x')));
  driver.AddStart();
  EXPECT_EQ(CountOf(driver.Step(), "schedule", driver), 3U);
  EXPECT_EQ(CountOf(GoOn(driver), "schedule", driver), 3U);
  EXPECT_EQ(CountOf(GoOn(driver), "schedule", driver), 3U);
  EXPECT_EQ(CountOf(GoOn(driver), "schedule", driver), 1U);
  EXPECT_FALSE(driver.IsOpen("more to do"));
  EXPECT_TRUE(driver.broken().empty()) << ::testing::PrintToString(driver.broken());
}

TEST(Bounds, ArgumentsThatFitNoTaskFailTheNode) {
  Driver driver(R"({"weft":1,"name":"w","nodes":{"a":{"shell":"true","env":{"A":"${ . }","B":"${ . }"}}}})",
                Value(std::string(400'000, 'x')));
  driver.AddStart();
  driver.Step();
  ASSERT_TRUE(driver.state().error.has_value());
  EXPECT_EQ(driver.state().error->code, "too_large");
}

TEST(Bounds, InputBeyondItsLimitFailsTheRun) {
  Driver driver(R"({"weft":1,"name":"w","nodes":{"a":{"set":1}}})", Value(std::string(600'000, 'x')));
  driver.AddStart();
  driver.Step();
  ASSERT_TRUE(driver.state().error.has_value());
  EXPECT_EQ(driver.state().error->code, "too_large");
}

TEST(Bounds, ErrorsAreClipped) {
  Driver driver(R"({"weft":1,"name":"w","nodes":{"a":{"fail":{"code":"${ . }","message":"${ . }"}}}})",
                Value(std::string(9'999, 'x') + std::string(100'000, '\xc3')));
  driver.AddStart();
  driver.Step();
  ASSERT_TRUE(driver.state().error.has_value());
  EXPECT_LT(driver.state().error->code.size(), 220U);
  EXPECT_LT(driver.state().error->message.size(), 4'200U);
}

TEST(Bounds, AMemoStaysBelowOneKilobyte) {
  std::string text = R"({"weft":1,"name":"w","nodes":{)";
  for (int i = 0; i < 9; ++i) {
    text += (i == 0 ? "\"a" : ",\"a") + std::string(60, 'b') + std::to_string(i) + R"(":{"shell":"true"})";
  }
  Driver driver(text + "}}", Value());
  driver.AddStart();
  driver.Step();
  driver.Add(Ignored{});
  const auto& commands = driver.Step();
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_LE(std::get<UpsertMemo>(commands.front()).json.size(), 1024U);
  EXPECT_TRUE(driver.broken().empty());
}

}  // namespace
}  // namespace weft::machine::testing
