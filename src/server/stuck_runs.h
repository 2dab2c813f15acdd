#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "notify/outbox.h"
#include "progress/translate.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::server {

/// Finds runs that do not go on because their workflow task fails again and again, and tells the channels that are told
/// of `stuck`; once each time a run gets stuck. Temporal lists no such runs: all open ones are asked about in turn,
/// slowly, and only while some channel wants to know. Every server runs one, one at a time looks.
class StuckRuns {
 public:
  struct Options {
    std::function<Timestamp()> clock{};  ///< empty: the system's
    /// Between two runs, and between two rounds.
    std::chrono::milliseconds step{20}, round{15'000};
  };

  StuckRuns(store::Database& database, temporalio::Client client, notify::Outbox& outbox, Options options);

  /// Looks until stop is requested; blocks.
  void Run(const std::stop_token& stop);

  /// One round over all open runs. Fails with `store.*`, `temporal`.
  Result<void> Look(const std::stop_token& stop);

 private:
  [[nodiscard]] Timestamp Now() const;
  Result<bool> IsWanted();
  Result<void> LookAt(const temporalio::RunInfo& run);
  [[nodiscard]] std::string CauseOf(const temporalio::RunInfo& run) const;

  store::Database& database_;
  const temporalio::Client client_;
  notify::Outbox& outbox_;
  const Options options_;
  const std::string holder_;
  progress::Definitions definitions_;
};

}  // namespace weft::server
