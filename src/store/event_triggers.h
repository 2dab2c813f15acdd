#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

/// Which triggers an event starts.
namespace weft::store {

struct EventTrigger {
  std::string ns;
  std::string type;    ///< CloudEvents `type`
  std::string source;  ///< empty: any
  std::string name, trigger_id;
  friend bool operator==(const EventTrigger&, const EventTrigger&) = default;
};

/// Makes `triggers` the only ones of the workflow (`ns` and `name` of the entries are not read).
Result<void> ReplaceEventTriggers(Transaction& t, std::string_view ns, std::string_view name,
                                  const std::vector<EventTrigger>& triggers);

/// By name and trigger. Those of any source and those of this one.
Result<std::vector<EventTrigger>> FindEventTriggers(Transaction& t, std::string_view ns, std::string_view type,
                                                    std::string_view source);

}  // namespace weft::store
