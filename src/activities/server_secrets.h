#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "activities/secrets.h"
#include "activities/server_link.h"
#include "temporalio/activity/activity.h"

namespace weft::activities {

/// Secrets of this machine, and else of a server, which are kept in memory for a minute. Threads may share it.
class ServerSecrets {
 public:
  static constexpr std::chrono::seconds kKept{60};

  ServerSecrets(std::shared_ptr<ServerLink> link, SecretResolver local, std::chrono::milliseconds kept = kKept)
      : link_(std::move(link)), local_(std::move(local)), kept_(kept) {}

  /// For one attempt of an activity, whose run the server checks. Fails with `secret`, and with `secret.unavailable`
  /// while the server cannot be asked. Valid while this lives.
  [[nodiscard]] SecretResolver For(const temporalio::ActivityInfo& info);

 private:
  using Clock = std::chrono::steady_clock;
  /// A workflow's type and a secret's name: other workflows may not read what this one may.
  using Key = std::pair<std::string, std::string>;
  struct Kept {
    std::string value;
    Clock::time_point until;
  };

  Result<std::string> Ask(const Key& key, const std::string& workflow_id, const std::string& run_id);
  std::optional<std::string> Find(const Key& key);

  const std::shared_ptr<ServerLink> link_;
  const SecretResolver local_;
  const std::chrono::milliseconds kept_;
  std::mutex mutex_;
  std::map<Key, Kept> cache_;  ///< guarded by mutex_
};

}  // namespace weft::activities
