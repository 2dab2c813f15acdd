// The store when its engine fails: PostgreSQL killed, disks full, other processes on the same file.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "store/dialect.h"
#include "store/testing.h"

namespace weft::store {
namespace {

using testing::HasSubstr;
using testing::Not;

Result<void> MakeThings(Database& database) {
  return database.Write([&](Transaction& t) -> Result<void> {
    for (const auto& statement :
         StatementsFor(database.engine(), "CREATE TABLE things (id TEXT PRIMARY KEY, body TEXT NOT NULL)")) {
      WEFT_TRY_VOID(t.Execute(statement));
    }
    return {};
  });
}

Result<void> Insert(Transaction& t, const std::string& id, std::string body = "x") {
  WEFT_TRY_VOID(t.Execute("INSERT INTO things (id, body) VALUES (?1, ?2)", {id, std::move(body)}));
  return {};
}

std::set<std::string> Ids(Database& database) {
  std::set<std::string> ids;
  const auto rows = database.Read<Rows>([](Transaction& t) { return t.Query("SELECT id FROM things"); });
  EXPECT_TRUE(rows) << rows.error().message;
  if (rows) {
    for (const auto& row : *rows) ids.insert(row.Text(0));
  }
  return ids;
}

class PostgresFaultTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto started = PostgresServer::Start();
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
  }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    ASSERT_NE(server_, nullptr);
    const auto url = server_->CreateDatabase();
    ASSERT_TRUE(url) << url.error().message;
    auto opened = Database::Open({.url = *url});
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = *std::move(opened);
    const auto made = MakeThings(*database_);
    ASSERT_TRUE(made) << made.error().message;
  }

  static inline std::unique_ptr<PostgresServer> server_;  // for one test at a time
  std::unique_ptr<Database> database_;
};

TEST_F(PostgresFaultTest, KilledInATransactionItIsUnavailableAndNothingOfItStays) {
  int runs = 0;
  const auto ran = database_->Write([&](Transaction& t) -> Result<void> {
    ++runs;
    WEFT_TRY_VOID(Insert(t, "first"));
    server_->Kill();
    return Insert(t, "second");
  });
  ASSERT_FALSE(ran);
  EXPECT_EQ(ran.error().code, "store.unavailable");
  EXPECT_EQ(runs, 1);
  ASSERT_TRUE(server_->Restart());
  EXPECT_EQ(Ids(*database_).size(), 0U);
  EXPECT_TRUE(database_->Write([](Transaction& t) { return Insert(t, "third"); }));
}

TEST_F(PostgresFaultTest, KilledInATransactionAndBackTheTransactionIsRunAgain) {
  int runs = 0;
  const auto ran = database_->Write([&](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(Insert(t, "first"));
    if (++runs == 1) {
      server_->Kill();
      WEFT_TRY_VOID(server_->Restart());
    }
    return Insert(t, "second");
  });
  ASSERT_TRUE(ran) << ran.error().message;
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Ids(*database_), (std::set<std::string>{"first", "second"}));
}

TEST_F(PostgresFaultTest, ARestartBetweenTransactionsIsNotNoticed) {
  // All connections of the pool are in use once.
  {
    std::latch all(4);
    std::vector<std::jthread> readers;
    for (int i = 0; i < 4; ++i) {
      readers.emplace_back([&] {
        EXPECT_TRUE(database_->Read([&](Transaction& t) -> Result<void> {
          WEFT_TRY_VOID(t.Query("SELECT 1"));
          all.arrive_and_wait();
          return {};
        }));
      });
    }
  }
  server_->Kill();
  ASSERT_TRUE(server_->Restart());
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(database_->Write([&](Transaction& t) { return Insert(t, std::to_string(i)); })) << i;
  }
}

TEST_F(PostgresFaultTest, WhatWasAcknowledgedOutlivesAKill) {
  std::atomic<bool> end = false;
  std::atomic<int> acknowledged = 0;
  std::vector<std::set<std::string>> kept(4);
  {
    std::vector<std::jthread> writers;
    for (std::size_t writer = 0; writer < kept.size(); ++writer) {
      writers.emplace_back([&, writer] {
        for (int i = 0; !end; ++i) {
          const auto id = std::to_string(writer) + '/' + std::to_string(i);
          if (database_->Write([&](Transaction& t) { return Insert(t, id); })) {
            kept[writer].insert(id);
            ++acknowledged;
          }
        }
      });
    }
    for (int times = 1; times <= 2; ++times) {
      const int before = acknowledged;
      while (acknowledged < before + 50) std::this_thread::yield();
      server_->Kill();
      EXPECT_TRUE(server_->Restart());
    }
    const int before = acknowledged;
    while (acknowledged < before + 50) std::this_thread::yield();
    end = true;
  }
  const auto ids = Ids(*database_);
  for (const auto& own : kept) {
    for (const auto& id : own) EXPECT_TRUE(ids.contains(id)) << id;
  }
}

TEST_F(PostgresFaultTest, ADeadlockEndsWithBothDone) {
  std::latch both(2);
  const auto lock = [&](const std::string& first, const std::string& second) {
    int runs = 0;
    const auto ran = database_->Write([&](Transaction& t) -> Result<void> {
      WEFT_TRY_VOID(t.Lock(first));
      if (++runs == 1) both.arrive_and_wait();
      WEFT_TRY_VOID(t.Lock(second));
      return Insert(t, first);
    });
    EXPECT_TRUE(ran) << ran.error().message;
  };
  {
    const std::jthread one([&] { lock("a", "b"); }), other([&] { lock("b", "a"); });
  }
  EXPECT_EQ(Ids(*database_), (std::set<std::string>{"a", "b"}));
}

TEST(PostgresAddressTest, NeverShowsThePassword) {
  for (const auto* url : {"postgresql://weft:s3cret@127.0.0.1:1/weft", "postgresql://weft:s3cret@127.0.0.1:port/weft",
                          "postgresql://weft:s3cret@[::1/weft", "postgresql://weft:s3cret%zz@127.0.0.1:1/weft"}) {
    const auto opened = Database::Open({.url = url});
    ASSERT_FALSE(opened) << url;
    EXPECT_THAT(opened.error().message, Not(HasSubstr("s3cret"))) << url;
  }
  const auto unreachable = Database::Open({.url = "postgresql://weft:s3cret@127.0.0.1:1/orders"});
  EXPECT_EQ(unreachable.error().code, "store.unavailable");
  EXPECT_THAT(unreachable.error().message, HasSubstr("127.0.0.1:1/orders"));
}

class SqliteFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "weft-fault-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::string Path() const { return (directory_ / "weft.db").string(); }
  std::unique_ptr<Database> Open() const {
    auto opened = Database::Open({.url = Path()});
    EXPECT_TRUE(opened) << opened.error().message;
    return opened ? *std::move(opened) : nullptr;
  }
  static void SetMostPages(Database& database, int pages) {
    ASSERT_TRUE(database.Write([&](Transaction& t) -> Result<void> {
      WEFT_TRY_VOID(t.Query("PRAGMA max_page_count = " + std::to_string(pages)));
      return {};
    }));
  }

  std::filesystem::path directory_;
};

TEST_F(SqliteFaultTest, AFullDiskLosesNothingAndPasses) {
  const auto database = Open();
  ASSERT_TRUE(MakeThings(*database));
  SetMostPages(*database, 1);  // as many as there are
  const auto big = [&] {
    return database->Write([](Transaction& t) { return Insert(t, "big", std::string(1'000'000, 'x')); });
  };
  const auto full = big();
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, "store.full");
  EXPECT_TRUE(database->Write([](Transaction& t) { return Insert(t, "small"); }));
  EXPECT_EQ(Ids(*database), (std::set<std::string>{"small"}));
  SetMostPages(*database, 1'000'000);
  EXPECT_TRUE(big());
}

// Writes that wait share a commit: one that does not fit must not take the others with it.
TEST_F(SqliteFaultTest, AFullDiskFailsOnlyWhatDoesNotFit) {
  const auto database = Open();
  ASSERT_TRUE(MakeThings(*database));
  SetMostPages(*database, 1);
  std::atomic<int> failed = 0;
  {
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 8; ++writer) {
      writers.emplace_back([&, writer] {
        const auto size = writer % 2 == 0 ? 1U : 1'000'000U;
        const auto ran =
            database->Write([&](Transaction& t) { return Insert(t, std::to_string(writer), std::string(size, 'x')); });
        if (!ran) {
          EXPECT_EQ(ran.error().code, "store.full");
          ++failed;
        }
      });
    }
  }
  EXPECT_EQ(failed, 4);
  EXPECT_EQ(Ids(*database), (std::set<std::string>{"0", "2", "4", "6"}));
}

TEST_F(SqliteFaultTest, TheFileIsForItsOwnerAlone) {
  const auto database = Open();
  ASSERT_TRUE(MakeThings(*database));
  for (const auto* suffix : {"", "-wal", "-shm"}) {
    const auto permissions = std::filesystem::status(Path() + suffix).permissions();
    EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write) << suffix;
  }
}

TEST_F(SqliteFaultTest, SaysWhatIsNoDatabase) {
  std::filesystem::create_directory(Path());
  EXPECT_EQ(Database::Open({.url = Path()}).error().code, "store.unavailable");
  EXPECT_EQ(Database::Open({.url = (directory_ / "missing" / "weft.db").string()}).error().code, "store.unavailable");
  const auto text = (directory_ / "text").string();
  std::string noise(8192, 'n');
  FILE* file = std::fopen(text.c_str(), "w");
  std::fwrite(noise.data(), 1, noise.size(), file);
  std::fclose(file);
  const auto opened = Database::Open({.url = text});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "store.unavailable");
  EXPECT_THAT(opened.error().message, HasSubstr("is not a sound SQLite database"));
}

/// Another process that runs `work` and ends.
template <class Work>
pid_t InAnotherProcess(const Work& work) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(work() ? 0 : 1);
  return child;
}

TEST_F(SqliteFaultTest, TwoProcessesShareAFile) {
  constexpr int kTimes = 100;
  const auto work = [&](const std::string& name) {
    auto opened = Database::Open({.url = Path()});
    if (!opened) return false;
    for (int i = 0; i < kTimes; ++i) {
      const auto ran = (*opened)->Write([&](Transaction& t) -> Result<void> {
        WEFT_TRY_VOID(t.Execute("CREATE TABLE IF NOT EXISTS things (id TEXT PRIMARY KEY, body TEXT NOT NULL)"));
        return Insert(t, name + std::to_string(i));
      });
      if (!ran) return false;
    }
    return true;
  };
  // Both make and migrate it, whoever comes first.
  const auto child = InAnotherProcess([&] { return work("child"); });
  EXPECT_TRUE(work("parent"));
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Ids(*Open()).size(), 2U * kTimes);
}

TEST_F(SqliteFaultTest, WhatAKilledProcessAcknowledgedIsThere) {
  ASSERT_TRUE(MakeThings(*Open()));
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const auto child = InAnotherProcess([&] {
    auto opened = Database::Open({.url = Path()});
    for (int i = 0; opened; ++i) {
      if (!(*opened)->Write([&](Transaction& t) { return Insert(t, std::to_string(i)); })) return false;
      if (::write(pipe[1], "x", 1) != 1) return false;
    }
    return false;
  });
  int acknowledged = 0;
  for (char c = 0; acknowledged < 20 && ::read(pipe[0], &c, 1) == 1;) ++acknowledged;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(pipe[1]);
  for (char c = 0; ::read(pipe[0], &c, 1) == 1;) ++acknowledged;
  ::close(pipe[0]);
  EXPECT_GE(acknowledged, 20);
  const auto database = Open();
  const auto ids = Ids(*database);
  for (int i = 0; i < acknowledged; ++i) EXPECT_TRUE(ids.contains(std::to_string(i))) << i;
  EXPECT_TRUE(database->Write([](Transaction& t) { return Insert(t, "after"); }));
}

}  // namespace
}  // namespace weft::store
