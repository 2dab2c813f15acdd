#include "store/sqlite.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "store/pool.h"
#include "store/sqlite_connection.h"

namespace weft::store {
namespace {

using Body = std::function<Result<void>(Transaction&)>;

/// So long a batch that those at its end do not wait for ever.
constexpr std::size_t kLargestBatch = 64;

struct Pending {
  const Body* body = nullptr;
  Result<void> result;
  bool done = false;
};

/// Commits `ran`, or rolls back.
Result<void> End(SqliteConnection& connection, Result<void> ran) {
  if (ran) {
    const auto committed = connection.Execute("COMMIT");
    if (committed) return {};
    ran = std::unexpected(committed.error());
  }
  if (connection.InTransaction()) (void)connection.Execute("ROLLBACK");
  return ran;
}

Result<void> RunAlone(SqliteConnection& connection, std::string_view begin, const Body& body) {
  WEFT_TRY_VOID(connection.Execute(begin));
  return End(connection, SqliteTransaction(connection).Run(body));
}

/// Each in a savepoint. An error: the transaction is of no use any more.
Result<void> RunBodies(SqliteConnection& connection, std::span<Pending* const> batch) {
  for (Pending* pending : batch) {
    WEFT_TRY_VOID(connection.Execute("SAVEPOINT body"));
    pending->result = SqliteTransaction(connection).Run(*pending->body);
    if (!pending->result) WEFT_TRY_VOID(connection.Execute("ROLLBACK TO body"));
    WEFT_TRY_VOID(connection.Execute("RELEASE body"));
  }
  return {};
}

void RunBatch(SqliteConnection& connection, std::span<Pending* const> batch) {
  if (batch.size() > 1) {
    if (const auto began = connection.Execute("BEGIN IMMEDIATE"); !began) {
      for (Pending* pending : batch) pending->result = std::unexpected(began.error());
      return;
    }
    if (End(connection, RunBodies(connection, batch))) return;
  }
  // Also when one of them was too much for the disk: the others may fit.
  for (Pending* pending : batch) pending->result = RunAlone(connection, "BEGIN IMMEDIATE", *pending->body);
}

class SqliteDatabase : public Database {
 public:
  SqliteDatabase(std::unique_ptr<SqliteConnection> writer, const std::string& path, int readers)
      : writer_(std::move(writer)),
        readers_(readers, [path] { return SqliteConnection::Open(path, SqliteConnection::Role::kRead); }) {}

  [[nodiscard]] std::string_view engine() const override { return "sqlite"; }

 protected:
  Result<void> Run(const Body& body, bool write) override {
    if (write) return Write(body);
    WEFT_TRY(const auto reader, readers_.Take());
    return RunAlone(*reader, "BEGIN", body);
  }

 private:
  /// Whoever finds nobody writing leads: takes all that wait, runs them, commits, and tells them.
  Result<void> Write(const Body& body) {
    Pending mine{.body = &body, .result = {}};
    std::unique_lock lock(mutex_);
    waiting_.push_back(&mine);
    changed_.wait(lock, [&] { return mine.done || !led_; });
    if (mine.done) return mine.result;
    led_ = true;
    // Who leads has its own among them, however many wait.
    std::erase(waiting_, &mine);
    std::vector<Pending*> batch{&mine};
    const auto others = std::min(waiting_.size(), kLargestBatch - 1);
    batch.insert(batch.end(), waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(others));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(others));
    lock.unlock();
    RunBatch(*writer_, batch);
    lock.lock();
    for (Pending* pending : batch) pending->done = true;
    led_ = false;
    changed_.notify_all();
    return mine.result;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Pending*> waiting_;
  bool led_ = false;
  const std::unique_ptr<SqliteConnection> writer_;  ///< of the thread that leads
  Pool<SqliteConnection> readers_;
};

}  // namespace

Result<std::unique_ptr<Database>> OpenSqlite(const std::string& path, int readers) {
  // Made here, so that nobody else can read it for a moment; SQLite gives its other files the same mode. One that is
  // there is not opened: closing it would take away the locks that this process may hold on it.
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file >= 0) {
    ::close(file);
  } else if (errno != EEXIST) {
    return Fail("store.unavailable",
                "cannot make the database " + path + ": " + std::error_code(errno, std::system_category()).message());
  }
  WEFT_TRY(auto writer, SqliteConnection::Open(path, SqliteConnection::Role::kWrite));
  return std::make_unique<SqliteDatabase>(std::move(writer), path, readers);
}

}  // namespace weft::store
