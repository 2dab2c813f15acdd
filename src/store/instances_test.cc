#include <gmock/gmock.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/id.h"
#include "store/archive.h"
#include "store/logs.h"
#include "store/testing.h"

namespace weft::store {
namespace {

using testing::ElementsAre;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12}};
constexpr std::chrono::hours kDay{24};

ArchivedInstance Closed(std::string id, std::string first_run, Timestamp started) {
  return {.id = std::move(id),
          .first_run = first_run,
          .last_run = "last-of-" + first_run,
          .ns = "default",
          .workflow = "orders",
          .revision = 3,
          .trigger_kind = "webhook",
          .trigger_id = "hook",
          .status = "failed",
          .started_at = started,
          .ended_at = started + std::chrono::minutes{5},
          .search = "订单处理 shell.exit",
          .document = R"({"id":"…","nodes":{}})"};
}

class ArchiveTest : public StoreTest {
 protected:
  void Archive(const ArchivedInstance& instance) {
    const auto done = db().Write([&](Transaction& t) { return ArchiveInstance(t, instance); });
    ASSERT_TRUE(done) << done.error().message;
  }
  void ArchivePart(const ArchivedRun& run, const std::string& history) {
    const auto done = db().Write([&](Transaction& t) { return ArchiveRun(t, run, history); });
    ASSERT_TRUE(done) << done.error().message;
  }
  std::optional<ArchivedInstance> Find(std::string_view id, std::string_view run = {}) {
    const auto found =
        db().Read<std::optional<ArchivedInstance>>([&](Transaction& t) { return FindArchived(t, id, run); });
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(std::nullopt);
  }
  std::vector<std::string> List(const ArchiveFilter& filter) {
    const auto found =
        db().Read<std::vector<ArchivedInstance>>([&](Transaction& t) { return ListArchived(t, filter); });
    EXPECT_TRUE(found) << found.error().message;
    std::vector<std::string> ids;
    if (found) {
      for (const auto& instance : *found) ids.push_back(instance.first_run);
    }
    return ids;
  }
  std::optional<std::string> History(std::string_view id, std::string_view run) {
    const auto history =
        db().Read<std::optional<std::string>>([&](Transaction& t) { return ReadArchivedHistory(t, id, run); });
    EXPECT_TRUE(history) << history.error().message;
    return history.value_or(std::nullopt);
  }
  std::int64_t DeleteBefore(Timestamp before, int limit = 100) {
    const auto gone = db().Write<std::int64_t>([&](Transaction& t) { return DeleteArchivedBefore(t, before, limit); });
    EXPECT_TRUE(gone) << gone.error().message;
    return gone.value_or(-1);
  }
};
WEFT_ON_BOTH_ENGINES(ArchiveTest);

TEST_P(ArchiveTest, CountsWhatEndedHourByHour) {
  const auto at = [&](const std::string& workflow, const std::string& status, Duration after, Duration took) {
    auto instance = Closed(workflow + status, NewUlid(), kNoon + after - took);
    instance.workflow = workflow;
    instance.status = status;
    instance.ended_at = kNoon + after;
    Archive(instance);
  };
  using std::chrono::hours;
  constexpr Duration kTick{1};
  at("orders", "completed", -kTick, Duration(1));        // before the span
  at("orders", "completed", hours(24), Duration(1));     // after it
  at("orders", "completed", Duration(0), Duration(10));  // its first and its last moment
  at("orders", "failed", hours(24) - kTick, Duration(5));
  at("orders", "timed_out", hours(23), Duration(5));
  at("orders", "terminated", hours(2), Duration(5));
  at("orders", "cancelled", hours(2), Duration(5));  // neither well nor badly
  for (int i = 1; i <= 20; ++i) at("many", "completed", hours(1), Duration(i));
  at("never-well", "failed", hours(1), Duration(1));
  auto test = Closed("tried", NewUlid(), kNoon);
  test.trigger_kind = "test";
  Archive(test);

  const auto stats = db().Read<std::vector<WorkflowStats>>([&](auto& t) { return ListStats(t, kNoon, 24); });
  ASSERT_TRUE(stats) << stats.error().message;
  ASSERT_EQ(stats->size(), 3U);
  const auto &many = stats->at(0), &never = stats->at(1), &orders = stats->at(2);
  EXPECT_EQ(many.workflow, "many");
  EXPECT_EQ(many.hours[1], (WorkflowStats::Hour{.completed = 20}));
  EXPECT_EQ(many.p95, Duration(19));
  EXPECT_EQ(never.workflow, "never-well");
  EXPECT_EQ(never.p95, std::nullopt);
  ASSERT_EQ(orders.hours.size(), 24U);
  EXPECT_EQ(orders.hours.front(), (WorkflowStats::Hour{.completed = 1}));
  EXPECT_EQ(orders.hours[2], (WorkflowStats::Hour{.failed = 1}));
  EXPECT_EQ(orders.hours.back(), (WorkflowStats::Hour{.failed = 2}));
  EXPECT_EQ(orders.hours[1], WorkflowStats::Hour{});
  EXPECT_EQ(orders.p95, Duration(10));
}

TEST_P(ArchiveTest, KeepsTheDocumentOfAClosedInstance) {
  Archive(Closed("default.orders.hook.1", "run-a", kNoon));
  auto again = Closed("default.orders.hook.1", "run-a", kNoon);
  again.status = "completed";
  Archive(again);
  const auto found = Find("default.orders.hook.1");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->status, "completed");
  EXPECT_EQ(found->document, again.document);
  EXPECT_EQ(found->revision, 3);
  EXPECT_EQ(found->ended_at, kNoon + std::chrono::minutes{5});
  EXPECT_FALSE(Find("default.orders.hook.2"));
}

TEST_P(ArchiveTest, TellsInstancesOfOneIdApart) {
  Archive(Closed("id", "11111111-aaaa", kNoon));
  Archive(Closed("id", "22222222-bbbb", kNoon + kDay));
  EXPECT_EQ(Find("id").value().first_run, "22222222-bbbb");
  EXPECT_EQ(Find("id", "111-aaaa").value().first_run, "11111111-aaaa");
  EXPECT_EQ(Find("id", "last-of-11111111-aaaa").value().first_run, "11111111-aaaa");
  EXPECT_FALSE(Find("id", "333-cccc"));
}

TEST_P(ArchiveTest, FiltersAndPages) {
  for (int i = 0; i < 5; ++i) {
    auto instance = Closed("id-" + std::to_string(i), "run-" + std::to_string(i), kNoon + (i / 2) * kDay);
    if (i == 1) instance.status = "completed";
    if (i == 2) instance.workflow = "other";
    Archive(instance);
  }
  EXPECT_THAT(List({}), ElementsAre("run-4", "run-3", "run-2", "run-1", "run-0"));
  ArchiveFilter page;
  page.limit = 2;
  EXPECT_THAT(List(page), ElementsAre("run-4", "run-3"));
  page.after_started = kNoon + kDay;
  page.after_run = "run-3";
  EXPECT_THAT(List(page), ElementsAre("run-2", "run-1"));
  ArchiveFilter filter;
  filter.workflow = "orders";
  filter.statuses = {"completed", "failed"};
  filter.started_from = kNoon;
  filter.started_before = kNoon + 2 * kDay;
  EXPECT_THAT(List(filter), ElementsAre("run-3", "run-1", "run-0"));
  filter.statuses = {"completed"};
  filter.ns = "default";
  filter.trigger_id = "hook";
  EXPECT_THAT(List(filter), ElementsAre("run-1"));
  ArchiveFilter search;
  search.search = "SHELL.exit";
  EXPECT_EQ(List(search).size(), 5U);
  search.search = "ID-3";
  EXPECT_THAT(List(search), ElementsAre("run-3"));
  search.search = "id_3";
  EXPECT_THAT(List(search), ElementsAre());
}

TEST_P(ArchiveTest, KeepsTheHistoriesOfAChain) {
  std::string large;
  for (unsigned i = 0; large.size() < 5'000'000; ++i) large += std::to_string(i * 2'654'435'761U) + '\0';
  ArchivePart({.id = "id", .first_run = "a", .run = "b", .part = 1, .events = 7, .ended_at = kNoon}, "second");
  ArchivePart({.id = "id", .first_run = "a", .run = "a", .part = 0, .events = 50'000, .ended_at = kNoon}, "not this");
  ArchivePart({.id = "id", .first_run = "a", .run = "a", .part = 0, .events = 50'000, .ended_at = kNoon}, large);
  const auto runs = db().Read<std::vector<ArchivedRun>>([](Transaction& t) { return ListArchivedRuns(t, "id", "a"); });
  ASSERT_EQ(runs->size(), 2U);
  EXPECT_EQ((*runs)[0].run, "a");
  EXPECT_EQ((*runs)[0].events, 50'000);
  EXPECT_EQ((*runs)[1].run, "b");
  EXPECT_EQ(History("id", "a"), large);
  EXPECT_EQ(History("id", "b"), "second");
  EXPECT_EQ(History("id", "c"), std::nullopt);
}

TEST_P(ArchiveTest, TwoServersMayArchiveTheSame) {
  {
    std::vector<std::jthread> servers;
    for (int i = 0; i < 4; ++i) {
      servers.emplace_back([&] {
        Archive(Closed("id", "a", kNoon));
        ArchivePart({.id = "id", .first_run = "a", .run = "a", .events = 1, .ended_at = kNoon},
                    std::string(3'000'000, 'h'));
      });
    }
  }
  EXPECT_EQ(History("id", "a"), std::string(3'000'000, 'h'));
}

TEST_P(ArchiveTest, ForgetsAfterItsTime) {
  Archive(Closed("old", "a", kNoon));
  ArchivePart({.id = "old", .first_run = "a", .run = "a", .ended_at = kNoon}, "history");
  Archive(Closed("long", "c", kNoon + 50 * kDay));
  ArchivePart({.id = "long", .first_run = "c", .run = "c", .ended_at = kNoon},
              "its first run ended long before it did");
  ArchivePart({.id = "running", .first_run = "d", .run = "d", .ended_at = kNoon}, "of a chain that goes on");
  EXPECT_EQ(DeleteBefore(kNoon), 0);
  EXPECT_EQ(DeleteBefore(kNoon + kDay), 3);
  EXPECT_EQ(DeleteBefore(kNoon + kDay), 0);
  EXPECT_FALSE(Find("old"));
  EXPECT_FALSE(History("old", "a"));
  EXPECT_FALSE(History("running", "d"));
  EXPECT_TRUE(Find("long"));
  EXPECT_TRUE(History("long", "c"));
}

class LogsTest : public StoreTest {
 protected:
  void Append(std::vector<LogChunk> chunks, Timestamp now = kNoon) {
    const auto appended = db().Write([&](Transaction& t) { return AppendLogs(t, "id", chunks, now); });
    ASSERT_TRUE(appended) << appended.error().message;
  }
  std::vector<LogChunk> Read(const LogFilter& filter = {}) {
    const auto chunks = db().Read<std::vector<LogChunk>>([&](Transaction& t) { return ReadLogs(t, "id", filter); });
    EXPECT_TRUE(chunks) << chunks.error().message;
    return chunks.value_or(std::vector<LogChunk>());
  }
  std::vector<std::string> Texts(const LogFilter& filter = {}) {
    std::vector<std::string> texts;
    for (const auto& chunk : Read(filter)) texts.push_back(chunk.text);
    return texts;
  }
  static LogChunk Said(std::string text, std::string path = "ship", std::string run = "a") {
    return {.run = std::move(run),
            .path = std::move(path),
            .attempt = 2,
            .stream = "stdout",
            .text = std::move(text),
            .at = kNoon};
  }
};
WEFT_ON_BOTH_ENGINES(LogsTest);

TEST_P(LogsTest, GivesBackWhatNodesWrote) {
  Append({Said("one\ntwo"), Said("elsewhere", "each/7/pack")});
  Append({Said("three", "ship", "b")});
  const auto all = Read();
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].text, "one\ntwo");
  EXPECT_EQ(all[0].path, "ship");
  EXPECT_EQ(all[0].attempt, 2);
  EXPECT_EQ(all[0].stream, "stdout");
  EXPECT_EQ(all[0].run, "a");
  EXPECT_EQ(all[0].at, kNoon);
  EXPECT_THAT(Texts({.runs = {}, .path = "ship"}), ElementsAre("one\ntwo", "three"));
  EXPECT_THAT(Texts({.runs = {"a", "c"}, .path = {}}), ElementsAre("one\ntwo", "elsewhere"));
  EXPECT_THAT(Texts({.runs = {"a", "b"}, .path = "ship", .after = all[0].sequence}), ElementsAre("three"));
  EXPECT_THAT(Texts({.runs = {}, .path = {}, .after = all[0].sequence, .limit = 1}), ElementsAre("elsewhere"));
}

TEST_P(LogsTest, StoresWhatComesAgainOnce) {
  auto first = Said("one");
  first.id = "c1";
  auto second = Said("two");
  second.id = "c2";
  Append({first});
  Append({first, second});
  Append({Said("unnamed"), Said("unnamed"), second});
  EXPECT_THAT(Texts(), ElementsAre("one", "two", "unnamed", "unnamed"));
  auto elsewhere = first;
  ASSERT_TRUE(db().Write([&](Transaction& t) { return AppendLogs(t, "other", {elsewhere}, kNoon); }));
  const auto others = db().Read<std::vector<LogChunk>>([](Transaction& t) { return ReadLogs(t, "other", {}); });
  EXPECT_EQ(others->size(), 1U) << "each instance has names of its own";
}

TEST_P(LogsTest, KeepsTheEndOfALongLog) {
  const auto piece = static_cast<std::size_t>(kMostLogBytesOfNode / 4);
  Append({Said("other", "other")});
  for (const char c : {'a', 'b', 'c', 'd', 'e'}) Append({Said(std::string(piece, c))});
  std::string left;
  for (const auto& text : Texts({.runs = {}, .path = "ship"})) left += text.front();
  EXPECT_EQ(left, "bcde");
  EXPECT_THAT(Texts({.runs = {}, .path = "other"}), ElementsAre("other"));
}

TEST_P(LogsTest, AReaderMissesNothing) {
  constexpr int kWriters = 4, kTimes = 20;
  std::vector<std::string> seen;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < kWriters; ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; i < kTimes; ++i) Append({Said(std::to_string(writer) + '/' + std::to_string(i))});
      });
    }
    LogFilter filter;
    while (seen.size() < kWriters * kTimes) {
      for (const auto& chunk : Read(filter)) {
        seen.push_back(chunk.text);
        filter.after = chunk.sequence;
      }
      if (HasFailure()) break;
    }
  }
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::unique(seen).size(), 0U);
}

TEST_P(LogsTest, ForgetsAfterItsTime) {
  Append({Said("old"), Said("old too")}, kNoon);
  Append({Said("new")}, kNoon + kDay);
  const auto remove = [&](int limit) {
    return db().Write<std::int64_t>([&](Transaction& t) { return DeleteLogsBefore(t, kNoon + kDay, limit); });
  };
  EXPECT_EQ(remove(1), 1);
  EXPECT_EQ(remove(10), 1);
  EXPECT_EQ(remove(10), 0);
  EXPECT_THAT(Texts(), ElementsAre("new"));
}

}  // namespace
}  // namespace weft::store
