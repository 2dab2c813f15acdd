// Random workflows with random outcomes as real runs; then each history is folded and replayed on Core: the same
// batches, the same commands. WEFT_PROPERTY_CASES tries more than the usual few.
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "contract/names.h"
#include "generator.h"
#include "temporalio/converter/payload.h"
#include "tests/integration/harness.h"

namespace weft::testing {
namespace {

using machine::testing::Choices;
using machine::testing::RandomWorkflow;

constexpr std::uint64_t kUsualCases = 24;

std::uint64_t Cases() {
  const char* asked = std::getenv("WEFT_PROPERTY_CASES");  // NOLINT(concurrency-mt-unsafe): before any thread
  return asked == nullptr ? kUsualCases : std::strtoull(asked, nullptr, 10);
}

std::string Replace(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// The generator's waits, short enough for a real clock.
std::string Hurried(std::string workflow) {
  for (const auto& [from, to] : {std::pair{R"("5m")", R"("9s")"},
                                 {R"("1m")", R"("1s")"},
                                 {R"("30s")", R"("20ms")"},
                                 {R"("20s")", R"("1s")"},
                                 {R"("5s")", R"("10ms")"}}) {
    workflow = Replace(std::move(workflow), from, to);
  }
  return Replace(std::move(workflow), R"("attempts":3)", R"("attempts":3,"delay":"10ms")");
}

/// What an attempt does follows from its name alone, so that it may be made twice.
temporalio::ActivityResult Act(temporalio::ActivityContext& context) {
  const auto& info = context.info();
  Choices choices(std::hash<std::string>()(info.workflow_id + info.activity_id));
  const auto failure = [](std::string type) {
    return std::unexpected(
        temporalio::ActivityFailure{.type = std::move(type), .message = "it broke", .non_retryable = true});
  };
  if (choices.OneIn(3)) {  // takes a while, and gives in to a request to cancel
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    context.Heartbeat();
    never.wait_for(lock, context.stop_token(), std::chrono::milliseconds(50 + choices.Below(250)),
                   [] { return false; });
    if (context.stop_token().stop_requested()) {
      return std::unexpected(
          temporalio::ActivityFailure{.type = "cancelled", .message = "asked to stop", .cancelled = true});
    }
  }
  switch (choices.Below(8)) {
    case 0:
    case 1: return failure("broke");
    case 2: return failure(std::string(contract::kWorkerLost));
    default: return temporalio::JsonPayload("\"" + info.activity_id + "\"");
  }
}

void Disturb(const temporalio::Client& client, const temporalio::WorkflowRef& run, LocalServer& server,
             Choices& choices) {
  const auto signal = [&](std::string_view name, std::string input) {
    // A run that has closed already is none to disturb.
    std::ignore =
        client.SignalWorkflow(run, {.name = std::string(name), .input = {temporalio::JsonPayload(std::move(input))}});
  };
  for (auto count = choices.Below(4); count > 0; --count) {
    const auto node = std::to_string(choices.Below(8));
    switch (choices.Below(6)) {
      case 0: server.Publish(R"({"type":"t","source":"test","id":")" + node + "\"}"); break;
      case 1: signal("event", R"({"event":{"type":"t","id":")" + node + "\"}}"); break;
      case 2: signal("approval", R"({"node":"n)" + node + R"(","decision":"approved"})"); break;
      case 3: signal("unknown", "null"); break;
      case 4:
        if (choices.OneIn(2)) std::ignore = client.RequestCancel(run, "at random");
        break;
      default: signal("event", R"({"addressed":true,"event":{"type":"t","id":"a)" + node + "\"}}"); break;
    }
  }
}

TEST(Determinism, RandomRunsFoldAndReplayEqually) {
  auto& harness = Harness::Get();
  const LocalHost worker({{.name = std::string(contract::kWorkerQueue),
                           .workflows = true,
                           .activities = {{std::string(contract::kShellActivity), Act}}}});
  LocalServer server;
  server.Deploy(R"({"weft":1,"name":"other","nodes":{"a":{"shell":"a"}}})");
  struct Case {
    std::string workflow;
    temporalio::WorkflowRef run;
  };
  std::vector<Case> cases;
  for (std::uint64_t seed = 0; seed < Cases(); ++seed) {
    Choices choices(seed * 7919);
    auto workflow = Hurried(RandomWorkflow(choices, {.nodes = 10}));
    const auto run = harness.Start(workflow);
    Disturb(harness.client(), run, server, choices);
    cases.push_back({std::move(workflow), run});
  }
  std::size_t events = 0;
  std::map<std::string, int> ends;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    ++ends[harness.Wait(cases[i].run).status];
    SCOPED_TRACE(cases[i].workflow);
    harness.CheckReplay(cases[i].run, "random-" + std::to_string(i));
    events += static_cast<std::size_t>(harness.HistoryOf(cases[i].run).events_size());
    if (HasFailure()) return;
  }
  RecordProperty("events", static_cast<int>(events));
  EXPECT_GT(ends["completed"], 0);
  EXPECT_GT(ends["failed"], 0);
}

}  // namespace
}  // namespace weft::testing
