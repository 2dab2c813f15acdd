#include "triggers/deploy.h"

#include "store/audit.h"
#include "store/definitions.h"
#include "store/event_triggers.h"
#include "store/schedules.h"
#include "store/testing.h"
#include "store/trigger_states.h"
#include "store/webhook_paths.h"

namespace weft::triggers {
namespace {

std::string Flow(const std::string& name, const std::string& triggers, const std::string& more = "") {
  return "weft: 1\nname: " + name + "\n" + more + "triggers: [" + triggers + "]\nnodes: { a: { set: 1 } }\n";
}

class DeployTest : public store::StoreTest {
 protected:
  Result<Deployment> Put(const std::string& text) { return Deploy(db(), text, "ann", Timestamp(std::chrono::days(1))); }

  std::vector<store::WebhookPath> Paths(const std::string& path) {
    return db()
        .Read<std::vector<store::WebhookPath>>([&](auto& t) { return store::FindWebhookPaths(t, "default", path); })
        .value();
  }
  std::size_t EventTriggers(const std::string& type) {
    return db()
        .Read<std::vector<store::EventTrigger>>(
            [&](auto& t) { return store::FindEventTriggers(t, "default", type, "any"); })
        .value()
        .size();
  }
  std::size_t Schedules(const std::string& name) {
    return db()
        .Read<std::vector<store::Schedule>>([&](auto& t) { return store::ListSchedules(t, "default", name); })
        .value()
        .size();
  }
  bool Paused(const std::string& name, const std::string& id) {
    return db()
        .Read<std::optional<store::TriggerState>>(
            [&](auto& t) { return store::FindTriggerState(t, "default", name, id); })
        .value()
        .value()
        .paused;
  }
  int Latest(const std::string& name) {
    return db().Read<int>([&](auto& t) { return store::FindLatestNumber(t, "default", name); }).value();
  }
};
WEFT_ON_BOTH_ENGINES(DeployTest);

TEST_P(DeployTest, EachChangeIsARevisionAndWhatHasNoMeaningIsNone) {
  const auto first = Put(Flow("w", ""));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->revision, 1);
  EXPECT_TRUE(first->created);
  EXPECT_EQ(first->ns, "default");
  EXPECT_EQ(first->name, "w");
  const auto same = Put(Flow("w", "", "title: Another title\n# and a comment\n"));
  EXPECT_EQ(same->revision, 1);
  EXPECT_FALSE(same->created);
  EXPECT_EQ(same->digest, first->digest);
  const auto other = Put(Flow("w", "", "timeout: 1h\n"));
  EXPECT_EQ(other->revision, 2);
  EXPECT_NE(other->digest, first->digest);
  const auto stored =
      db().Read<std::optional<store::Revision>>([&](auto& t) { return store::FindRevision(t, "default", "w", 2); });
  EXPECT_EQ((*stored)->created_by, "ann");
  EXPECT_EQ((*stored)->source, Flow("w", "", "timeout: 1h\n"));
}

TEST_P(DeployTest, AFileWithErrorsChangesNothing) {
  ASSERT_TRUE(Put(Flow("w", "{ id: h, webhook: orders }")));
  const auto refused = Put("weft: 1\nname: w\nnodes: { a: { python: { file: a.py } }, b: { needs: x, set: 1 } }\n");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->revision, 0);
  EXPECT_EQ(refused->diagnostics.size(), 2U) << "a file that only its author has, and an unknown node";
  EXPECT_EQ(Latest("w"), 1);
  EXPECT_EQ(Paths("orders").size(), 1U);
}

TEST_P(DeployTest, TriggersAreThoseOfTheLatestRevision) {
  ASSERT_TRUE(
      Put(Flow("w", "{ id: h, webhook: a, methods: [POST, PUT] }, { id: e, event: t.a }, { id: c, cron: '@daily' }")));
  EXPECT_EQ(Paths("a").size(), 2U);
  EXPECT_EQ(EventTriggers("t.a"), 1U);
  EXPECT_EQ(Schedules("w"), 1U);
  ASSERT_TRUE(Put(Flow("w", "{ id: h, webhook: b }, { id: e, event: t.b, source: any }")));
  EXPECT_TRUE(Paths("a").empty());
  EXPECT_EQ(Paths("b"), (std::vector<store::WebhookPath>{
                            {.ns = "default", .path = "b", .method = "POST", .name = "w", .trigger_id = "h"}}));
  EXPECT_EQ(EventTriggers("t.a"), 0U);
  EXPECT_EQ(EventTriggers("t.b"), 1U);
  EXPECT_EQ(Schedules("w"), 0U);
}

TEST_P(DeployTest, TwoWorkflowsMayNotOwnOnePathAndMethod) {
  ASSERT_TRUE(Put(Flow("first", "{ id: h, webhook: orders }")));
  const auto refused = Put(Flow("second", "{ id: h, webhook: orders, methods: [GET, POST] }"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "conflict");
  EXPECT_TRUE(refused.error().message.contains("first")) << refused.error().message;
  EXPECT_EQ(Latest("second"), 0);
  EXPECT_TRUE(Put(Flow("second", "{ id: h, webhook: orders, methods: [GET] }")));
}

TEST_P(DeployTest, WhatAPersonPausedStaysSo) {
  const auto text = Flow("w", "{ id: h, webhook: orders }, { id: p, webhook: other, paused: true }");
  ASSERT_TRUE(Put(text));
  EXPECT_FALSE(Paused("w", "h"));
  EXPECT_TRUE(Paused("w", "p"));
  ASSERT_TRUE(db().Write<bool>([](auto& t) {
    return store::SetTriggerState(t, "default", "w", {.id = "h", .paused = true, .note = "why", .changed_by = "ann"});
  }));
  ASSERT_TRUE(Put(Flow("w", "{ id: h, webhook: orders }", "timeout: 1h\n")));
  EXPECT_TRUE(Paused("w", "h"));
  ASSERT_TRUE(Undeploy(db(), "default", "w", "ann").value());
  ASSERT_TRUE(Put(Flow("w", "{ id: h, webhook: orders }")));
  EXPECT_TRUE(Paused("w", "h")) << "also when the workflow was taken away meanwhile";
}

TEST_P(DeployTest, AWorkflowThatIsTakenAwayGivesUpItsTriggersAndCountsOnWhenItComesBack) {
  ASSERT_TRUE(Put(Flow("w", "{ id: h, webhook: orders }, { id: e, event: t.a }, { id: c, cron: '@daily' }")));
  EXPECT_TRUE(Undeploy(db(), "default", "w", "ann").value());
  EXPECT_FALSE(Undeploy(db(), "default", "w", "ann").value());
  EXPECT_TRUE(Paths("orders").empty());
  EXPECT_EQ(EventTriggers("t.a"), 0U);
  EXPECT_EQ(Schedules("w"), 0U);
  EXPECT_EQ(Latest("w"), 0);
  EXPECT_EQ(Put(Flow("w", ""))->revision, 2);
}

TEST_P(DeployTest, EveryChangeIsInTheAudit) {
  ASSERT_TRUE(Put(Flow("w", "")));
  ASSERT_TRUE(Put(Flow("w", "")));
  ASSERT_TRUE(Undeploy(db(), "default", "w", "bob", "127.0.0.1"));
  const auto audit = db().Read<std::vector<store::AuditEntry>>([](auto& t) { return store::ListAudit(t, {}); });
  ASSERT_EQ(audit->size(), 2U);
  EXPECT_EQ(audit->at(0).action, "workflow.delete");
  EXPECT_EQ(audit->at(0).actor, "bob");
  EXPECT_EQ(audit->at(0).remote, "127.0.0.1");
  EXPECT_EQ(audit->at(1).action, "workflow.deploy");
  EXPECT_EQ(audit->at(1).target, "default/w");
}

}  // namespace
}  // namespace weft::triggers
