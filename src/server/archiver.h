#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "server/close_scan.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::server {

/// Keeps closed runs: the final document and the history of each, so that Temporal's retention is no limit, and removes
/// what is older than the installation wants to keep. Every server runs one; a lease in the store lets one at a time
/// scan, from where the last one stopped. Archiving twice is archiving once.
class Archiver {
 public:
  struct Options {
    std::function<Timestamp()> clock;  ///< empty: the system's
    Duration keep = std::chrono::days(90);
    Duration keep_logs = std::chrono::days(7);
    Duration keep_audit = std::chrono::days(365);
  };

  Archiver(store::Database& database, temporalio::Client client, Options options);

  /// Scans until stop is requested; blocks.
  void Run(const std::stop_token& stop);

  /// One scan, up to now; false: another server's turn. Fails with `store.*`, `temporal`.
  Result<bool> Scan();

  /// Archives one closed run, whoever's turn it is.
  Result<void> Archive(const temporalio::RunInfo& run);

 private:
  Result<void> ScanWindow(Timestamp from, Timestamp to);
  Result<void> RemoveOld();

  store::Database& database_;
  const temporalio::Client client_;
  const Options options_;
  CloseScan scan_;
  Timestamp removed_{};  ///< when old rows were looked for
};

}  // namespace weft::server
