#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/value.h"

namespace weft::triggers {

/// A CloudEvent 1.0 that was checked, as text, so that threads can hand it on.
struct CloudEvent {
  std::string id, source, type;
  std::optional<std::string> key;  ///< its extension attribute `key`, else `partitionkey`, else `subject`
  std::string body;                ///< all of it, JSON
  std::int64_t data_bytes = 0;     ///< of its `data` as JSON, an upper bound
};

/// Bytes of an event as JSON; a run's input may be as large.
inline constexpr std::size_t kMaxEvent = std::size_t{512} * 1024;
/// Bytes of the attributes by which events are found.
inline constexpr std::size_t kMaxAttribute = 900;

/// Reads an event in the JSON format. Every problem is added to `problems` as a sentence that begins with `where`;
/// nothing is given then.
std::optional<CloudEvent> ReadCloudEvent(expr::Value event, std::string_view where, std::vector<std::string>& problems);

/// `id`, `source` and `specversion` where they are missing, for senders that are people.
expr::Value CompleteCloudEvent(expr::Value event);

}  // namespace weft::triggers
