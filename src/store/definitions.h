#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Deployed workflows and their immutable revisions.
namespace weft::store {

struct Revision {
  std::string ns, name;
  int revision = 0;
  std::string digest;                      ///< SHA-256 of the normalised form
  std::string normalised;                  ///< what runs: JSON text whose key order counts
  std::string source;                      ///< the file as it was deployed, comments and all
  std::string title, description, labels;  ///< `labels`: JSON object
  std::string created_by;
  Timestamp created_at{};
};

struct WorkflowRow {
  std::string ns, name, title, description, labels, digest;
  int revision = 0;  ///< the latest
  Timestamp created_at{}, updated_at{};
};

/// Adds a revision, or finds that the latest one has the same digest (`created` false: only source and titles are
/// brought up to date). A deleted workflow goes on counting where it stopped.
struct Deployed {
  int revision = 0;
  bool created = true;
};
Result<Deployed> AddRevision(Transaction& t, const Revision& revision);

/// nullopt: not deployed, or deleted. Revisions of deleted workflows stay readable by number, for runs that use them.
Result<std::optional<Revision>> FindLatest(Transaction& t, std::string_view ns, std::string_view name);
/// Only its number; 0: not deployed, or deleted.
Result<int> FindLatestNumber(Transaction& t, std::string_view ns, std::string_view name);
Result<std::optional<Revision>> FindRevision(Transaction& t, std::string_view ns, std::string_view name, int revision);

/// Newest first, without `normalised` and `source`.
Result<std::vector<Revision>> ListRevisions(Transaction& t, std::string_view ns, std::string_view name);

/// By namespace and name, those after `after` (`NS/NAME`, empty: from the start) that contain `search`.
Result<std::vector<WorkflowRow>> ListWorkflows(Transaction& t, std::string_view after, int limit,
                                               std::string_view search = {});

/// False: there was none. What the triggers own is the caller's to remove in the same transaction.
Result<bool> DeleteWorkflow(Transaction& t, std::string_view ns, std::string_view name);

}  // namespace weft::store
