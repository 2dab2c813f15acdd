// Servers that die by SIGKILL while they bring Temporal's schedules to what is wanted. The dying server is this program
// again, running only the case ScheduleChild.Runs.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "temporalio/tests/eventually.h"
#include "tests/integration/schedules_fixture.h"

namespace weft::testing {
namespace {

using temporalio::test::Eventually;

constexpr int kTriggers = 40;

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

TEST(ScheduleChild, Runs) {
  const auto url = Environment("WEFT_CHILD_DATABASE");
  if (url.empty()) GTEST_SKIP() << "only for the other cases";
  const auto runtime = temporalio::Runtime::Create();
  temporalio::ConnectionOptions options;
  options.target = Environment("WEFT_CHILD_TEMPORAL");
  const temporalio::Client client(*temporalio::Connection::Connect(*runtime, options));
  const auto database = *store::Database::Open({.url = url});
  triggers::ScheduleReconciler(*database, temporalio::ScheduleClient(client)).Run({});
}

class SchedulesKillTest : public SchedulesTest {
 protected:
  /// `from` … `to`, each firing on a day of its own of the month.
  static std::string Crons(int from, int to, int month) {
    std::string text;
    for (int i = from; i <= to; ++i) {
      text += fmt::format("{}{{ id: t{}, cron: \"0 0 {} {} *\" }}", text.empty() ? "" : ", ", i, i % 28 + 1, month);
    }
    return text;
  }

  void KillWhen(const std::function<bool()>& holds) {
    std::vector<std::string> variables;
    for (char** variable = environ; *variable != nullptr; ++variable) variables.emplace_back(*variable);
    variables.push_back("WEFT_CHILD_TEMPORAL=" + Harness::Get().target());
    variables.push_back("WEFT_CHILD_DATABASE=" + (directory_ / "weft.db").string());
    std::vector<std::string> words{"/proc/self/exe", "--gtest_filter=ScheduleChild.Runs"};
    std::vector<char*> environment, arguments;
    for (auto& variable : variables) environment.push_back(variable.data());
    for (auto& word : words) arguments.push_back(word.data());
    environment.push_back(nullptr);
    arguments.push_back(nullptr);
    pid_t pid = -1;
    ASSERT_EQ(::posix_spawn(&pid, arguments[0], nullptr, nullptr, arguments.data(), environment.data()), 0);
    EXPECT_TRUE(Eventually(holds));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }

  /// As a server that starts after every lease of the dead one has run out.
  void Recover() {
    while (*reconciler_.ApplyDue(Now() + std::chrono::minutes(2)) > 0) {
    }
  }

  int CountAt(int revision) const {
    int count = 0;
    for (int i = 1; i <= kTriggers; ++i) count += RevisionOf(fmt::format("t{}", i)) == revision ? 1 : 0;
    return count;
  }
};

TEST_F(SchedulesKillTest, EverythingIsAsWantedInTheEnd) {
  Deploy(Crons(1, kTriggers, 1));
  KillWhen([&] { return CountAt(1) >= 3; });
  KillWhen([&] { return CountAt(1) >= 20; });
  ASSERT_TRUE(Exists("t1"));
  ASSERT_TRUE(triggers::Pause(schedules_, IdOf("t1"), "kept"));
  // A change in the middle of the first; the last ten go.
  Deploy(Crons(1, kTriggers - 10, 2));
  KillWhen([&] { return CountAt(2) >= 5; });
  Recover();
  EXPECT_EQ(CountAt(2), kTriggers - 10);
  EXPECT_EQ(CountAt(0), 10);
  EXPECT_TRUE(Status("t1").paused);
  EXPECT_EQ(Status("t1").note, "kept");
  EXPECT_EQ(FormatTimestamp(Status("t2").next.front()).substr(5, 5), "02-03");
}

TEST_F(SchedulesKillTest, WhatIsTakenAwayGoesAlsoWhenAServerDiesOverIt) {
  Deploy(Crons(1, kTriggers, 1));
  Recover();
  ASSERT_EQ(CountAt(1), kTriggers);
  Deploy("{ id: t1, cron: \"0 0 1 3 *\" }");
  KillWhen([&] { return CountAt(0) >= 7; });
  Recover();
  EXPECT_EQ(CountAt(0), kTriggers - 1);
  EXPECT_EQ(CountAt(2), 1);
}

}  // namespace
}  // namespace weft::testing
