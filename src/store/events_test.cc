#include "store/events.h"

#include <gmock/gmock.h>

#include "base/id.h"
#include "store/event_deliveries.h"
#include "store/subscriptions.h"
#include "store/testing.h"

namespace weft::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr Duration kLease{60'000};

Timestamp At(int second) { return Timestamp(std::chrono::seconds(1'700'000'000 + second)); }

class EventsTest : public StoreTest {
 protected:
  /// Publishes an event with that CloudEvents id at that second; its row's id, empty for a duplicate.
  std::string Publish(const std::string& id, int second, std::optional<std::string> key = std::nullopt,
                      const std::string& source = "shop", const std::string& type = "paid") {
    const StoredEvent event{.id = NewUlid(),
                            .ns = "default",
                            .source = source,
                            .event_id = id,
                            .type = type,
                            .key = std::move(key),
                            .body = R"({"id":")" + id + "\"}",
                            .data_bytes = 10,
                            .received_at = At(second)};
    return *db().Write<std::string>([&](Transaction& t) -> Result<std::string> {
      WEFT_TRY_VOID(LockEventType(t, event.ns, event.type));
      WEFT_TRY(const bool added, AddEvent(t, event));
      if (!added) return std::string();
      WEFT_TRY_VOID(DeliverToWaiting(t, event.id, event.received_at));
      return event.id;
    });
  }

  Subscription Wait(const std::string& instance, int second, const std::string& name = "ev#1",
                    const std::string& taker = "ev") {
    return {.id = NewUlid(),
            .instance = instance,
            .run = "run-of-" + instance,
            .name = name,
            .ns = "default",
            .workflow = "order",
            .node = "ev",
            .taker = taker,
            .types = {"paid"},
            .source = {},
            .key = {},
            .match = {},
            .names = {},
            .created_at = At(second)};
  }

  /// False: it is there already.
  bool Subscribe(const Subscription& s, int since = 0) {
    return *db().Write<bool>([&](Transaction& t) -> Result<bool> {
      WEFT_TRY(const bool added, AddSubscription(t, s));
      if (added) WEFT_TRY_VOID(DeliverEarlierEvents(t, s, At(since), s.created_at));
      return added;
    });
  }

  void Unsubscribe(const std::string& instance, const std::string& name) {
    ASSERT_TRUE(db().Write([&](Transaction& t) { return CloseSubscriptions(t, instance, name, At(100)); }));
  }

  std::vector<EventDelivery> Claim(int second, int limit = 100) {
    return *db().Write<std::vector<EventDelivery>>(
        [&](Transaction& t) { return ClaimEventDeliveries(t, At(second), kLease, limit); });
  }
  /// `instance<-event` of each that is claimed.
  std::vector<std::string> Claimed(int second, int limit = 100) {
    std::vector<std::string> names;
    for (const auto& delivery : Claim(second, limit)) names.push_back(delivery.instance + "<-" + delivery.event);
    return names;
  }
  void MarkSent(const std::vector<EventDelivery>& deliveries) {
    ASSERT_TRUE(db().Write([&](Transaction& t) { return EventDeliveriesSent(t, deliveries); }));
  }
};
WEFT_ON_BOTH_ENGINES(EventsTest);

TEST_P(EventsTest, TakesAnEventOfOneSourceAndIdOnce) {
  const auto first = Publish("1", 1);
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(Publish("1", 2), "");
  EXPECT_FALSE(Publish("1", 3, std::nullopt, "another source").empty());
  const auto found = db().Read<std::vector<StoredEvent>>([&](Transaction& t) { return FindEvents(t, {first}); });
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().body, R"({"id":"1"})");
  EXPECT_EQ(found->front().key, std::nullopt);
}

TEST_P(EventsTest, GoesToAllWaitsOfItsTypeKeyAndSource) {
  auto any = Wait("any", 0);
  auto keyed = Wait("keyed", 0);
  keyed.key = "8841";
  auto other = Wait("other-key", 0);
  other.key = "1";
  auto sourced = Wait("sourced", 0);
  sourced.source = "shop";
  auto elsewhere = Wait("other-source", 0);
  elsewhere.source = "bank";
  auto typed = Wait("other-type", 0);
  typed.types = {"sent"};
  auto far = Wait("other-namespace", 0);
  far.ns = "far";
  auto several = Wait("several-types", 0);
  several.types = {"paid", "sent"};
  for (const auto& wait : {any, keyed, other, sourced, elsewhere, typed, far, several}) ASSERT_TRUE(Subscribe(wait));
  const auto event = Publish("1", 1, "8841");
  EXPECT_THAT(Claimed(1),
              UnorderedElementsAre("any<-" + event, "keyed<-" + event, "sourced<-" + event, "several-types<-" + event));
}

TEST_P(EventsTest, AnEventWithoutKeyGoesOnlyToWaitsWithoutKey) {
  auto keyed = Wait("keyed", 0);
  keyed.key = "";
  ASSERT_TRUE(Subscribe(keyed));
  ASSERT_TRUE(Subscribe(Wait("any", 0)));
  const auto event = Publish("1", 1);
  EXPECT_THAT(Claimed(1), ElementsAre("any<-" + event));
}

TEST_P(EventsTest, AWaitFindsWhatCameSinceItsRunStartedOldestFirst) {
  Publish("too early", 1);
  const auto first = Publish("a", 5);
  const auto second = Publish("b", 6);
  ASSERT_TRUE(Subscribe(Wait("i", 7), 5));
  EXPECT_THAT(Claimed(7), ElementsAre("i<-" + first, "i<-" + second));
}

TEST_P(EventsTest, ANodeIsNotSentAnEventAgainByItsNextWait) {
  ASSERT_TRUE(Subscribe(Wait("i", 0, "ev#1")));
  const auto first = Publish("a", 1);
  MarkSent(Claim(1));
  const auto unsent = Publish("b", 2);
  Unsubscribe("i", "ev#1");
  EXPECT_THAT(Claimed(3), IsEmpty());
  ASSERT_TRUE(Subscribe(Wait("i", 4, "loop/1/ev#1")));
  EXPECT_THAT(Claimed(4), ElementsAre("i<-" + unsent));
  ASSERT_TRUE(Subscribe(Wait("i", 5, "another#1", "another")));
  EXPECT_THAT(Claimed(500), ElementsAre("i<-" + first, "i<-" + unsent, "i<-" + unsent));
}

TEST_P(EventsTest, SubscribingTwiceIsOnceAndAClosedWaitStaysClosed) {
  EXPECT_TRUE(Subscribe(Wait("i", 0)));
  EXPECT_FALSE(Subscribe(Wait("i", 1)));
  Publish("a", 1);
  EXPECT_EQ(Claim(1).size(), 1U);
  Unsubscribe("i", "ev#1");
  EXPECT_FALSE(Subscribe(Wait("i", 2)));
  Publish("b", 3);
  EXPECT_THAT(Claimed(300), IsEmpty());
}

TEST_P(EventsTest, TheNextRunOfAnInstanceTakesTheWaitOver) {
  ASSERT_TRUE(Subscribe(Wait("i", 0)));
  auto again = Wait("i", 10);
  again.run = "next";
  ASSERT_TRUE(Subscribe(again, 10));
  Publish("a", 11);
  const auto claimed = Claim(11);
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed.front().subscription, again.id);
}

TEST_P(EventsTest, ADeliveryIsClaimedOnceUntilItsLeaseEnds) {
  ASSERT_TRUE(Subscribe(Wait("i", 0)));
  const auto event = Publish("a", 1);
  EXPECT_THAT(Claimed(1), ElementsAre("i<-" + event));
  EXPECT_THAT(Claimed(2), IsEmpty());
  const auto again = Claim(61);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again.front().attempts, 2);
  MarkSent(again);
  EXPECT_THAT(Claimed(200), IsEmpty());
}

TEST_P(EventsTest, NothingOvertakesWhatIsOnItsWayToTheSameInstance) {
  ASSERT_TRUE(Subscribe(Wait("slow", 0)));
  const auto first = Publish("a", 1);
  EXPECT_THAT(Claimed(1), ElementsAre("slow<-" + first));
  const auto second = Publish("b", 2);
  EXPECT_THAT(Claimed(2), IsEmpty());
  ASSERT_TRUE(Subscribe(Wait("free", 3), 2));
  EXPECT_THAT(Claimed(3), ElementsAre("free<-" + second));
  EXPECT_THAT(Claimed(61), ElementsAre("slow<-" + first, "slow<-" + second));
}

TEST_P(EventsTest, CountsWhatAWaitWasSent) {
  const auto wait = Wait("i", 0);
  ASSERT_TRUE(Subscribe(wait));
  Publish("a", 1);
  Publish("b", 1);
  MarkSent(Claim(1, 1));
  MarkSent(Claim(1, 1));
  Publish("c", 1);
  const auto sent =
      db().Read<std::vector<SentToSubscription>>([&](Transaction& t) { return CountSent(t, {wait.id, "none"}); });
  ASSERT_EQ(sent->size(), 1U);
  EXPECT_EQ(sent->front().events, 2);
  EXPECT_EQ(sent->front().data_bytes, 20);
}

TEST_P(EventsTest, APutOffDeliveryComesBackAndADroppedOneIsFoundByTheNodesNextWait) {
  ASSERT_TRUE(Subscribe(Wait("i", 0)));
  const auto event = Publish("a", 1);
  const auto claimed = Claim(1);
  ASSERT_TRUE(db().Write([&](Transaction& t) { return PutOffEventDeliveries(t, claimed, At(5), "away"); }));
  EXPECT_THAT(Claimed(4), IsEmpty());
  const auto again = Claim(5);
  ASSERT_EQ(again.size(), 1U);
  ASSERT_TRUE(db().Write([&](Transaction& t) { return DropEventDeliveries(t, again); }));
  EXPECT_THAT(Claimed(500), IsEmpty());
  ASSERT_TRUE(Subscribe(Wait("i", 6, "ev#2")));
  EXPECT_THAT(Claimed(6), ElementsAre("i<-" + event));
}

TEST_P(EventsTest, WhatTemporalRefusesIsNotTriedAgain) {
  ASSERT_TRUE(Subscribe(Wait("i", 0)));
  Publish("a", 1);
  const auto claimed = Claim(1);
  ASSERT_TRUE(db().Write([&](Transaction& t) { return EventDeliveryFailed(t, claimed.front(), "too long"); }));
  EXPECT_THAT(Claimed(500), IsEmpty());
}

TEST_P(EventsTest, ForgetsOldEventsButNotThoseStillToBeDelivered) {
  Publish("old", 1);
  ASSERT_TRUE(Subscribe(Wait("i", 2), 2));
  const auto due = Publish("due", 2);
  const auto young = Publish("young", 50, "k", "s", "other");
  const auto drop = [&] {
    return *db().Write<std::int64_t>([&](Transaction& t) { return DropEvents(t, At(10), 100); });
  };
  EXPECT_EQ(drop(), 1);
  MarkSent(Claim(3));
  EXPECT_EQ(drop(), 1);
  EXPECT_EQ(db().Read<std::vector<StoredEvent>>([&](Transaction& t) { return FindEvents(t, {due, young}); })->size(),
            1U);
  // Its name may come again once it is forgotten.
  EXPECT_FALSE(Publish("due", 60).empty());
}

TEST_P(EventsTest, ForgetsClosedWaits) {
  ASSERT_TRUE(Subscribe(Wait("open", 0)));
  ASSERT_TRUE(Subscribe(Wait("closed", 0)));
  Unsubscribe("closed", "ev#1");
  const auto dropped = db().Write<std::int64_t>([&](Transaction& t) { return DropSubscriptions(t, At(200), 10); });
  EXPECT_EQ(*dropped, 1);
  const auto open =
      db().Read<std::vector<Subscription>>([&](Transaction& t) { return ListOpenSubscriptions(t, "", 9); });
  ASSERT_EQ(open->size(), 1U);
  EXPECT_EQ(open->front().instance, "open");
}

}  // namespace
}  // namespace weft::store
