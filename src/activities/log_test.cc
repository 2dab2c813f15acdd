#include "activities/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::activities {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(LogTailTest, KeepsTheLastLinesWithinItsBytes) {
  LogTail tail(10);
  EXPECT_EQ(tail.Json(), "");
  tail.Add(Stream::kStdout, "one");
  tail.Add(Stream::kStderr, "three");
  tail.Add(Stream::kStdout, "five");
  EXPECT_EQ(tail.Json(), R"({"log":[{"stream":"stderr","text":"three"},{"stream":"stdout","text":"five"}]})");
  tail.Add(Stream::kStdout, "0123456789ABC");
  EXPECT_EQ(tail.Json(), R"({"log":[{"stream":"stdout","text":"3456789ABC"}]})");
}

class StreamCaptureTest : public ::testing::Test {
 protected:
  Masker masker_;
  std::vector<std::string> lines_;
  LogSink sink_ = [this](Stream, std::string_view line) { lines_.emplace_back(line); };
  StreamCapture capture_{Stream::kStdout, 8, masker_, sink_};
};

TEST_F(StreamCaptureTest, SplitsLinesWhereverThePiecesEnd) {
  for (const auto* piece : {"a", "b\n", "\nc", "\xe7", "\xba", "\xac", "d"}) capture_.Feed(piece);
  capture_.Finish();
  EXPECT_THAT(lines_, ElementsAre("ab", "", "c纬d"));
  EXPECT_EQ(capture_.End().text, "b\n\nc纬d");
  EXPECT_TRUE(capture_.End().truncated);
}

TEST_F(StreamCaptureTest, ALongLineComesInPartsThatEndBetweenCharacters) {
  std::string line;
  for (int i = 0; i < 10'000; ++i) line += "纬";
  capture_.Feed(line);
  capture_.Finish();
  EXPECT_THAT(lines_, SizeIs(4));
  std::string joined;
  for (const auto& part : lines_) joined += part;
  EXPECT_EQ(joined, line);
  EXPECT_EQ(capture_.End().text, "纬纬");
}

}  // namespace
}  // namespace weft::activities
