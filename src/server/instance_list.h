#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"
#include "expr/value.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

/// The instances of an installation: the open ones as Temporal knows them, the closed ones from the archive.
namespace weft::server {

struct InstanceFilter {
  std::string ns, workflow;           ///< empty: any
  std::vector<std::string> statuses;  ///< of the instance document; none: any but `not_triggered`
  std::string trigger;                ///< its id, `manual` or `test`; empty: any but tests
  std::optional<Timestamp> started_from, started_before;
  std::string node;    ///< path of a node where the instance is now
  std::string search;  ///< in its id and, once it has closed, in its input and error
};

/// What a list tells of an instance.
struct ListedInstance {
  std::string id;  ///< as it is to be named in calls
  std::string workflow_id, run_id, first_run_id;
  std::string ns, workflow;
  int revision = 0;  ///< 0: not known
  std::string status, trigger_kind, trigger_id;
  Timestamp started_at{}, ended_at{};
  std::vector<std::string> nodes;  ///< where it is now, some of them
  [[nodiscard]] expr::Value ToJson() const;
};

class InstanceList {
 public:
  InstanceList(store::Database* database, temporalio::Client client)
      : database_(database), client_(std::move(client)) {}

  struct Page {
    std::vector<ListedInstance> items;
    std::string next;  ///< for the next page; empty after the last
  };
  /// Newest start first. A page can have fewer items than there are more: a filter that Temporal cannot apply looks at
  /// no more than some hundreds of runs at a time. Fails with `request` (the cursor), `temporal`, `store.*`.
  [[nodiscard]] Result<Page> List(const InstanceFilter& filter, const std::string& after, int limit) const;

 private:
  /// Where a page ended.
  struct Place {
    Timestamp started_at{};  ///< milliseconds
    std::string run;         ///< first run's id
  };
  struct Part {
    std::vector<ListedInstance> items;
    std::optional<Place> looked_until;  ///< there may be more after it
  };
  Result<Part> Open(const InstanceFilter& filter, const std::optional<Place>& after, int limit) const;
  Result<Part> JustClosed(const InstanceFilter& filter, const std::optional<Place>& after, int limit) const;
  Result<std::vector<temporalio::RunInfo>> NotArchived(std::vector<temporalio::RunInfo> runs) const;
  Result<Part> Archived(const InstanceFilter& filter, const std::optional<Place>& after, int limit) const;
  Result<std::optional<ListedInstance>> Listed(const temporalio::RunInfo& listed, const InstanceFilter& filter) const;
  static void AddPlace(ListedInstance& item, const temporalio::RunInfo& run,
                       const temporalio::RunDescription& description);
  void NameIt(ListedInstance& item) const;
  static std::string QueryOf(const InstanceFilter& filter, const std::optional<Place>& after);
  static Result<std::optional<Place>> PlaceOf(const std::string& cursor);

  store::Database* database_;
  temporalio::Client client_;
};

}  // namespace weft::server
