#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

namespace weft::store {

/// A node that waits for an event or a person.
struct LongWait {
  std::string id;  ///< of the subscription or approval
  std::string instance, node;
  std::string kind;  ///< `event`, `approval`
  Timestamp since{};
};

/// Open waits of a workflow's instances, but for those whose id begins with `except`, that began at that time or
/// before, of which no notification has the subject `id` + `suffix`; oldest first, at most `limit`.
Result<std::vector<LongWait>> ListLongWaits(Transaction& t, std::string_view ns, std::string_view workflow,
                                            Timestamp since, std::string_view suffix, std::string_view except,
                                            int limit);

}  // namespace weft::store
