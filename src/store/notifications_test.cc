#include "store/notifications.h"

#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <thread>

#include "base/id.h"
#include "store/channels.h"
#include "store/testing.h"

namespace weft::store {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Timestamp kNow = FromMillis(1'800'000'000'000);

Notification Of(std::string subject, std::string channel, Timestamp due = kNow) {
  Notification n;
  n.id = NewUlid();
  n.subject = std::move(subject);
  n.channel = std::move(channel);
  n.event = "failed";
  n.ns = "default";
  n.workflow = "w";
  n.instance = "default.w.manual.1";
  n.content = "{}";
  n.due_at = due;
  n.created_at = n.updated_at = kNow;
  return n;
}

class ChannelsTest : public StoreTest {
 protected:
  const SealingKey key_ = NewSealingKey();
};
WEFT_ON_BOTH_ENGINES(ChannelsTest);

TEST_P(ChannelsTest, ComeBackAsTheyWereSavedAndAreSealedAtRest) {
  const Channel ops{.name = "ops",
                    .kind = "webhook",
                    .language = "zh",
                    .events = {"failed", "stuck"},
                    .config = R"({"secret":"s3cret"})",
                    .created_at = kNow,
                    .updated_at = kNow};
  const auto done = db().Write([&](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(SaveChannel(t, key_, ops));
    auto again = ops;
    again.kind = "slack";
    again.created_at = again.updated_at = kNow + 5s;
    WEFT_TRY_VOID(SaveChannel(t, key_, again));
    WEFT_TRY(const auto found, FindChannel(t, key_, "ops"));
    EXPECT_EQ(found->kind, "slack");
    EXPECT_EQ(found->config, ops.config);
    EXPECT_EQ(found->events, ops.events);
    EXPECT_EQ(found->created_at, kNow);
    EXPECT_EQ(found->updated_at, kNow + 5s);
    WEFT_TRY(const auto raw, t.Query("SELECT config FROM channels"));
    EXPECT_THAT(raw[0].Bytes(0), ::testing::Not(::testing::HasSubstr("s3cret")));
    EXPECT_EQ(FindChannel(t, NewSealingKey(), "ops").error().code, "secret");
    WEFT_TRY(const auto told, ChannelsToldOf(t, "stuck"));
    EXPECT_THAT(told, ElementsAre("ops"));
    WEFT_TRY(const auto others, ChannelsToldOf(t, "completed"));
    EXPECT_THAT(others, IsEmpty());
    WEFT_TRY(const bool deleted, DeleteChannel(t, "ops"));
    EXPECT_TRUE(deleted);
    WEFT_TRY(const bool twice, DeleteChannel(t, "ops"));
    EXPECT_FALSE(twice);
    WEFT_TRY(const auto gone, FindChannel(t, key_, "ops"));
    EXPECT_FALSE(gone);
    return {};
  });
  ASSERT_TRUE(done) << done.error().message;
}

class NotificationsTest : public StoreTest {
 protected:
  std::optional<Notification> Claim(Timestamp now, Duration lease = 60s) {
    const auto claimed =
        db().Write<std::optional<Notification>>([&](Transaction& t) { return ClaimNotification(t, now, lease); });
    EXPECT_TRUE(claimed) << claimed.error().message;
    return claimed.value_or(std::nullopt);
  }
  bool Add(const Notification& n) {
    const auto added = db().Write<bool>([&](Transaction& t) { return AddNotification(t, n); });
    EXPECT_TRUE(added) << added.error().message;
    return added.value_or(false);
  }
  bool Finish(const Notification& n, const NotificationOutcome& outcome, Timestamp now) {
    const auto finished = db().Write<bool>([&](Transaction& t) { return FinishNotification(t, n, outcome, now); });
    EXPECT_TRUE(finished) << finished.error().message;
    return finished.value_or(false);
  }
  std::vector<Notification> List(const NotificationFilter& filter, std::string_view before = {}, int limit = 10) {
    auto listed = db().Read<std::vector<Notification>>(
        [&](Transaction& t) { return ListNotifications(t, filter, before, limit); });
    EXPECT_TRUE(listed) << listed.error().message;
    return listed.value_or(std::vector<Notification>{});
  }
};
WEFT_ON_BOTH_ENGINES(NotificationsTest);

TEST_P(NotificationsTest, AChannelIsToldOfASubjectOnce) {
  EXPECT_TRUE(Add(Of("run.failed", "ops")));
  EXPECT_FALSE(Add(Of("run.failed", "ops")));
  EXPECT_TRUE(Add(Of("run.failed", "desk")));
  EXPECT_TRUE(Add(Of("run.recovered", "ops")));
}

TEST_P(NotificationsTest, AClaimedOneIsDueAgainOnlyWhenItsLeaseIsOver) {
  Add(Of("a", "ops", kNow));
  EXPECT_FALSE(Claim(kNow - 1ms));
  const auto first = Claim(kNow);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->attempts, 1);
  EXPECT_EQ(first->status, NotificationStatus::kSending);
  EXPECT_FALSE(Claim(kNow + 59s));
  const auto second = Claim(kNow + 60s);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->attempts, 2);
  // Whoever lost the lease has no say any more.
  EXPECT_FALSE(Finish(*first, {.status = NotificationStatus::kFailed}, kNow + 61s));
  EXPECT_TRUE(Finish(*second, {.status = NotificationStatus::kSent, .answer = "ok", .sent = "hello"}, kNow + 61s));
  EXPECT_FALSE(Claim(kNow + 24h));
  const auto log = List({});
  ASSERT_THAT(log, SizeIs(1));
  EXPECT_EQ(log[0].status, NotificationStatus::kSent);
  EXPECT_EQ(log[0].sent, "hello");
  EXPECT_EQ(log[0].updated_at, kNow + 61s);
  EXPECT_FALSE(log[0].due_at);
}

TEST_P(NotificationsTest, OneThatIsToBeSentAgainIsDueThen) {
  Add(Of("a", "ops"));
  const auto first = Claim(kNow);
  ASSERT_TRUE(first);
  Finish(*first, {.status = NotificationStatus::kPending, .due_at = kNow + 5s, .error = "busy"}, kNow);
  EXPECT_FALSE(Claim(kNow + 4s));
  const auto second = Claim(kNow + 5s);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->error, "busy");
}

TEST_P(NotificationsTest, EachGoesToOneOfSeveralServers) {
  constexpr int kMessages = 40;
  for (int i = 0; i < kMessages; ++i) Add(Of("run-" + std::to_string(i), "ops"));
  auto other = Database::Open({.url = url()});
  ASSERT_TRUE(other) << other.error().message;
  std::vector<std::string> ids[2];
  {
    std::vector<std::jthread> servers;
    for (int i = 0; i < 2; ++i) {
      servers.emplace_back([&, i] {
        auto& database = i == 0 ? db() : **other;
        while (true) {
          const auto claimed = database.Write<std::optional<Notification>>(
              [&](Transaction& t) { return ClaimNotification(t, kNow, 60s); });
          ASSERT_TRUE(claimed) << claimed.error().message;
          if (!*claimed) return;
          ids[i].push_back((*claimed)->id);
        }
      });
    }
  }
  std::multiset<std::string> all(ids[0].begin(), ids[0].end());
  all.insert(ids[1].begin(), ids[1].end());
  EXPECT_EQ(all.size(), kMessages);
  EXPECT_EQ(std::set<std::string>(all.begin(), all.end()).size(), kMessages);
}

TEST_P(NotificationsTest, TheLogIsFilteredAndPaged) {
  for (int i = 0; i < 5; ++i) Add(Of("run-" + std::to_string(i), i % 2 == 0 ? "ops" : "desk"));
  EXPECT_THAT(List({.channel = "ops"}), SizeIs(3));
  EXPECT_THAT(List({.channel = "desk", .status = "pending"}), SizeIs(2));
  EXPECT_THAT(List({.status = "sent"}), IsEmpty());
  EXPECT_THAT(List({.ns = "default", .workflow = "w", .instance = "default.w.manual.1"}), SizeIs(5));
  const auto first = List({}, {}, 2);
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].subject, "run-4");
  const auto second = List({}, first[1].id, 2);
  ASSERT_THAT(second, SizeIs(2));
  EXPECT_EQ(second[0].subject, "run-2");
}

TEST_P(NotificationsTest, OldOnesThatEndedAreDropped) {
  Add(Of("a", "ops"));
  Add(Of("b", "ops", kNow + 1h));
  Finish(*Claim(kNow), {.status = NotificationStatus::kSent}, kNow);
  const auto dropped = db().Write<std::int64_t>([&](Transaction& t) { return DropNotifications(t, kNow + 24h); });
  EXPECT_EQ(dropped.value_or(-1), 1);
  EXPECT_THAT(List({}), SizeIs(1));
}

TEST_P(NotificationsTest, ACompletionIsARecoveryOnceAfterAFailure) {
  const auto done = db().Write([&](Transaction& t) -> Result<void> {
    const auto recovered = [&](Timestamp at) { return MarkTriggerRecovered(t, "default", "w", "hook", at); };
    WEFT_TRY(const bool never_failed, recovered(kNow));
    EXPECT_FALSE(never_failed);
    WEFT_TRY_VOID(MarkTriggerFailing(t, "default", "w", "hook", kNow + 2s));
    WEFT_TRY_VOID(MarkTriggerFailing(t, "default", "w", "hook", kNow + 1s));
    WEFT_TRY(const bool before, recovered(kNow + 1s));
    EXPECT_FALSE(before);
    WEFT_TRY(const bool other, MarkTriggerRecovered(t, "default", "w", "manual", kNow + 3s));
    EXPECT_FALSE(other);
    WEFT_TRY(const bool first, recovered(kNow + 3s));
    EXPECT_TRUE(first);
    WEFT_TRY(const bool second, recovered(kNow + 4s));
    EXPECT_FALSE(second);
    return {};
  });
  ASSERT_TRUE(done) << done.error().message;
}

TEST_P(NotificationsTest, AScanBelongsToOneServerAtATime) {
  const auto take = [&](std::string_view holder, Timestamp now) {
    auto taken = db().Write<std::optional<Timestamp>>(
        [&](Transaction& t) { return TakeScan(t, "closed", holder, kNow, now, 10s); });
    EXPECT_TRUE(taken) << taken.error().message;
    return taken.value_or(std::nullopt);
  };
  EXPECT_EQ(take("a", kNow), kNow);
  EXPECT_EQ(take("b", kNow + 1s), std::nullopt);
  ASSERT_TRUE(db().Write([&](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(MoveScan(t, "closed", "b", kNow + 99s));
    return MoveScan(t, "closed", "a", kNow + 5s);
  }));
  EXPECT_EQ(take("a", kNow + 9s), kNow + 5s);
  EXPECT_EQ(take("b", kNow + 18s), std::nullopt);
  EXPECT_EQ(take("b", kNow + 19s), kNow + 5s);
}

}  // namespace
}  // namespace weft::store
