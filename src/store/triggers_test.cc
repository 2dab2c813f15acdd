#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "store/event_triggers.h"
#include "store/schedules.h"
#include "store/testing.h"
#include "store/trigger_states.h"
#include "store/webhook_paths.h"

namespace weft::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12}};
constexpr std::chrono::seconds kLease{30};

class TriggersTest : public StoreTest {
 protected:
  Result<void> SetPaths(const std::string& name, const std::vector<std::string>& paths, const char* method = "POST") {
    return db().Write([&](Transaction& t) {
      std::vector<WebhookPath> wanted;
      for (const auto& path : paths) {
        wanted.push_back({.ns = {}, .path = path, .method = method, .name = {}, .trigger_id = "hook"});
      }
      return ReplaceWebhookPaths(t, "default", name, wanted);
    });
  }
  std::vector<std::string> OwnersOf(std::string_view path) {
    const auto found =
        db().Read<std::vector<WebhookPath>>([&](Transaction& t) { return FindWebhookPaths(t, "default", path); });
    EXPECT_TRUE(found) << found.error().message;
    std::vector<std::string> owners;
    if (found) {
      for (const auto& one : *found) owners.push_back(one.method + ' ' + one.name + '.' + one.trigger_id);
    }
    return owners;
  }
  void SetSchedules(const std::vector<Schedule>& schedules) {
    const auto set = db().Write([&](Transaction& t) -> Result<void> {
      std::vector<TriggerState> first;
      for (const auto& schedule : schedules) {
        first.push_back({.id = schedule.trigger_id, .paused = false, .note = {}, .changed_by = {}});
      }
      WEFT_TRY_VOID(ReplaceTriggerStates(t, "default", "orders", first));
      return ReplaceSchedules(t, "default", "orders", schedules);
    });
    ASSERT_TRUE(set) << set.error().message;
  }
  static Schedule Nightly(int revision, std::string spec) {
    return {.ns = {},
            .name = {},
            .trigger_id = "nightly",
            .revision = revision,
            .spec = std::move(spec),
            .note = {},
            .error = {}};
  }
  std::vector<Schedule> Claim(Timestamp now = kNoon) {
    const auto claimed =
        db().Write<std::vector<Schedule>>([&](Transaction& t) { return ClaimSchedules(t, now, kLease, 10); });
    EXPECT_TRUE(claimed) << claimed.error().message;
    return claimed.value_or(std::vector<Schedule>());
  }
  void Applied(const Schedule& schedule) {
    const auto applied = db().Write([&](Transaction& t) { return ScheduleApplied(t, schedule); });
    ASSERT_TRUE(applied) << applied.error().message;
  }
  void Pause(std::string_view note) {
    const auto set = db().Write<bool>([&](Transaction& t) {
      return SetTriggerState(
          t, "default", "orders",
          {.id = "nightly", .paused = true, .note = std::string(note), .changed_by = "ann", .changed_at = kNoon});
    });
    ASSERT_TRUE(set) << set.error().message;
    ASSERT_TRUE(*set);
  }
};
WEFT_ON_BOTH_ENGINES(TriggersTest);

TEST_P(TriggersTest, OnePathBelongsToOneWorkflow) {
  ASSERT_TRUE(SetPaths("orders", {"orders", "orders/new"}));
  const auto refused = SetPaths("other", {"own", "orders"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "conflict");
  EXPECT_THAT(refused.error().message, HasSubstr("POST /hooks/default/orders belongs to the workflow `orders`"));
  EXPECT_THAT(OwnersOf("own"), ElementsAre());
  ASSERT_TRUE(SetPaths("other", {"orders"}, "PUT"));
  EXPECT_THAT(OwnersOf("orders"), ElementsAre("POST orders.hook", "PUT other.hook"));
  ASSERT_TRUE(SetPaths("orders", {"orders/new"}));
  EXPECT_THAT(OwnersOf("orders"), ElementsAre("PUT other.hook"));
  ASSERT_TRUE(SetPaths("other", {"orders", "orders/new2"}));
  ASSERT_TRUE(SetPaths("orders", {}));
  EXPECT_THAT(OwnersOf("orders/new"), ElementsAre());
}

TEST_P(TriggersTest, OnePathBelongsToOneTrigger) {
  const auto refused = SetPaths("orders", {"orders", "orders"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("two triggers of this workflow"));
}

TEST_P(TriggersTest, FindsTheTriggersOfAnEvent) {
  const auto set = [&](std::string_view name, std::vector<EventTrigger> triggers) {
    ASSERT_TRUE(db().Write([&](Transaction& t) { return ReplaceEventTriggers(t, "default", name, triggers); }));
  };
  set("b", {{.ns = {}, .type = "placed", .source = "", .name = {}, .trigger_id = "any"},
            {.ns = {}, .type = "paid", .source = "", .name = {}, .trigger_id = "paid"}});
  set("a", {{.ns = {}, .type = "placed", .source = "shop", .name = {}, .trigger_id = "shop"}});
  const auto found = [&](std::string_view source) {
    const auto triggers = db().Read<std::vector<EventTrigger>>(
        [&](Transaction& t) { return FindEventTriggers(t, "default", "placed", source); });
    EXPECT_TRUE(triggers) << triggers.error().message;
    std::vector<std::string> ids;
    if (triggers) {
      for (const auto& trigger : *triggers) ids.push_back(trigger.name + '.' + trigger.trigger_id);
    }
    return ids;
  };
  EXPECT_THAT(found("shop"), ElementsAre("a.shop", "b.any"));
  EXPECT_THAT(found("elsewhere"), ElementsAre("b.any"));
  set("b", {});
  EXPECT_THAT(found("elsewhere"), ElementsAre());
}

TEST_P(TriggersTest, KeepsAPersonsPauseAcrossDeploys) {
  SetSchedules({Nightly(1, "{}")});
  Pause("stock-taking");
  SetSchedules({Nightly(2, "{}")});
  const auto state = db().Read<std::optional<TriggerState>>(
      [](Transaction& t) { return FindTriggerState(t, "default", "orders", "nightly"); });
  ASSERT_TRUE(state && *state);
  EXPECT_TRUE((*state)->paused);
  EXPECT_EQ((*state)->note, "stock-taking");
  EXPECT_EQ((*state)->changed_by, "ann");
  const auto claimed = Claim();
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_TRUE(claimed[0].paused);
  EXPECT_EQ(claimed[0].note, "stock-taking");
  EXPECT_EQ(claimed[0].revision, 2);
}

TEST_P(TriggersTest, ForgetsTheStateOfATriggerThatIsGone) {
  SetSchedules({Nightly(1, "{}")});
  Pause("");
  SetSchedules({});
  const auto unknown = db().Write<bool>([](Transaction& t) {
    return SetTriggerState(t, "default", "orders", {.id = "nightly", .paused = false, .note = {}, .changed_by = {}});
  });
  EXPECT_EQ(unknown, false);
  SetSchedules({Nightly(2, "{}")});
  const auto states =
      db().Read<std::vector<TriggerState>>([](Transaction& t) { return ListTriggerStates(t, "default", "orders"); });
  ASSERT_TRUE(states);
  ASSERT_EQ(states->size(), 1U);
  EXPECT_FALSE(states->front().paused);
}

TEST_P(TriggersTest, ASchedulesChangeIsDueUntilItIsApplied) {
  SetSchedules({Nightly(1, "{}")});
  auto claimed = Claim();
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].name, "orders");
  EXPECT_EQ(Claim().size(), 0U) << "claimed by another";
  EXPECT_EQ(Claim(kNoon + kLease).size(), 1U) << "whoever claimed it is gone";
  Applied(claimed[0]);
  EXPECT_EQ(Claim(kNoon + 2 * kLease).size(), 0U);
  SetSchedules({Nightly(1, "{}")});
  EXPECT_EQ(Claim(kNoon + 2 * kLease).size(), 0U) << "nothing changed";
  SetSchedules({Nightly(1, "{\"cron\":1}")});
  EXPECT_EQ(Claim().size(), 1U);
}

TEST_P(TriggersTest, AChangeWhileItIsAppliedStaysDue) {
  SetSchedules({Nightly(1, "{}")});
  const auto claimed = Claim();
  ASSERT_EQ(claimed.size(), 1U);
  Pause("");
  Applied(claimed[0]);
  const auto again = Claim();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_TRUE(again[0].paused);
}

TEST_P(TriggersTest, ARemovedScheduleIsKeptUntilTemporalHasLostIt) {
  SetSchedules({Nightly(1, "{}")});
  Applied(Claim().at(0));
  SetSchedules({});
  const auto listed =
      db().Read<std::vector<Schedule>>([](Transaction& t) { return ListSchedules(t, "default", "orders"); });
  EXPECT_THAT(*listed, ElementsAre());
  const auto claimed = Claim();
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_TRUE(claimed[0].removed);
  EXPECT_FALSE(claimed[0].paused);
  // Deployed again before it was removed there: it must not be lost.
  SetSchedules({Nightly(2, "{}")});
  Applied(claimed[0]);
  const auto back = Claim();
  ASSERT_EQ(back.size(), 1U);
  EXPECT_FALSE(back[0].removed);
  SetSchedules({});
  Applied(Claim().at(0));
  EXPECT_EQ(Claim(kNoon + 2 * kLease).size(), 0U);
}

TEST_P(TriggersTest, AFailedScheduleWaitsForItsTime) {
  SetSchedules({Nightly(1, "{}")});
  const auto claimed = Claim();
  ASSERT_TRUE(db().Write([&](Transaction& t) {
    return ScheduleFailed(t, claimed.at(0), "Temporal is away", kNoon + std::chrono::minutes{5});
  }));
  EXPECT_EQ(Claim(kNoon + kLease).size(), 0U);
  const auto again = Claim(kNoon + std::chrono::minutes{5});
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].attempts, 1);
  EXPECT_EQ(again[0].error, "Temporal is away");
  Applied(again[0]);
  ASSERT_TRUE(db().Write([](Transaction& t) { return ReapplySchedules(t); }));
  const auto reapplied = Claim();
  ASSERT_EQ(reapplied.size(), 1U);
  EXPECT_EQ(reapplied[0].attempts, 0);
}

}  // namespace
}  // namespace weft::store
