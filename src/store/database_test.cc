#include <gmock/gmock.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "store/dialect.h"
#include "store/testing.h"

namespace weft::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DialectTest, GivesEachEngineItsWords) {
  constexpr std::string_view kMigration = R"sql(
-- a comment; with a semicolon
CREATE TABLE t (id BIGINT PRIMARY KEY, body BLOB, name TEXT NOT NULL);
CREATE INDEX t_name ON t (name);
)sql";
  EXPECT_THAT(StatementsFor("sqlite", kMigration),
              ElementsAre("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB, name TEXT NOT NULL) STRICT",
                          "CREATE INDEX t_name ON t (name)"));
  EXPECT_THAT(StatementsFor("postgresql", kMigration),
              ElementsAre("CREATE TABLE t (id BIGINT PRIMARY KEY, body BYTEA, name TEXT COLLATE \"C\" NOT NULL)",
                          "CREATE INDEX t_name ON t (name)"));
}

TEST(DialectTest, LeavesLiteralsAlone) {
  EXPECT_EQ(WithDollarPlaceholders("a = ?1 AND b = '?1' AND c = ?12 AND d ? 'x'"),
            "a = $1 AND b = '?1' AND c = $12 AND d ? 'x'");
}

TEST(LikeTest, TakesSignsOfPatternsAsThemselves) { EXPECT_EQ(LikeContaining("50%_A\\"), "%50\\%\\_a\\\\%"); }

class DatabaseTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    if (HasFatalFailure()) return;
    const auto made = db().Write([&](Transaction& t) -> Result<void> {
      for (const auto& statement :
           StatementsFor(db().engine(), "CREATE TABLE things (id TEXT PRIMARY KEY, count BIGINT, body BLOB)")) {
        WEFT_TRY_VOID(t.Execute(statement));
      }
      return {};
    });
    ASSERT_TRUE(made) << made.error().message;
  }

  Result<void> Insert(const std::string& id, std::int64_t count) {
    return db().Write([&](Transaction& t) -> Result<void> {
      WEFT_TRY_VOID(t.Execute("INSERT INTO things (id, count) VALUES (?1, ?2)", {id, count}));
      return {};
    });
  }
  std::int64_t Count() {
    const auto count = db().Read<std::int64_t>([](Transaction& t) -> Result<std::int64_t> {
      WEFT_TRY(const auto rows, t.Query("SELECT COUNT(*) FROM things"));
      return rows.front().Int(0);
    });
    EXPECT_TRUE(count) << count.error().message;
    return count.value_or(-1);
  }
};
WEFT_ON_BOTH_ENGINES(DatabaseTest);

TEST_P(DatabaseTest, KeepsValuesOfEveryKind) {
  const std::string bytes("\0\xff'\\x\n", 6);
  const std::string text = "订单 'quoted' ?1 \\ \xf0\x9f\x8e\x89";
  const auto rows = db().Write<Rows>([&](Transaction& t) -> Result<Rows> {
    WEFT_TRY_VOID(t.Execute(
        "INSERT INTO things (id, count, body) VALUES (?1, ?2, ?3), (?4, ?5, ?6)",
        {text, std::int64_t{-9'007'199'254'740'993}, Blob{bytes}, std::string(), std::monostate(), std::monostate()}));
    return t.Query("SELECT id, count, body FROM things ORDER BY id DESC");
  });
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].Text(0), text);
  EXPECT_EQ((*rows)[0].Int(1), -9'007'199'254'740'993);
  EXPECT_EQ((*rows)[0].Bytes(2), bytes);
  EXPECT_EQ((*rows)[1].Text(0), "");
  EXPECT_FALSE((*rows)[1].IsNull(0));
  EXPECT_TRUE((*rows)[1].IsNull(1));
  EXPECT_EQ((*rows)[1].Int(1), 0);
  EXPECT_EQ((*rows)[1].Bytes(2), "");
}

TEST_P(DatabaseTest, ReadsAggregatesAndConditionsAsNumbers) {
  const auto rows = db().Write<Rows>([](Transaction& t) -> Result<Rows> {
    WEFT_TRY_VOID(t.Execute("INSERT INTO things (id, count) VALUES ('a', 2), ('b', 40)"));
    return t.Query(
        "SELECT SUM(count), MAX(count), COUNT(*), EXISTS (SELECT 1 FROM things WHERE count > ?1) FROM things",
        {std::int64_t{100}});
  });
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->front().Int(0), 42);
  EXPECT_EQ(rows->front().Int(1), 40);
  EXPECT_EQ(rows->front().Int(2), 2);
  EXPECT_FALSE(rows->front().Bool(3));
}

TEST_P(DatabaseTest, TellsHowManyRowsChanged) {
  const auto changed = db().Write<std::int64_t>([](Transaction& t) -> Result<std::int64_t> {
    WEFT_TRY_VOID(t.Execute("INSERT INTO things (id, count) VALUES ('a', 1), ('b', 2), ('c', 3)"));
    return t.Execute("UPDATE things SET count = count + ?1 WHERE count >= ?2", {std::int64_t{10}, std::int64_t{2}});
  });
  EXPECT_EQ(changed, 2);
}

TEST_P(DatabaseTest, ComparesTextByItsBytes) {
  const auto rows = db().Write<Rows>([](Transaction& t) -> Result<Rows> {
    WEFT_TRY_VOID(t.Execute("INSERT INTO things (id) VALUES ('b'), ('B'), ('a-c'), ('ab'), ('中')"));
    return t.Query("SELECT id FROM things ORDER BY id");
  });
  ASSERT_TRUE(rows) << rows.error().message;
  std::string order;
  for (const auto& row : *rows) order += row.Text(0) + ' ';
  EXPECT_EQ(order, "B a-c ab b 中 ");
}

TEST_P(DatabaseTest, RollsBackWhatFails) {
  const auto ran = db().Write([](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(t.Execute("INSERT INTO things (id) VALUES ('a')"));
    return Fail("conflict", "no");
  });
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, "conflict");
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, DoesNotCommitAfterAFailedStatementThatTheBodyIgnored) {
  const auto ran = db().Write([](Transaction& t) -> Result<void> {
    (void)t.Execute("INSERT INTO things (id) VALUES ('a')");
    (void)t.Execute("INSERT INTO things (id) VALUES ('a')");
    return {};
  });
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, "store.exists");
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, NamesADuplicate) {
  ASSERT_TRUE(Insert("secret-value", 1));
  const auto again = Insert("secret-value", 2);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "store.exists");
  EXPECT_THAT(again.error().message, testing::Not(HasSubstr("secret-value")));
  EXPECT_EQ(Count(), 1);
}

TEST_P(DatabaseTest, RefusesAWrongStatementAndGoesOn) {
  const auto ran = db().Read([](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(t.Query("SELECT nothing FROM nowhere"));
    return {};
  });
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, "internal");
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, RefusesToWriteInARead) {
  EXPECT_FALSE(db().Read([](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(t.Execute("INSERT INTO things (id) VALUES ('a')"));
    return {};
  }));
  EXPECT_EQ(Count(), 0);
}

TEST_P(DatabaseTest, AReadSeesOneMoment) {
  ASSERT_TRUE(Insert("a", 1));
  const auto ran = db().Read([&](Transaction& t) -> Result<void> {
    WEFT_TRY(const auto before, t.Query("SELECT COUNT(*) FROM things"));
    std::jthread([&] { EXPECT_TRUE(Insert("b", 1)); }).join();
    WEFT_TRY(const auto after, t.Query("SELECT COUNT(*) FROM things"));
    EXPECT_EQ(before.front().Int(0), after.front().Int(0));
    return {};
  });
  ASSERT_TRUE(ran) << ran.error().message;
  EXPECT_EQ(Count(), 2);
}

TEST_P(DatabaseTest, KeepsCountUnderALockOfSeveralServers) {
  ASSERT_TRUE(Insert("a", 0));
  auto other = Database::Open({.url = url()});
  ASSERT_TRUE(other) << other.error().message;
  constexpr int kThreads = 8, kTimes = 25;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        Database& database = thread % 2 == 0 ? db() : **other;
        for (int i = 0; i < kTimes; ++i) {
          const auto ran = database.Write([](Transaction& t) -> Result<void> {
            WEFT_TRY_VOID(t.Lock("things/a"));
            WEFT_TRY(const auto rows, t.Query("SELECT count FROM things WHERE id = 'a'"));
            WEFT_TRY_VOID(t.Execute("UPDATE things SET count = ?1 WHERE id = 'a'", {rows.front().Int(0) + 1}));
            return {};
          });
          EXPECT_TRUE(ran) << ran.error().message;
        }
      });
    }
  }
  const auto rows = db().Read<Rows>([](Transaction& t) { return t.Query("SELECT count FROM things"); });
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->front().Int(0), kThreads * kTimes);
}

// Writes of SQLite share commits: one that fails must not take the others with it.
TEST_P(DatabaseTest, FailsOnlyTheWritesThatFail) {
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 16; ++thread) {
      threads.emplace_back([&, thread] {
        for (int i = 0; i < 10; ++i) {
          const auto id = i % 2 == 0 ? "same" : std::to_string(thread) + '/' + std::to_string(i);
          if (!Insert(id, i)) ++failed;
        }
      });
    }
  }
  EXPECT_EQ(Count(), 16 * 5 + 1);
  EXPECT_EQ(failed, 16 * 5 - 1);
}

TEST_P(DatabaseTest, OpensAgainWhatItMigrated) {
  ASSERT_TRUE(Insert("a", 1));
  const auto again = Database::Open({.url = url()});
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(Count(), 1);
}

TEST_P(DatabaseTest, RefusesADatabaseOfANewerVersion) {
  ASSERT_TRUE(db().Write([](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(t.Execute("INSERT INTO schema_migrations (number, name, applied_at) VALUES (9999, 'later', 0)"));
    return {};
  }));
  const auto again = Database::Open({.url = url()});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "store.newer");
  EXPECT_THAT(again.error().message, HasSubstr("9999"));
}

}  // namespace
}  // namespace weft::store
