#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Events that were published, kept for waits that begin later and so that none is taken twice.
namespace weft::store {

struct StoredEvent {
  std::string id;  ///< ULID: its order is the order of arrival
  std::string ns;
  std::string source, event_id;  ///< unique together in a namespace
  std::string type;
  std::optional<std::string> key;  ///< what it is told apart by, as text
  std::string body;                ///< the whole CloudEvent, JSON
  std::int64_t data_bytes = 0;     ///< of its `data` as JSON, an upper bound
  Timestamp received_at{};
};

/// Intake and new waits of one type exclude one another until the end of the transaction, so that an event is either
/// found by the wait or finds it. Several types: in sorted order.
Result<void> LockEventType(Transaction& t, std::string_view ns, std::string_view type);

/// False: an event of that source and id is there already.
Result<bool> AddEvent(Transaction& t, const StoredEvent& event);

/// By id, in no particular order; those that are no longer there are left out.
Result<std::vector<StoredEvent>> FindEvents(Transaction& t, const std::vector<std::string>& ids);

/// Removes those received before then, with their deliveries, at most `limit`; the number of them. One that is still
/// to be delivered stays.
Result<std::int64_t> DropEvents(Transaction& t, Timestamp before, int limit);

}  // namespace weft::store
