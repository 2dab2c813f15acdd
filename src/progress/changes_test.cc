#include "progress/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "progress/heartbeat_lines.h"

namespace weft::progress {
namespace {

using expr::Value;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

NodeView Node(const char* path, machine::NodeStatus status) {
  NodeView node;
  node.path = path;
  node.status = status;
  node.started_at = Timestamp(std::chrono::seconds(1));
  return node;
}

InstanceView View(std::vector<NodeView> nodes) {
  InstanceView view;
  view.id = "default.test.manual.1";
  view.run_id = "run";
  view.status = "running";
  view.events = 7;
  view.nodes = std::move(nodes);
  return view;
}

TEST(Changes, TheFirstTimeAllIsNew) {
  Changes changes;
  EXPECT_EQ(changes.version(), "");
  EXPECT_TRUE(changes.Take(View({})).whole);
  EXPECT_THAT(changes.version(), StartsWith("run:7."));
}

TEST(Changes, TellsOnlyTheFieldsThatChanged) {
  Changes changes;
  auto view = View({Node("a", machine::NodeStatus::kScheduled), Node("b", machine::NodeStatus::kPending)});
  view.nodes[0].reason = Value::Object({{"kind", Value("queue")}});
  changes.Take(view);
  view.nodes[0].status = machine::NodeStatus::kRunning;
  view.nodes[0].reason = Value();
  view.events = 9;
  const auto news = changes.Take(view);
  EXPECT_FALSE(news.whole);
  EXPECT_THAT(news.nodes, ElementsAre(R"({"path":"a","reason":null,"status":"running"})"));
  EXPECT_TRUE(changes.Take(view).empty());
}

TEST(Changes, ANodeThatIsNotShownAnyMoreIsTold) {
  Changes changes;
  changes.Take(View({Node("each/1/a", machine::NodeStatus::kRunning), Node("b", machine::NodeStatus::kPending)}));
  const auto news = changes.Take(View({Node("b", machine::NodeStatus::kPending)}));
  EXPECT_THAT(news.nodes, ElementsAre(R"({"path":"each/1/a","removed":true})"));
}

TEST(Changes, EqualDocumentsHaveEqualVersionsWhateverWasBefore) {
  const auto now = View({Node("a", machine::NodeStatus::kSucceeded)});
  Changes one, other;
  one.Take(View({Node("a", machine::NodeStatus::kRunning)}));
  const auto before = one.version();
  one.Take(now);
  other.Take(now);
  EXPECT_EQ(one.version(), other.version());
  EXPECT_NE(one.version(), before);
}

TEST(Changes, AnotherStatusOfTheRunIsToldAsAWhole) {
  Changes changes;
  auto view = View({});
  changes.Take(view);
  view.status = "stuck";
  EXPECT_TRUE(changes.Take(view).whole);
}

std::vector<std::string> Texts(const std::vector<LogLine>& lines) {
  std::vector<std::string> texts;
  for (const auto& line : lines) texts.push_back(line.stream + ' ' + line.text);
  return texts;
}

TEST(HeartbeatLines, AreThoseThatTheWindowHasNotShown) {
  const auto line = [](const char* text) { return R"({"stream":"stdout","text":")" + std::string(text) + "\"}"; };
  const auto log = [](const std::string& lines) { return R"({"log":[)" + lines + "]}"; };
  const auto before = log(line("1") + ',' + line("2") + ',' + line("2"));
  EXPECT_THAT(Texts(NewLines("", before)), ElementsAre("stdout 1", "stdout 2", "stdout 2"));
  EXPECT_THAT(Texts(NewLines(before, log(line("2") + ',' + line("2") + ',' + line("3")))), ElementsAre("stdout 3"));
  EXPECT_THAT(Texts(NewLines(before, log(line("8") + ',' + line("9")))), ElementsAre("stdout 8", "stdout 9"));
  EXPECT_THAT(Texts(NewLines(before, before)), IsEmpty());
  EXPECT_THAT(Texts(NewLines(before, "")), IsEmpty());
}

}  // namespace
}  // namespace weft::progress
