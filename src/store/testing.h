#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "store/sql.h"

/// For tests of everything that uses the store: each on SQLite and on a real PostgreSQL.
///
///     class InboxTest : public store::StoreTest {};
///     WEFT_ON_BOTH_ENGINES(InboxTest);
///     TEST_P(InboxTest, KeepsWhatItAccepted) { ASSERT_TRUE(db().Write([&](auto& t) { … })); }
namespace weft::store {

/// A PostgreSQL server of this machine, on a Unix socket in a directory of its own, without fsync; it ends with the
/// program, whatever ends that. Started on the program's main thread; otherwise for one thread.
class PostgresServer {
 public:
  /// Fails when Debian's package postgresql-15 is missing.
  static Result<std::unique_ptr<PostgresServer>> Start();
  ~PostgresServer();
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  /// The URL of a new, empty database.
  Result<std::string> CreateDatabase();

  /// Ends every process of it at once, as a power cut does.
  void Kill();
  /// After Kill: starts on the same data, and waits until it answers.
  Result<void> Restart();

 private:
  explicit PostgresServer(std::filesystem::path directory) : directory_(std::move(directory)) {}
  Result<void> Run();

  const std::filesystem::path directory_;
  pid_t process_ = -1;
  int databases_ = 0;
};

/// The program's own server, started when first asked for. Null, with a test failure, when it cannot be started.
PostgresServer* SharedPostgres();

/// Gives each test an empty, migrated database of the engine that is the test's parameter.
class StoreTest : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override;
  void TearDown() override;

  Database& db() { return *database_; }
  /// What Database::Open takes, for a test that opens the same database again, as another server would.
  [[nodiscard]] const std::string& url() const { return url_; }

 private:
  std::filesystem::path directory_;
  std::string url_;
  std::unique_ptr<Database> database_;
};

}  // namespace weft::store

#define WEFT_ON_BOTH_ENGINES(suite)                                                   \
  INSTANTIATE_TEST_SUITE_P(Engines, suite, ::testing::Values("sqlite", "postgresql"), \
                           [](const auto& engine) { return engine.param; })
