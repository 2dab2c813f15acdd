#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Closed instances: what they came to, and the histories of their runs, for as long as the installation wants,
/// whatever Temporal's retention. An instance is a chain of runs continued as new; its first run's id tells it from
/// earlier instances of the same id.
namespace weft::store {

struct ArchivedInstance {
  std::string id;         ///< the workflow id
  std::string first_run;  ///< run id
  std::string last_run;   ///< run id
  std::string ns, workflow;
  int revision = 0;
  std::string trigger_kind, trigger_id;
  std::string status;  ///< of the instance document: `completed`, `failed`, …
  Timestamp started_at{}, ended_at{};
  std::string search;    ///< text that `search` of a filter looks in, besides the id
  std::string document;  ///< the final document, JSON text
};

/// Writes it, or writes it anew: archiving twice is archiving once.
Result<void> ArchiveInstance(Transaction& t, const ArchivedInstance& instance);

/// One run of the chain, as soon as it has closed (by continuing as new, too: the chain may outlive Temporal's
/// retention). `history` is what the caller will want back, kept compressed. Again with the same run: replaced.
struct ArchivedRun {
  std::string id;         ///< the workflow id
  std::string first_run;  ///< of its chain
  std::string run;
  int part = 0;             ///< position in the chain, from 0
  std::int64_t events = 0;  ///< of its history
  Timestamp ended_at{};
};
Result<void> ArchiveRun(Transaction& t, const ArchivedRun& run, std::string_view history);

/// By position in the chain.
Result<std::vector<ArchivedRun>> ListArchivedRuns(Transaction& t, std::string_view id, std::string_view first_run);
Result<bool> IsRunArchived(Transaction& t, std::string_view id, std::string_view run);
/// nullopt: not archived.
Result<std::optional<std::string>> ReadArchivedHistory(Transaction& t, std::string_view id, std::string_view run);

/// The newest instance of that id; or, with the end of a run id (as in `ID@1a2b3c4d`), the one whose first or
/// last run it is.
Result<std::optional<ArchivedInstance>> FindArchived(Transaction& t, std::string_view id, std::string_view run = {});

struct ArchiveFilter {
  std::string ns, workflow, trigger_id, trigger_kind;  ///< empty: any
  std::string except_kind;                             ///< none of this kind of trigger
  std::vector<std::string> statuses;                   ///< none: any
  std::optional<Timestamp> started_from, started_before;
  std::string search;
  /// After this instance, in the order of the list.
  std::optional<Timestamp> after_started;
  std::string after_run;
  int limit = 50;
};
/// Newest start first (then by first run), without `document`.
Result<std::vector<ArchivedInstance>> ListArchived(Transaction& t, const ArchiveFilter& filter);

/// What became of the instances of a workflow that ended within some hours.
struct WorkflowStats {
  std::string ns, workflow;
  struct Hour {
    std::int64_t completed = 0;
    std::int64_t failed = 0;  ///< `failed`, `timed_out` or `terminated`
    friend bool operator==(const Hour&, const Hour&) = default;
  };
  std::vector<Hour> hours;      ///< the first begins at `from`
  std::optional<Duration> p95;  ///< 95 of 100 of the completed ones took at most so long; none: none completed
};
/// Of all workflows that had instances which ended in the `hours` hours from `from` on, test runs left out, by
/// namespace and name.
Result<std::vector<WorkflowStats>> ListStats(Transaction& t, Timestamp from, int hours);

/// Removes instances that ended before `before` with their runs, and runs that closed before it in chains which still
/// go on; at most `limit` of each. Returns how many went; 0: none is left.
Result<std::int64_t> DeleteArchivedBefore(Transaction& t, Timestamp before, int limit);

}  // namespace weft::store
