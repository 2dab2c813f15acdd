#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::server {

/// Calls `look` again and again until stop is requested; blocks. Trouble is logged when it begins, `what` before it.
void LookUntil(const std::stop_token& stop, std::string_view what, const std::function<Result<void>()>& look,
               Duration pause, Duration pause_after_trouble);

/// Goes through the runs that close, in pieces of time. Every server has one of each name; a lease in the store lets
/// one at a time scan, from where the last one stopped. A run may be seen more than once. For one thread.
class CloseScan {
 public:
  struct Options {
    std::string_view name;
    Duration lease;
    Duration first_look_back{};  ///< where the first scan of an installation begins
    /// Temporal lists a run a moment after it has closed: so far back each scan looks again.
    Duration overlap = std::chrono::seconds(15);
    std::function<Timestamp()> clock;  ///< empty: the system's
  };

  CloseScan(store::Database& database, temporalio::Client client, Options options);

  enum class Turn { kAnothers, kUsual, kDeep };
  /// One scan up to now: `window` is called for each piece. kDeep: it looked further back, as now and then it does,
  /// since a busy index may lag behind. Fails with `store.*` and what `window` fails with.
  Result<Turn> Scan(const std::function<Result<void>(Timestamp from, Timestamp to)>& window);

  /// What Temporal lists for the query and was not noted yet, reporters excepted, in the order in which they closed.
  /// Fails with `temporal`.
  Result<std::vector<temporalio::RunInfo>> ListNew(const std::string& query) const;
  /// The run need not be listed again.
  void Note(const temporalio::RunInfo& run);

  [[nodiscard]] Timestamp Now() const;

 private:
  store::Database& database_;
  const temporalio::Client client_;
  const Options options_;
  const std::string holder_;
  std::map<std::string, Timestamp> noted_;  ///< run ids, by when they closed, as far back as scans look
  Timestamp deep_scan_{};                   ///< when one looked back further
};

}  // namespace weft::server
