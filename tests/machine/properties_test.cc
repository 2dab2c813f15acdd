#include <gtest/gtest.h>

#include "generator.h"

/// What holds for every workflow, tried on many random ones. WEFT_PROPERTY_CASES tries more.
namespace weft::machine::testing {
namespace {

using expr::Value;

std::uint64_t Cases(std::uint64_t usual) {
  const char* asked = std::getenv("WEFT_PROPERTY_CASES");  // NOLINT(concurrency-mt-unsafe): the tests have one thread
  return asked == nullptr ? usual : std::strtoull(asked, nullptr, 10);
}

/// How every node of a run ended, and what with; which of several errors came first may depend on the order.
std::string EndOf(const RunState& run) {
  const auto shown = [](const Value& output) {
    auto text = output.Dump();
    return text.find("\"retryable\"") == std::string::npos ? text : "an error";
  };
  std::string text;
  for (std::size_t i = 0; i < run.root.nodes.size(); ++i) {
    const auto& node = run.root.nodes[i];
    text += run.root.PathOf(i) + ' ' + std::string(StatusName(node.status)) + ' ' + shown(node.output) + ' ' +
            std::to_string(node.attempts) + '\n';
  }
  return text + std::string(StatusName(run.status)) + ' ' + shown(run.output);
}

TEST(Properties, EveryRunEndsAndKeepsTheRulesWhateverHappens) {
  for (std::uint64_t seed = 0; seed < Cases(2000); ++seed) {
    Choices choices(seed);
    const auto workflow = RandomWorkflow(choices, {.nodes = 10});
    Driver driver(workflow, choices.OneIn(2) ? Value() : Value("input"));
    const auto broken = PlayAtRandom(driver, choices);
    ASSERT_TRUE(broken.empty()) << "seed " << seed << ": " << ::testing::PrintToString(broken) << '\n' << workflow;
  }
}

TEST(Properties, TheOrderInWhichNodesEndChangesNothing) {
  for (std::uint64_t seed = 0; seed < Cases(500); ++seed) {
    Choices choices(seed);
    const auto workflow = RandomWorkflow(choices, {.nodes = 10, .races = false, .finish_only = true, .waits = false});
    if (workflow.find("\"timeout\"") != std::string::npos) continue;
    std::string first;
    for (int order = 0; order < 4; ++order) {
      Driver driver(workflow, Value("input"));
      const auto broken = PlayInRandomOrder(driver, choices, seed);
      ASSERT_TRUE(broken.empty()) << "seed " << seed << ": " << ::testing::PrintToString(broken) << '\n' << workflow;
      const auto end = EndOf(driver.state());
      if (first.empty()) first = end;
      ASSERT_EQ(first, end) << "seed " << seed << '\n' << workflow;
    }
  }
}

TEST(Properties, ContinuingAsNewChangesNothing) {
  int continued = 0;
  for (std::uint64_t seed = 0; seed < Cases(500); ++seed) {
    Choices choices(seed);
    const auto workflow = RandomWorkflow(choices, {.nodes = 8, .races = false, .finish_only = true, .waits = false});
    if (workflow.find("\"timeout\"") != std::string::npos) continue;
    Driver whole(workflow, Value("input"));
    ASSERT_TRUE(PlayInRandomOrder(whole, choices, seed).empty());
    Driver parts(workflow, Value("input"));
    const auto broken = PlayInRandomOrder(parts, choices, seed, true);
    ASSERT_TRUE(broken.empty()) << "seed " << seed << ": " << ::testing::PrintToString(broken) << '\n' << workflow;
    ASSERT_EQ(EndOf(whole.state()), EndOf(parts.state())) << "seed " << seed << '\n' << workflow;
    continued += parts.state().start.carry.IsNull() && parts.state().run_id.empty() ? 0 : 1;
  }
  RecordProperty("continued", continued);
}

}  // namespace
}  // namespace weft::machine::testing
