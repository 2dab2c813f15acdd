#include "server/rerun_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsl/load.h"

namespace weft::server {
namespace {

using expr::Value;
using machine::NodeStatus;
using progress::NodeView;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const dsl::Workflow> Load(std::string_view yaml) {
  auto loaded = dsl::Load(yaml);
  EXPECT_NE(loaded.workflow, nullptr) << dsl::FormatDiagnostics("test", yaml, loaded.diagnostics);
  return loaded.workflow;
}

NodeView Node(const char* path, NodeStatus status = NodeStatus::kSucceeded) {
  NodeView node;
  node.path = path;
  node.status = status;
  node.output = Value(path);
  return node;
}

struct Plan {
  std::vector<std::string> again, effects, reused;
};
Plan PlanOf(const dsl::Workflow& workflow, const std::vector<NodeView>& nodes, const std::string& from) {
  const auto planned = PlanRerun(workflow, nodes, from);
  EXPECT_TRUE(planned) << planned.error().message;
  Plan plan;
  for (const auto& node : planned->again) {
    plan.again.push_back(node.path);
    if (node.effects) plan.effects.push_back(node.path + (node.once ? " (once)" : ""));
  }
  for (const auto& [path, kept] : planned->reuse) plan.reused.push_back(path);
  return plan;
}

constexpr std::string_view kBranches = R"(
weft: 1
name: test
nodes:
  a: { shell: a }
  which: { needs: a, switch: [ { case: yes, when: "${ true }" }, { case: no } ] }
  b: { needs: which.yes, http: { url: "http://example.com/", method: POST }, once: true }
  c: { needs: which.no, shell: c }
  d: { needs: [b, c], set: 1 }
  other: { shell: other }
)";

TEST(RerunPlan, TakesOverWhatIsBeforeAndBesideTheNode) {
  const auto workflow = Load(kBranches);
  auto which = Node("which");
  which.chosen_case = "yes";
  const std::vector<NodeView> nodes{Node("a"),
                                    which,
                                    Node("b", NodeStatus::kFailed),
                                    Node("c", NodeStatus::kSkipped),
                                    Node("d", NodeStatus::kSkipped),
                                    Node("other")};
  const auto plan = PlanOf(*workflow, nodes, "b");
  EXPECT_THAT(plan.again, ElementsAre("b", "d"));
  EXPECT_THAT(plan.effects, ElementsAre("b (once)"));
  EXPECT_THAT(plan.reused, ElementsAre("a", "other", "which"));
  EXPECT_EQ(PlanRerun(*workflow, nodes, "b")->reuse.at("which").Get("case"), Value("yes"));
}

TEST(RerunPlan, WhatFailedBesideTheNodeRunsAgainWithAllAfterIt) {
  const auto workflow = Load(kBranches);
  const std::vector<NodeView> nodes{Node("a", NodeStatus::kFailed),  Node("which", NodeStatus::kSkipped),
                                    Node("b", NodeStatus::kSkipped), Node("c", NodeStatus::kSkipped),
                                    Node("d", NodeStatus::kSkipped), Node("other")};
  EXPECT_THAT(PlanOf(*workflow, nodes, "other").again, ElementsAre("a", "which", "b", "c", "d", "other"));
}

TEST(RerunPlan, AWholeRerunTakesOverNothing) {
  const auto workflow = Load(kBranches);
  const auto plan = PlanOf(*workflow, {Node("a")}, "");
  EXPECT_EQ(plan.again.size(), 6U);
  EXPECT_THAT(plan.reused, IsEmpty());
}

constexpr std::string_view kRegions = R"(
weft: 1
name: test
nodes:
  each: { foreach: "${ [1, 2] }", nodes: { x: { shell: x }, y: { needs: x, shell: y } } }
  turns: { needs: each, loop: { until: "${ true }" }, nodes: { z: { shell: z } } }
  g: { needs: turns, group: { nodes: { p: { shell: p }, q: { needs: p, shell: q } } } }
)";

TEST(RerunPlan, InsideAForeachTheOtherIterationsAreTakenOver) {
  const auto workflow = Load(kRegions);
  const std::vector<NodeView> nodes{Node("each"),     Node("each/0/x"), Node("each/0/y"),  Node("each/1/x"),
                                    Node("each/1/y"), Node("turns"),    Node("turns/0/z"), Node("g"),
                                    Node("g/p"),      Node("g/q")};
  const auto plan = PlanOf(*workflow, nodes, "each/1/y");
  EXPECT_THAT(plan.again, ElementsAre("each/1/y", "turns", "turns/*/z", "g", "g/p", "g/q"));
  EXPECT_THAT(plan.reused, ElementsAre("each/0/x", "each/0/y", "each/1/x"));
}

TEST(RerunPlan, InsideALoopTheTurnsAfterItRunAgain) {
  const auto workflow = Load(kRegions);
  const std::vector<NodeView> nodes{Node("each"),      Node("turns"),     Node("turns/0/z"),
                                    Node("turns/1/z"), Node("turns/2/z"), Node("g")};
  const auto plan = PlanOf(*workflow, nodes, "turns/1/z");
  EXPECT_THAT(plan.reused, ElementsAre("each", "turns/0/z"));
  EXPECT_THAT(plan.again, ElementsAre("turns/1/z", "turns/*/z", "g", "g/p", "g/q"));
}

TEST(RerunPlan, InsideAGroup) {
  const auto workflow = Load(kRegions);
  const std::vector<NodeView> nodes{Node("each"), Node("turns"), Node("g"), Node("g/p"), Node("g/q")};
  const auto plan = PlanOf(*workflow, nodes, "g/q");
  EXPECT_THAT(plan.again, ElementsAre("g/q"));
  EXPECT_THAT(plan.reused, ElementsAre("each", "g/p", "turns"));
}

TEST(RerunPlan, APathThatIsNoneIsRefused) {
  const auto workflow = Load(kRegions);
  for (const auto* path : {"nowhere", "each/y", "each/0", "each/1/y/z", "g/nowhere", "turns/x/z"}) {
    const auto plan = PlanRerun(*workflow, {Node("each/0/y"), Node("each/1/y"), Node("turns/0/z")}, path);
    ASSERT_FALSE(plan) << path;
    EXPECT_EQ(plan.error().code, "validation") << path;
  }
}

}  // namespace
}  // namespace weft::server
