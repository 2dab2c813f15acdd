#include "server/test_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dsl/load.h"

namespace weft::server {
namespace {

using expr::Value;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kOrders = R"(
weft: 1
name: orders
input: { type: object, required: [id] }
notify: [ { on: [failed], to: [ops] } ]
error_workflow: mend
concurrency: { key: "${ $input.id }", limit: 1 }
nodes:
  stock: { shell: stock, compensate: { shell: give-back } }
  unread: { needs: stock, shell: slow }
  which:
    needs: unread
    switch: [ { case: high, when: "${ .n > 3 }" }, { case: low } ]
  ok: { needs: which.high, approval: { title: "Go on?" } }
  ship:
    needs: [ok, which.high]
    disabled: true
    shell: 'echo "$A"'
    env: { A: "${ $nodes.stock.output.n }" }
  told: { needs: ship, shell: 'echo' }
  alarm: { needs: stock.failed, shell: 'echo "$WHY"', env: { WHY: "${ .message }" } }
  each: { needs: which.done, foreach: "${ $input.list }", nodes: { inner: { set: "${ $nodes.unread.output }" } } }
output: "${ .told }"
)";

std::shared_ptr<const dsl::Workflow> Load(std::string_view yaml) {
  auto loaded = dsl::Load(yaml);
  EXPECT_NE(loaded.workflow, nullptr) << dsl::FormatDiagnostics("test", yaml, loaded.diagnostics);
  return loaded.workflow;
}

Value Json(std::string_view text) { return Value::Parse(text).value(); }

std::string ProblemOfTest(const std::string& node, std::string_view outputs) {
  const auto planned = PlanTest(*Load(kOrders), {.node = node, .input = {}, .outputs = Json(outputs)});
  if (planned) return "none";
  EXPECT_EQ(planned.error().code, "validation");
  return planned.error().message;
}

TEST(TestRun, OfTheWholeTellsNobodyAndTakesNoSlot) {
  const auto planned = PlanTest(*Load(kOrders), {.node = {},
                                                 .input = Json(R"({"id":1})"),
                                                 .has_input = true,
                                                 .outputs = Json(R"({"stock":{"n":4},"which":{"case":"low"}})")});
  ASSERT_TRUE(planned) << planned.error().message;
  const auto& workflow = *planned->draft->workflow;
  EXPECT_THAT(workflow.notify, IsEmpty());
  EXPECT_THAT(workflow.error_workflow, IsEmpty());
  EXPECT_FALSE(workflow.concurrency);
  EXPECT_EQ(workflow.root->nodes.size(), 8U);
  EXPECT_FALSE(workflow.output.empty());
  EXPECT_EQ(workflow.root->nodes[0].compensate, nullptr) << "what has not run has nothing to undo";
  EXPECT_EQ(planned->trigger.kind, "test");
  EXPECT_EQ(planned->reuse.at("stock"), Json(R"({"output":{"n":4}})"));
  EXPECT_EQ(planned->reuse.at("which"), Json(R"({"output":null,"case":"low"})"));
  EXPECT_TRUE(planned->draft->CheckInput(planned->input));
  EXPECT_FALSE(planned->draft->CheckInput(Json("{}")));
}

TEST(TestRun, OfOneNodeStandsOnWhatIsGivenForThoseBeforeIt) {
  const auto planned = PlanTest(*Load(kOrders), {.node = "ship", .input = {}, .outputs = Json(R"({"stock":{"n":4}})")});
  ASSERT_TRUE(planned) << planned.error().message;
  const auto& nodes = planned->draft->workflow->root->nodes;
  std::vector<std::string> ids;
  for (const auto& node : nodes) ids.push_back(node.id);
  EXPECT_THAT(ids, ElementsAre("stock", "unread", "which", "ok", "ship"));
  EXPECT_FALSE(nodes.back().disabled);
  EXPECT_EQ(nodes[0].compensate, nullptr);
  for (std::size_t i = 1; i + 1 < nodes.size(); ++i) {
    EXPECT_EQ(nodes[i].needs.front().port, dsl::Port::kDone) << nodes[i].id << " is there whatever came before it";
  }
  EXPECT_EQ(planned->reuse.at("which"), Json(R"({"output":null,"case":"high"})")) << "the way that leads to the node";
  EXPECT_EQ(planned->reuse.at("ok"), Json(R"({"output":null,"case":"approved"})"));
  EXPECT_TRUE(planned->draft->CheckInput({})) << "any input fits when none is given";
  EXPECT_TRUE(planned->draft->workflow->input_schema.IsNull());
  const auto unfit = PlanTest(
      *Load(kOrders), {.node = "ship", .input = Json("{}"), .has_input = true, .outputs = Json(R"({"stock":1})")});
  EXPECT_FALSE(unfit->draft->CheckInput(unfit->input));
}

TEST(TestRun, SaysWhichResultsAreMissing) {
  EXPECT_THAT(ProblemOfTest("ship", "{}"), AllOf(HasSubstr("reads the results of `stock`;"), Not(HasSubstr("unread"))));
  EXPECT_THAT(ProblemOfTest("alarm", "{}"), HasSubstr("`stock`")) << "`.` is what its source gave";
  EXPECT_THAT(ProblemOfTest("each", "{}"), HasSubstr("`unread`")) << "nodes inside read it";
  EXPECT_EQ(ProblemOfTest("told", "{}"), "none") << "it reads nothing";
  EXPECT_EQ(ProblemOfTest("alarm", R"({"stock":{"message":"broken"}})"), "none");
}

TEST(TestRun, RefusesResultsOfOthersAndOfTheWrongForm) {
  EXPECT_THAT(ProblemOfTest("", R"({"inner":1})"), HasSubstr("no node `inner` outside"));
  EXPECT_THAT(ProblemOfTest("inner", "{}"), HasSubstr("no node `inner` outside"));
  EXPECT_THAT(ProblemOfTest("alarm", R"({"stock":1,"told":1})"), HasSubstr("`told` is not wanted"));
  EXPECT_THAT(ProblemOfTest("", R"({"which":{"n":1}})"), AllOf(HasSubstr("`high`, `low`"), HasSubstr("`which`")));
  EXPECT_THAT(ProblemOfTest("", R"({"ok":{"case":"perhaps"}})"), HasSubstr("`approved`, `rejected`"));
}

TEST(TestRun, SecretsAreSealedForOneInstance) {
  const auto key = NewSealingKey();
  const auto sealed = SealTestSecrets(key, "default.orders.test-run.1", {"token", "other"});
  EXPECT_THAT(UnsealTestSecrets(key, "default.orders.test-run.1", sealed), ElementsAre("token", "other"));
  EXPECT_THAT(UnsealTestSecrets(key, "default.orders.test-run.2", sealed), IsEmpty());
  EXPECT_THAT(UnsealTestSecrets(NewSealingKey(), "default.orders.test-run.1", sealed), IsEmpty());
  EXPECT_THAT(UnsealTestSecrets(key, "default.orders.test-run.1", ""), IsEmpty());
}

}  // namespace
}  // namespace weft::server
