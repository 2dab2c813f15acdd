#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "dsl/definition.h"
#include "machine/reporter.h"
#include "notify/outbox.h"
#include "progress/translate.h"
#include "server/close_scan.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::server {

/// Looks after runs that have closed, so that people hear of them whatever closed them and whoever was down then:
///   - starts the reporter of runs that could not start it themselves (terminated, timed out from outside); its id
///     rejects duplicates;
///   - tells the channels that are told of everything, and those with the rule `recovered`.
/// Every server runs one; a lease in the store lets one at a time scan, from where the last one stopped. Scanning twice
/// tells nobody twice.
class ClosedRuns {
 public:
  struct Options {
    std::function<Timestamp()> clock;  ///< empty: the system's
  };

  ClosedRuns(store::Database& database, temporalio::Client client, notify::Outbox& outbox, Options options);

  /// Scans until stop is requested; blocks.
  void Run(const std::stop_token& stop);

  /// One scan, up to now; false: another server's turn. Fails with `store.*`, `temporal`.
  Result<bool> Scan();

 private:
  Result<std::string> QueryOf(Timestamp from, Timestamp to);
  Result<void> ScanWindow(Timestamp from, Timestamp to);
  Result<void> ScanRuns(const std::string& query);
  Result<void> Handle(const temporalio::RunInfo& run);
  Result<void> StartReporter(const machine::Reporter& reporter);
  Result<void> TellAll(const dsl::Workflow& workflow, const machine::RunEnd& end);
  Result<void> TellRecovery(const dsl::Workflow& workflow, machine::RunEnd end);

  store::Database& database_;
  const temporalio::Client client_;
  notify::Outbox& outbox_;
  CloseScan scan_;
  progress::Definitions definitions_;
  std::map<std::string, int> troubles_;  ///< runs that could not be handled, how often
  bool anybody_told_ = false;            ///< of the end of any run, whatever its workflow
};

}  // namespace weft::server
