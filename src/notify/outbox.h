#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "expr/value.h"
#include "notify/kinds.h"
#include "store/channels.h"
#include "store/notifications.h"
#include "store/sql.h"

namespace weft::notify {

/// What is to be told to whom.
struct Telling {
  std::string subject;  ///< each channel is told of one subject once
  std::string content;  ///< JSON: what MakeMessage takes
  std::vector<std::string> channels;
};

/// What became of a telling.
struct Receipt {
  bool delivered = false;  ///< to every channel
  std::string problem;     ///< a sentence for each that was not
  /// `{ delivered, channels: [{ channel, status, attempts, at, error }] }`
  expr::Value json;
};

/// Sends what is in the store's `notifications`, and adds to it. Every server runs one; each message is sent by one of
/// them, again after failures that may pass (for about six hours), and then counts as failed.
///
/// A server that dies after a service took a message and before the store knows it leaves the message `sending`; it is
/// sent a second time once the lease is over. Receivers can tell by the id, which stays the same.
class Outbox {
 public:
  struct Options {
    /// Gives the server's public address, for links; empty, or gives nothing: messages have none.
    std::function<std::string()> base_url{};
    int threads = 4;
    std::function<Timestamp()> clock{};  ///< empty: the system's
  };

  Outbox(store::Database& database, const SealingKey& key, Transport& transport, Options options)
      : database_(database), key_(key), transport_(transport), options_(std::move(options)) {}

  /// Adds the messages in the caller's transaction; wake the outbox after its commit. Number of those that are new.
  static Result<int> Add(store::Transaction& t, const Telling& telling, Timestamp now);
  void Wake();

  /// Adds the messages, and waits while they are being sent. nullopt: one of them has to be sent again later.
  Result<std::optional<Receipt>> Tell(const Telling& telling, const std::stop_token& stop);

  /// Sends a test message now, once, and says what became of it; it stands in the log too. Fails with `not_found`.
  Result<store::Notification> Test(const std::string& channel, const std::stop_token& stop);

  /// Sends what is due until stop is requested; blocks. One call at a time.
  void Run(const std::stop_token& stop);

  /// Sends the next that is due; false: there was none. For tests.
  bool SendNext(const std::stop_token& stop);

 private:
  void Work(const std::stop_token& stop, bool polls);
  store::NotificationOutcome Attempt(const store::Notification& notification, const std::stop_token& stop);
  void Finish(const store::Notification& notification, const store::NotificationOutcome& outcome);
  [[nodiscard]] Timestamp Now() const;

  store::Database& database_;
  const SealingKey key_;
  Transport& transport_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  int wakes_ = 0;  ///< guarded by mutex_
  std::condition_variable_any finished_;
  std::uint64_t attempts_ = 0;  ///< that ended; guarded by mutex_
};

}  // namespace weft::notify
