#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/integration/harness.h"

namespace weft::testing {
namespace {

using machine::NodeStatus;
namespace fs = std::filesystem;

class Kill : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "weft-kill-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { fs::remove_all(folder); }

  [[nodiscard]] std::string Input() const {
    return expr::Value::Object({{"dir", expr::Value(folder.string())}}).Dump();
  }
  [[nodiscard]] std::string Log(const std::string& file) const {
    std::ifstream in(folder / file);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  Harness& harness = Harness::Get();
  fs::path folder;
};

// The nodes note each time they begin; `gate` waits for a file, so that the
// worker dies in the middle of it.
constexpr std::string_view kChain = R"(
weft: 1
name: chain
nodes:
  a: { shell: 'echo a >> "$DIR/chain"', env: { DIR: "${ $input.dir }" } }
  gate:
    needs: a
    shell: 'echo gate >> "$DIR/chain"; until [ -e "$DIR/open" ]; do sleep 0.05; done'
    env: { DIR: "${ $input.dir }" }
  b: { needs: gate, shell: 'echo b >> "$DIR/chain"', env: { DIR: "${ $input.dir }" } }
)";
constexpr std::string_view kOnce = R"(
weft: 1
name: once
nodes:
  pay:
    once: true
    shell: 'echo pay >> "$DIR/once"; until [ -e "$DIR/open" ]; do sleep 0.05; done'
    env: { DIR: "${ $input.dir }" }
)";

TEST_F(Kill, AnotherWorkerGoesOnAndWhatMustNotRepeatDoesNot) {
  auto first = std::make_unique<WorkerProcess>(harness.target());
  const auto chain = harness.Start(kChain, Input());
  const auto once = harness.Start(kOnce, Input());
  harness.WaitUntil(chain, [](const auto& view) { return Is(view, "gate", NodeStatus::kRunning); });
  harness.WaitUntil(once, [](const auto& view) { return Is(view, "pay", NodeStatus::kRunning); });
  first->End(SIGKILL);

  WorkerProcess second(harness.target());
  std::ofstream(folder / "open") << "";
  const auto chained = harness.Wait(chain);
  EXPECT_EQ(chained.status, "completed") << chained.ToJson().DumpPretty();
  EXPECT_EQ(NodeOf(chained, "a").attempts, 1);
  EXPECT_EQ(NodeOf(chained, "gate").attempts, 2);
  EXPECT_EQ(Log("chain"), "a\ngate\ngate\nb\n");
  harness.CheckReplay(chain, "worker-lost");

  const auto paid = harness.Wait(once);
  EXPECT_EQ(paid.status, "failed");
  EXPECT_EQ(paid.error.Get("code").AsString(), "worker_lost");
  EXPECT_EQ(Log("once"), "pay\n");
  harness.CheckReplay(once, "once-lost");
}

TEST_F(Kill, AWorkerThatIsAskedToStopLosesNothing) {
  auto first = std::make_unique<WorkerProcess>(harness.target());
  const auto chain = harness.Start(kChain, Input());
  harness.WaitUntil(chain, [](const auto& view) { return Is(view, "gate", NodeStatus::kRunning); });
  std::ofstream(folder / "open") << "";
  EXPECT_EQ(first->End(SIGTERM), 0);

  WorkerProcess second(harness.target());
  const auto view = harness.Wait(chain);
  EXPECT_EQ(view.status, "completed") << view.ToJson().DumpPretty();
  EXPECT_EQ(Log("chain"), "a\ngate\nb\n");
}

}  // namespace
}  // namespace weft::testing
