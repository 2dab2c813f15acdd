#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "expr/value.h"
#include "server/revision_cache.h"
#include "store/archive.h"
#include "store/definitions.h"
#include "store/sql.h"
#include "triggers/next_times.h"

namespace weft::server {

/// What the list of workflows tells of each besides its definition. Any thread; blocks on the store only.
class WorkflowDetails {
 public:
  static constexpr int kHours = 24;
  /// So long the counts of the archive stand for all who ask, since they are made of every run of a day.
  static constexpr std::chrono::seconds kFresh{10};

  /// Adds to each workflow its `triggers`, `nextFireAt` (the next moment of a cron that is not paused, jitter left out)
  /// and `stats`: by hours of the clock, the present one last. `documents` are those of `rows`, in their order.
  Result<void> AddTo(std::vector<expr::Value>& documents, const std::vector<store::WorkflowRow>& rows,
                     store::Database& database, triggers::Definitions& definitions);

 private:
  struct Cron {
    std::string id;
    dsl::Cron cron;
    triggers::TimeZone zone;
    std::optional<Timestamp> start, end;
  };
  struct Triggers {
    std::vector<std::pair<std::string, std::string>> kinds;  ///< of each its id and its kind
    std::vector<Cron> crons;
  };
  struct Counted {
    Timestamp from{};
    std::map<std::pair<std::string, std::string>, store::WorkflowStats> of;  ///< by namespace and name
  };

  static Result<Triggers> TriggersOf(const dsl::Workflow& workflow);
  static std::optional<Timestamp> NextOf(const Cron& cron, Timestamp now);
  static expr::Value StatsOf(const Counted& counted, const store::WorkflowRow& row);
  Result<std::shared_ptr<const Counted>> Count(store::Database& database);

  RevisionCache<Triggers> triggers_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point counted_at_{};
  std::shared_ptr<const Counted> counted_;
};

}  // namespace weft::server
