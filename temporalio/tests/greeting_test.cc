// The example, as a user runs it.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

#include "temporalio/client/client.h"
#include "temporalio/tests/support.h"

namespace temporalio::test {
namespace {

struct Ended {
  int status = -1;
  std::string output;
};

Ended RunGreeting(const std::string& arguments) {
  setenv("TEMPORAL_ADDRESS", TheServer().target().c_str(), 1);
  setenv("TEMPORAL_CONFIG_FILE", "/dev/null", 1);
  FILE* pipe = popen((std::string(GREETING) + " " + arguments + " 2>&1").c_str(), "r");
  Ended ended;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) ended.output += static_cast<char>(c);
  ended.status = WEXITSTATUS(pclose(pipe));
  return ended;
}

TEST(Greeting, Greets) {
  const Ended ended = RunGreeting("Ada");
  EXPECT_EQ(ended.output, "Hello, Ada!\n");
  EXPECT_EQ(ended.status, 0);
  EXPECT_EQ(TheClient().Describe({"greeting-Ada", ""})->info.status,
            temporal::api::enums::v1::WORKFLOW_EXECUTION_STATUS_COMPLETED);
}

TEST(Greeting, TellsWhatFailed) {
  const Ended ended = RunGreeting("''");
  EXPECT_THAT(ended.output, ::testing::HasSubstr("Nobody to greet."));
  EXPECT_EQ(ended.status, 1);
}

}  // namespace
}  // namespace temporalio::test
