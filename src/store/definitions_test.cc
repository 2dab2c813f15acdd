#include "store/definitions.h"

#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "store/testing.h"

namespace weft::store {
namespace {

using testing::ElementsAre;

constexpr Timestamp kNoon{std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{12}};

Revision Orders(std::string digest) {
  return {.ns = "default",
          .name = "orders",
          .digest = std::move(digest),
          .normalised = R"({"nodes":{"b":{},"a":{}}})",
          .source = "weft: 1 # 注释\n",
          .title = "订单处理 Intake",
          .description = "what it is for",
          .labels = R"({"team":"ops"})",
          .created_by = "ann",
          .created_at = kNoon};
}

class DefinitionsTest : public StoreTest {
 protected:
  Deployed Add(const Revision& revision) {
    const auto added = db().Write<Deployed>([&](Transaction& t) { return AddRevision(t, revision); });
    EXPECT_TRUE(added) << added.error().message;
    return added.value_or(Deployed{});
  }
  std::optional<Revision> Latest(std::string_view name = "orders") {
    const auto found =
        db().Read<std::optional<Revision>>([&](Transaction& t) { return FindLatest(t, "default", name); });
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(std::nullopt);
  }
  bool Delete(std::string_view name = "orders") {
    const auto deleted = db().Write<bool>([&](Transaction& t) { return DeleteWorkflow(t, "default", name); });
    EXPECT_TRUE(deleted) << deleted.error().message;
    return deleted.value_or(false);
  }
  std::vector<std::string> Names(std::string_view after, int limit, std::string_view search = {}) {
    const auto rows =
        db().Read<std::vector<WorkflowRow>>([&](Transaction& t) { return ListWorkflows(t, after, limit, search); });
    EXPECT_TRUE(rows) << rows.error().message;
    std::vector<std::string> names;
    if (rows) {
      for (const auto& row : *rows) names.push_back(row.ns + '/' + row.name);
    }
    return names;
  }
};
WEFT_ON_BOTH_ENGINES(DefinitionsTest);

TEST_P(DefinitionsTest, KeepsARevisionAsItWasDeployed) {
  EXPECT_FALSE(Latest());
  const auto deployed = Add(Orders("d1"));
  EXPECT_EQ(deployed.revision, 1);
  EXPECT_TRUE(deployed.created);
  const auto latest = Latest();
  ASSERT_TRUE(latest);
  EXPECT_EQ(latest->revision, 1);
  EXPECT_EQ(latest->digest, "d1");
  EXPECT_EQ(latest->normalised, R"({"nodes":{"b":{},"a":{}}})");
  EXPECT_EQ(latest->source, "weft: 1 # 注释\n");
  EXPECT_EQ(latest->labels, R"({"team":"ops"})");
  EXPECT_EQ(latest->created_by, "ann");
  EXPECT_EQ(latest->created_at, kNoon);
}

TEST_P(DefinitionsTest, CountsRevisionsAndKeepsOldOnes) {
  Add(Orders("d1"));
  EXPECT_EQ(Add(Orders("d2")).revision, 2);
  EXPECT_EQ(Add(Orders("d1")).revision, 3);
  EXPECT_EQ(Latest()->digest, "d1");
  const auto revisions =
      db().Read<std::vector<Revision>>([](Transaction& t) { return ListRevisions(t, "default", "orders"); });
  ASSERT_TRUE(revisions);
  std::vector<std::string> digests;
  for (const auto& revision : *revisions) digests.push_back(revision.digest);
  EXPECT_THAT(digests, ElementsAre("d1", "d2", "d1"));
  EXPECT_EQ(revisions->front().normalised, "");
  const auto second =
      db().Read<std::optional<Revision>>([](Transaction& t) { return FindRevision(t, "default", "orders", 2); });
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->digest, "d2");
}

TEST_P(DefinitionsTest, BringsTitlesUpToDateWithoutARevision) {
  Add(Orders("d1"));
  auto retitled = Orders("d1");
  retitled.title = "Orders";
  retitled.source = "weft: 1\n";
  const auto again = Add(retitled);
  EXPECT_EQ(again.revision, 1);
  EXPECT_FALSE(again.created);
  EXPECT_EQ(Latest()->title, "Orders");
  EXPECT_EQ(Latest()->source, "weft: 1\n");
  EXPECT_THAT(Names("", 10, "intake"), ElementsAre());
}

TEST_P(DefinitionsTest, GoesOnCountingAfterADeletion) {
  Add(Orders("d1"));
  EXPECT_TRUE(Delete());
  EXPECT_FALSE(Delete());
  EXPECT_FALSE(Latest());
  EXPECT_THAT(Names("", 10), ElementsAre());
  const auto number = [&] {
    return db().Read<int>([](Transaction& t) { return FindLatestNumber(t, "default", "orders"); });
  };
  EXPECT_EQ(number(), 0);
  const auto first =
      db().Read<std::optional<Revision>>([](Transaction& t) { return FindRevision(t, "default", "orders", 1); });
  ASSERT_TRUE(first && *first);
  const auto back = Add(Orders("d1"));
  EXPECT_EQ(back.revision, 2);
  EXPECT_TRUE(back.created);
  EXPECT_EQ(number(), 2);
}

TEST_P(DefinitionsTest, PagesAndSearches) {
  for (const auto* name : {"b", "a-b", "ab", "c"}) {
    auto revision = Orders("d");
    revision.name = name;
    Add(revision);
  }
  auto elsewhere = Orders("d");
  elsewhere.ns = "team";
  elsewhere.name = "a";
  elsewhere.title = "100%";
  Add(elsewhere);
  EXPECT_THAT(Names("", 3), ElementsAre("default/a-b", "default/ab", "default/b"));
  EXPECT_THAT(Names("default/b", 3), ElementsAre("default/c", "team/a"));
  EXPECT_THAT(Names("team/a", 3), ElementsAre());
  EXPECT_THAT(Names("", 10, "订单处理 INTAKE"), ElementsAre("default/a-b", "default/ab", "default/b", "default/c"));
  EXPECT_THAT(Names("", 10, "0%"), ElementsAre("team/a"));
  EXPECT_THAT(Names("", 10, "_"), ElementsAre());
}

TEST_P(DefinitionsTest, GivesEachOfManyDeploysItsNumber) {
  std::vector<int> numbers(8);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      threads.emplace_back([&, i] { numbers[i] = Add(Orders("d" + std::to_string(i))).revision; });
    }
  }
  EXPECT_THAT(numbers, testing::UnorderedElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

}  // namespace
}  // namespace weft::store
