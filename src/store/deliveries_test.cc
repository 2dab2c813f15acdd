#include "store/deliveries.h"

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "base/id.h"
#include "store/testing.h"

namespace weft::store {
namespace {

using Status = DeliveryStatus;

constexpr Timestamp At(std::int64_t seconds) { return Timestamp(std::chrono::seconds(seconds)); }

class DeliveriesTest : public StoreTest {
 protected:
  static Delivery Hook(const std::string& dedupe = "", Timestamp received = At(100)) {
    Delivery d;
    d.id = NewUlid();
    d.kind = "webhook";
    d.ns = "default";
    d.workflow = "w";
    d.trigger = "hook";
    d.revision = 2;
    d.dedupe = dedupe;
    d.payload = R"({"body":{"n":12345678901234567890}})";
    d.key = "k";
    d.instance = "default.w.hook.k";
    d.received_at = received;
    d.due_at = received;
    return d;
  }
  /// The id of the earlier one, or empty.
  std::string Add(const Delivery& d) {
    const auto earlier = db().Write<std::optional<Delivery>>([&](auto& t) { return AddDelivery(t, d); });
    EXPECT_TRUE(earlier) << earlier.error().message;
    return earlier && *earlier ? (*earlier)->id : "";
  }
  std::vector<Delivery> Claim(Timestamp now, int limit = 10) {
    return db()
        .Write<std::vector<Delivery>>([&](auto& t) { return ClaimDeliveries(t, now, std::chrono::seconds(30), limit); })
        .value();
  }
  Delivery Find(const std::string& id) {
    return db().Read<std::optional<Delivery>>([&](auto& t) { return FindDelivery(t, id); }).value().value();
  }
  void Settle(Delivery d, Status status, Timestamp now = At(200), const Error& error = {}) {
    d.status = status;
    d.run_id = "run";
    d.error_code = error.code;
    d.error_message = error.message;
    ASSERT_TRUE(db().Write([&](auto& t) { return SettleDelivery(t, d, now); }));
  }
  std::vector<std::string> List(const DeliveryFilter& filter, const std::string& before = "", int limit = 10) {
    std::vector<std::string> ids;
    for (const auto& d :
         db().Read<std::vector<Delivery>>([&](auto& t) { return ListDeliveries(t, filter, before, limit); }).value())
      ids.push_back(d.id);
    return ids;
  }
};
WEFT_ON_BOTH_ENGINES(DeliveriesTest);

TEST_P(DeliveriesTest, KeepsAllOfADelivery) {
  const auto d = Hook("sender-1");
  EXPECT_EQ(Add(d), "");
  const auto found = Find(d.id);
  EXPECT_EQ(found.kind, "webhook");
  EXPECT_EQ(found.ns, "default");
  EXPECT_EQ(found.workflow, "w");
  EXPECT_EQ(found.trigger, "hook");
  EXPECT_EQ(found.revision, 2);
  EXPECT_EQ(found.dedupe, "sender-1");
  EXPECT_EQ(found.payload, d.payload);
  EXPECT_EQ(found.key, "k");
  EXPECT_EQ(found.input, "");
  EXPECT_EQ(found.instance, d.instance);
  EXPECT_EQ(found.status, Status::kPending);
  EXPECT_EQ(found.received_at, At(100));
  EXPECT_FALSE(found.settled_at);
}

TEST_P(DeliveriesTest, TheSameDeliveryOfATriggerIsStoredOnce) {
  const auto first = Hook("a");
  EXPECT_EQ(Add(first), "");
  EXPECT_EQ(Add(Hook("a")), first.id);
  EXPECT_EQ(Add(Hook("b")), "");
  EXPECT_EQ(Add(Hook()), "");
  EXPECT_EQ(Add(Hook()), "");
  auto of_another = Hook("a");
  of_another.trigger = "other";
  EXPECT_EQ(Add(of_another), "");
  Settle(first, Status::kStarted);
  EXPECT_EQ(Add(Hook("a")), first.id);
}

TEST_P(DeliveriesTest, OneThatFailedGivesWayToItsRepetition) {
  const auto first = Hook("a");
  EXPECT_EQ(Add(first), "");
  Settle(first, Status::kFailed, At(200), {"validation", "no"});
  EXPECT_EQ(Find(first.id).error_message, "no");
  EXPECT_EQ(Add(Hook("a")), "");
}

TEST_P(DeliveriesTest, IsClaimedByOneServerUntilItsLeaseEnds) {
  const auto d = Hook();
  Add(d);
  EXPECT_TRUE(Claim(At(99)).empty());
  const auto claimed = Claim(At(100));
  ASSERT_EQ(claimed.size(), 1U);
  EXPECT_EQ(claimed[0].id, d.id);
  EXPECT_EQ(claimed[0].attempts, 1);
  EXPECT_EQ(claimed[0].payload, d.payload);
  EXPECT_TRUE(Claim(At(129)).empty());
  EXPECT_EQ(Claim(At(130)).at(0).attempts, 2);
}

TEST_P(DeliveriesTest, TheLongestDueIsClaimedFirst) {
  const auto late = Hook("", At(60));
  const auto early = Hook("", At(50));
  Add(late);
  Add(early);
  EXPECT_EQ(Claim(At(100), 1).at(0).id, early.id);
  EXPECT_EQ(Claim(At(100), 1).at(0).id, late.id);
}

TEST_P(DeliveriesTest, WhatIsSettledIsNeverClaimedNorSettledAgain) {
  const auto d = Hook();
  Add(d);
  Settle(d, Status::kStarted);
  EXPECT_TRUE(Claim(At(1000)).empty());
  Settle(d, Status::kFailed, At(300), {"internal", "late"});
  const auto found = Find(d.id);
  EXPECT_EQ(found.status, Status::kStarted);
  EXPECT_EQ(found.run_id, "run");
  EXPECT_EQ(found.settled_at, At(200));
  EXPECT_EQ(found.error_code, "");
}

TEST_P(DeliveriesTest, OneThatWasPutOffIsDueThen) {
  const auto d = Hook();
  Add(d);
  Claim(At(100));
  ASSERT_TRUE(db().Write([&](auto& t) { return PutOffDelivery(t, d.id, {"temporal", "away"}, At(500)); }));
  EXPECT_EQ(Find(d.id).error_code, "temporal");
  const auto next = db().Read<std::optional<Timestamp>>([](auto& t) { return NextDelivery(t); });
  EXPECT_EQ(next.value(), At(500));
  EXPECT_TRUE(Claim(At(499)).empty());
  EXPECT_EQ(Claim(At(500)).size(), 1U);
}

TEST_P(DeliveriesTest, ServersThatClaimAtOnceShareThem) {
  for (int i = 0; i < 40; ++i) Add(Hook());
  std::mutex mutex;
  std::vector<std::string> ids;
  {
    std::vector<std::jthread> servers;
    for (int i = 0; i < 4; ++i) {
      servers.emplace_back([&] {
        for (auto claimed = Claim(At(100), 3); !claimed.empty(); claimed = Claim(At(100), 3)) {
          const std::scoped_lock lock(mutex);
          for (const auto& d : claimed) ids.push_back(d.id);
        }
      });
    }
  }
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size()) << "each goes to one";
  // A server that finds its choice taken looks again later.
  while (true) {
    const auto rest = Claim(At(100));
    if (rest.empty()) break;
    for (const auto& d : rest) ids.push_back(d.id);
  }
  EXPECT_EQ(ids.size(), 40U);
}

TEST_P(DeliveriesTest, TheSameDeliveryAtOnceOnSeveralServersIsStoredOnce) {
  std::atomic<int> stored{0};
  {
    std::vector<std::jthread> servers;
    for (int i = 0; i < 8; ++i) {
      servers.emplace_back([&] {
        if (Add(Hook("a")).empty()) ++stored;
      });
    }
  }
  EXPECT_EQ(stored, 1);
  EXPECT_EQ(List({}).size(), 1U);
}

TEST_P(DeliveriesTest, ARunWasAskedForWhenTheDeliveryThatStartedItCame) {
  const auto asked = [&](const std::string& instance, const std::string& run) {
    return db().Read<std::optional<Timestamp>>([&](auto& t) { return WhenAskedFor(t, instance, run); }).value();
  };
  const auto first = Hook("1", At(100)), joined = Hook("2", At(90)), other = Hook("3", At(80));
  Add(first);
  EXPECT_EQ(asked(first.instance, "run"), At(100));
  Settle(first, Status::kStarted);
  EXPECT_EQ(asked(first.instance, "run"), At(100));
  EXPECT_EQ(asked(first.instance, "another"), std::nullopt);
  EXPECT_EQ(asked("nobody", "run"), std::nullopt);
  for (const auto& [delivery, status] : {std::pair(joined, Status::kJoined), std::pair(other, Status::kFailed)}) {
    Add(delivery);
    Settle(delivery, status);
  }
  EXPECT_EQ(asked(first.instance, "run"), At(100));
  // No run waits for the event that started it.
  auto event = Hook("4", At(70));
  event.kind = "event";
  event.instance = "default.w.placed.k";
  Add(event);
  Settle(event, Status::kStarted);
  EXPECT_EQ(asked(event.instance, "run"), At(70) + std::chrono::milliseconds(1));
}

TEST_P(DeliveriesTest, AreListedNewestFirstInPagesAndByFilter) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    auto d = Hook();
    d.workflow = i % 2 == 0 ? "even" : "odd";
    ids.push_back(d.id);
    Add(d);
  }
  auto manual = Hook();
  manual.kind = "manual";
  manual.instance = "i";
  Add(manual);
  EXPECT_EQ(List({.ns = {}, .workflow = "even", .trigger = {}, .kind = {}, .status = {}, .instance = {}}),
            (std::vector<std::string>{ids[4], ids[2], ids[0]}));
  EXPECT_EQ(List({}, "", 2), (std::vector<std::string>{manual.id, ids[4]}));
  EXPECT_EQ(List({}, ids[4], 2), (std::vector<std::string>{ids[3], ids[2]}));
  EXPECT_EQ(
      List(
          {.ns = "default", .workflow = {}, .trigger = "hook", .kind = "manual", .status = "pending", .instance = "i"}),
      std::vector<std::string>{manual.id});
  EXPECT_TRUE(List({.ns = {}, .workflow = {}, .trigger = {}, .kind = {}, .status = "started", .instance = {}}).empty());
}

TEST_P(DeliveriesTest, OldOnesAreForgottenUnlessTheyStillWait) {
  const auto settled = Hook("a", At(10));
  const auto waiting = Hook("b", At(10));
  const auto young = Hook("c", At(100));
  for (const auto& d : {settled, waiting, young}) Add(d);
  Settle(settled, Status::kStarted);
  Settle(young, Status::kStarted);
  EXPECT_EQ(db().Write<std::int64_t>([](auto& t) { return DropDeliveries(t, At(50), 10); }).value(), 1);
  EXPECT_EQ(List({}).size(), 2U);
  EXPECT_EQ(Add(Hook("a")), "") << "after that time the same delivery is a new one";
}

}  // namespace
}  // namespace weft::store
