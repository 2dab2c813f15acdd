#include "store/postgres.h"

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "store/pool.h"
#include "store/postgres_connection.h"

namespace weft::store {
namespace {

using Body = std::function<Result<void>(Transaction&)>;

constexpr int kMostAttempts = 6;
constexpr std::chrono::milliseconds kPause{10};

/// HOST:PORT/DATABASE of a URL, for messages.
Result<std::string> PlaceOf(const std::string& url) {
  const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(PQconninfoParse(url.c_str(), nullptr),
                                                                             &PQconninfoFree);
  // libpq's own message may repeat the URL, and so the password.
  if (!options)
    return Fail("settings",
                "the database's URL cannot be read; it has the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE");
  std::string host = "localhost", port = "5432", name;
  for (const auto* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    const std::string_view keyword = option->keyword;
    if (keyword == "host" || keyword == "hostaddr") host = option->val;
    if (keyword == "port") port = option->val;
    if (keyword == "dbname") name = option->val;
  }
  return host + ':' + port + '/' + name;
}

class PostgresDatabase : public Database {
 public:
  PostgresDatabase(const std::string& url, const std::string& place, int connections)
      : connections_(connections, [url, place] { return PostgresConnection::Open(url, place); }) {}

  [[nodiscard]] std::string_view engine() const override { return "postgresql"; }

 protected:
  Result<void> Run(const Body& body, bool write) override {
    for (int attempt = 1;; ++attempt) {
      WEFT_TRY(auto connection, connections_.Take());
      auto ended = Attempt(*connection, body, write);
      if (connection->lost()) connection.Discard();
      if (!ended.again || attempt == kMostAttempts) return std::move(ended.result);
      std::this_thread::sleep_for(kPause * (attempt - 1));
    }
  }

 private:
  struct Ended {
    Result<void> result;
    bool again = false;  ///< nothing of it took place, and it may succeed now
  };

  static Ended Attempt(PostgresConnection& connection, const Body& body, bool write) {
    const auto failed = [&](Error error) {
      const bool again = connection.lost() || connection.may_retry();
      return Ended{.result = std::unexpected(std::move(error)), .again = again};
    };
    const auto* begin = write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    if (const auto began = connection.Send(begin); !began) return failed(began.error());
    PostgresTransaction transaction(connection);
    auto ran = body(transaction);
    if (transaction.failure()) {
      auto ended = failed(ran ? *transaction.failure() : ran.error());
      (void)connection.Send("ROLLBACK");
      return ended;
    }
    if (!ran) {
      (void)connection.Send("ROLLBACK");
      return {.result = std::move(ran)};
    }
    const auto committed = connection.Send("COMMIT");
    if (committed) return {};
    // When the connection broke here, it may have been committed: running it again is not ours to decide.
    return {.result = std::unexpected(committed.error()), .again = !connection.lost() && connection.may_retry()};
  }

  Pool<PostgresConnection> connections_;
};

}  // namespace

Result<std::unique_ptr<Database>> OpenPostgres(const std::string& url, int connections) {
  WEFT_TRY(const auto place, PlaceOf(url));
  return std::make_unique<PostgresDatabase>(url, place, connections);
}

}  // namespace weft::store
