#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/error.h"
#include "progress/track.h"
#include "store/sql.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/client/client.h"

/// What has happened to runs, from the archive when they are there, else from Temporal. Any thread; blocks.
namespace weft::server {

class Histories {
 public:
  /// Without a database: from Temporal alone.
  Histories(store::Database* database, temporalio::Client client) : database_(database), client_(std::move(client)) {}

  using Event = temporal::api::history::v1::HistoryEvent;
  /// Gives the run's events in order until `take` has had enough (false). Fails with what `take` fails with,
  /// `not_found`, `temporal`, `store.*`.
  Result<void> Read(const std::string& id, const std::string& run,
                    const std::function<Result<bool>(const Event&)>& take) const;

  /// Folds the run up to that event, or to the end of what has happened, as far as this version can follow (see
  /// progress::Fold::failure). Fails with `validation` when the run is none of Weft's.
  Result<void> Fold(progress::Track& track, const std::string& id, const std::string& run,
                    std::optional<std::int64_t> last = {}) const;

  struct Page {
    temporal::api::history::v1::History history;
    std::string next;  ///< for the next page; empty after the last
  };
  Result<Page> ReadPage(const std::string& id, const std::string& run, const std::string& after, int limit) const;

 private:
  Result<std::optional<temporal::api::history::v1::History>> FromArchive(const std::string& id,
                                                                         const std::string& run) const;

  store::Database* database_;
  temporalio::Client client_;
};

}  // namespace weft::server
