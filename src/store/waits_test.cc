#include <gmock/gmock.h>

#include "base/id.h"
#include "store/approvals.h"
#include "store/slots.h"
#include "store/testing.h"

namespace weft::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Duration kLease{30'000};

Timestamp At(int second) { return Timestamp(std::chrono::seconds(1'700'000'000 + second)); }

class ApprovalsTest : public StoreTest {
 protected:
  Approval Open(const std::string& instance, const std::string& node, const std::string& run = "r1") {
    Approval approval;
    approval.id = NewUlid();
    approval.instance = instance;
    approval.run = run;
    approval.name = node + "#1";
    approval.ns = "shop";
    approval.workflow = "order";
    approval.node = node;
    approval.title = "\"Ship?\"";
    approval.since = At(0);
    EXPECT_TRUE(db().Write([&](Transaction& t) { return AddApproval(t, approval); }));
    return approval;
  }
  bool Answer(const std::string& id, const std::string& text, int due = 0) {
    return *db().Write<bool>([&](Transaction& t) { return AnswerApproval(t, id, text, At(1), At(due)); });
  }
  Approval Find(const std::string& instance, const std::string& node) {
    return **db().Read<std::optional<Approval>>([&](Transaction& t) { return FindApproval(t, instance, node); });
  }
  std::vector<std::string> Listed(const ApprovalFilter& filter = {}, std::string_view after = {}, int limit = 10) {
    std::vector<std::string> names;
    const auto open =
        db().Read<std::vector<Approval>>([&](Transaction& t) { return ListOpenApprovals(t, filter, after, limit); });
    for (const auto& approval : *open) names.push_back(approval.instance + "/" + approval.node);
    return names;
  }
};
WEFT_ON_BOTH_ENGINES(ApprovalsTest);

TEST_P(ApprovalsTest, TheFirstAnswerTakesIt) {
  const auto approval = Open("i", "review");
  EXPECT_EQ(Find("i", "review").status, "open");
  EXPECT_EQ(Find("i", "review").title, "\"Ship?\"");
  EXPECT_EQ(Find("i", "review").ns, "shop");
  EXPECT_EQ(Find("i", "review").workflow, "order");
  EXPECT_TRUE(Answer(approval.id, "{}"));
  EXPECT_FALSE(Answer(approval.id, "{\"second\":true}"));
  EXPECT_EQ(Find("i", "review").status, "answered");
  EXPECT_EQ(Find("i", "review").answer, "{}");
}

TEST_P(ApprovalsTest, AClosedWaitTakesNoAnswerAndAnAnsweredOneStaysAnswered) {
  const auto closed = Open("i", "a");
  const auto answered = Open("i", "b");
  EXPECT_TRUE(Answer(answered.id, "{}"));
  for (const auto* name : {"a#1", "b#1"})
    ASSERT_TRUE(db().Write([&](Transaction& t) { return CloseApprovals(t, "i", name); }));
  EXPECT_FALSE(Answer(closed.id, "{}"));
  EXPECT_EQ(Find("i", "a").status, "closed");
  EXPECT_EQ(Find("i", "b").status, "answered");
}

TEST_P(ApprovalsTest, OpeningTwiceIsOnceAndTheNextRunTakesOver) {
  const auto first = Open("i", "review");
  Open("i", "review");
  EXPECT_THAT(Listed(), ElementsAre("i/review"));
  const auto next = Open("i", "review", "r2");
  EXPECT_THAT(Listed(), ElementsAre("i/review"));
  EXPECT_EQ(Find("i", "review").id, next.id);
  EXPECT_FALSE(Answer(first.id, "{}"));
}

TEST_P(ApprovalsTest, ListsOpenOnesInPages) {
  Open("i", "a");
  const auto second = Open("j", "b");
  Open("k", "c");
  EXPECT_THAT(Listed({}, {}, 2), ElementsAre("i/a", "j/b"));
  EXPECT_THAT(Listed({}, second.id), ElementsAre("k/c"));
  EXPECT_THAT(Listed({.ns = {}, .instance = "j"}), ElementsAre("j/b"));
  EXPECT_THAT(Listed({.ns = "shop", .instance = {}}), ElementsAre("i/a", "j/b", "k/c"));
  EXPECT_THAT(Listed({.ns = "sho", .instance = {}}), IsEmpty());
}

TEST_P(ApprovalsTest, AnAnswerIsDueUntilItWasSent) {
  const auto approval = Open("i", "review");
  Answer(approval.id, "{}", 10);
  const auto claim = [&](int second) {
    return db().Write<std::vector<Approval>>([&](Transaction& t) { return ClaimAnswers(t, At(second), kLease, 9); });
  };
  EXPECT_TRUE(claim(9)->empty());
  ASSERT_EQ(claim(10)->size(), 1U);
  EXPECT_TRUE(claim(11)->empty());
  EXPECT_EQ(claim(40)->front().answer, "{}");
  ASSERT_TRUE(db().Write([&](Transaction& t) { return AnswerSent(t, approval.id); }));
  EXPECT_TRUE(claim(900)->empty());
  EXPECT_EQ(*db().Write<std::int64_t>([&](Transaction& t) { return DropApprovals(t, At(1), 9); }), 1);
}

class SlotsTest : public StoreTest {
 protected:
  const SlotScope scope{.ns = "shop", .workflow = "order", .key = "8841"};

  /// Queues up; who was handed a slot then.
  std::vector<std::string> Queue(const std::string& instance, int limit = 1, const std::string& run = "r") {
    return Granted([&](Transaction& t) {
      return QueueForSlot(t, scope, {.id = NewUlid(), .instance = instance, .run = run}, limit);
    });
  }
  std::vector<std::string> Leave(const std::string& instance, const std::string& run = {}) {
    return Granted([&](Transaction& t) { return LeaveSlot(t, scope, instance, run); });
  }
  std::vector<std::string> Granted(const std::function<Result<void>(Transaction&)>& change) {
    std::vector<std::string> names;
    const auto granted = db().Write<std::vector<Slot>>([&](Transaction& t) -> Result<std::vector<Slot>> {
      WEFT_TRY_VOID(LockSlots(t, scope));
      WEFT_TRY_VOID(change(t));
      return GrantSlots(t, scope);
    });
    for (const auto& slot : *granted) names.push_back(slot.instance);
    return names;
  }
  std::vector<std::string> Listed() {
    std::vector<std::string> names;
    const auto slots = db().Read<std::vector<Slot>>([&](Transaction& t) { return ListSlots(t, scope); });
    for (const auto& slot : *slots) names.push_back(slot.instance + (slot.held ? "+" : "-"));
    return names;
  }
};
WEFT_ON_BOTH_ENGINES(SlotsTest);

TEST_P(SlotsTest, HandsSlotsOutInTheOrderOfTheQueue) {
  EXPECT_THAT(Queue("a"), ElementsAre("a"));
  EXPECT_THAT(Queue("b"), IsEmpty());
  EXPECT_THAT(Queue("c"), IsEmpty());
  EXPECT_THAT(Queue("b"), IsEmpty());
  EXPECT_THAT(Listed(), ElementsAre("a+", "b-", "c-"));
  EXPECT_THAT(Leave("a"), ElementsAre("b"));
  EXPECT_THAT(Leave("a"), IsEmpty());
  EXPECT_THAT(Leave("b"), ElementsAre("c"));
}

TEST_P(SlotsTest, SeveralMayHoldOneAtATime) {
  EXPECT_THAT(Queue("a", 2), ElementsAre("a"));
  EXPECT_THAT(Queue("b", 2), ElementsAre("b"));
  EXPECT_THAT(Queue("c", 2), IsEmpty());
  EXPECT_THAT(Leave("b"), ElementsAre("c"));
}

TEST_P(SlotsTest, TheNextRunOfAnInstanceTakesItsSlotOver) {
  EXPECT_THAT(Queue("a", 1, "first"), ElementsAre("a"));
  EXPECT_THAT(Queue("a", 1, "second"), ElementsAre("a"));
  EXPECT_THAT(Leave("a", "first"), IsEmpty());
  EXPECT_THAT(Listed(), ElementsAre("a+"));
  const auto all = db().Read<std::vector<ScopedSlot>>([&](Transaction& t) { return ListAllSlots(t, "", 10); });
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ(all->front().scope.key, "8841");
  EXPECT_EQ(all->front().slot.run, "second");
}

}  // namespace
}  // namespace weft::store
