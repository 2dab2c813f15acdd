#include "temporalio/testing/child_process.h"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

namespace temporalio::testing {
namespace {

constexpr std::chrono::seconds kLong{60};

TEST(ChildProcess, KeepsTheLastLinesOfItsOutput) {
  const auto process = ChildProcess::Start({"sh", "-c", "seq 1 100; echo failed >&2; printf 'no end'"});
  ASSERT_TRUE(process) << process.error().message;
  ASSERT_TRUE((*process)->EndsWithin(kLong));
  while (!(*process)->OutputTail().contains("no end")) std::this_thread::yield();
  const std::string tail = (*process)->OutputTail();
  EXPECT_TRUE(tail.ends_with("100\nfailed\nno end\n")) << tail;
  EXPECT_FALSE(tail.starts_with("1\n")) << tail;
}

TEST(ChildProcess, SaysThatAProgramCannotBeRun) {
  const auto process = ChildProcess::Start({"/nonexistent/program"});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().code, Error::Code::kNotFound);
  EXPECT_TRUE(process.error().message.contains("/nonexistent/program")) << process.error().message;
}

TEST(ChildProcess, EndsWithItsObject) {
  pid_t pid = 0;
  {
    const auto process = ChildProcess::Start({"sleep", "1000"});
    ASSERT_TRUE(process) << process.error().message;
    pid = (*process)->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_NE(kill(pid, 0), 0);
}

TEST(ChildProcess, HasItsOwnProcessGroupSoThatCtrlCSparesIt) {
  const auto process = ChildProcess::Start({"sleep", "1000"});
  ASSERT_TRUE(process) << process.error().message;
  EXPECT_EQ(getpgid((*process)->pid()), (*process)->pid());
}

// A thread that starts a child and ends used to take the child along.
TEST(ChildProcess, OutlivesTheThreadThatStartedIt) {
  std::unique_ptr<ChildProcess> process;
  std::thread([&] { process = ChildProcess::Start({"sleep", "1000"}).value_or(nullptr); }).join();
  ASSERT_TRUE(process);
  EXPECT_FALSE(process->EndsWithin(std::chrono::milliseconds(100)));
}

TEST(ChildProcess, DiesWithItsParentEvenIfThatIsKilled) {
  int ids[2];
  ASSERT_EQ(pipe(ids), 0);
  // So that the orphan comes to this process and can be waited for.
  ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
  const pid_t parent = fork();
  if (parent == 0) {
    const auto process = ChildProcess::Start({"sleep", "1000"});
    const pid_t pid = process ? (*process)->pid() : -1;
    if (write(ids[1], &pid, sizeof pid) == sizeof pid) raise(SIGKILL);
    _exit(1);
  }
  pid_t orphan = -1;
  ASSERT_EQ(read(ids[0], &orphan, sizeof orphan), static_cast<ssize_t>(sizeof orphan));
  ASSERT_GT(orphan, 0);
  int status = 0;
  EXPECT_EQ(waitpid(parent, &status, 0), parent);
  EXPECT_EQ(waitpid(orphan, &status, 0), orphan);
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  close(ids[0]);
  close(ids[1]);
}

}  // namespace
}  // namespace temporalio::testing
