#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// What event nodes of running instances wait for.
namespace weft::store {

struct Subscription {
  std::string id;        ///< ULID
  std::string instance;  ///< whose it is, also after it has continued as new
  std::string run;       ///< Temporal's id of the run that asked for it
  std::string name;      ///< of the wait in its run; unique with instance and run
  std::string ns, workflow;
  std::string node;   ///< path
  std::string taker;  ///< which of the instance's nodes takes events here: an event goes to it once
  std::vector<std::string> types;
  std::string source;              ///< empty: any
  std::optional<std::string> key;  ///< none: any
  std::string match;               ///< jq text, tested before an event is sent; empty: none
  std::string names;               ///< JSON: what `match` reads besides the event
  Timestamp created_at{};
};

/// Nothing happens, and false is returned, when it is there already, open or closed. An open one of that name of an
/// earlier run of the instance is closed.
Result<bool> AddSubscription(Transaction& t, const Subscription& subscription);

/// Closes what is open of that name, so that nothing more is sent. Closed ones are remembered for a while, so that a
/// subscribing that was believed lost does not come back to life.
Result<void> CloseSubscriptions(Transaction& t, std::string_view instance, std::string_view name, Timestamp now);
/// The same for one.
Result<void> CloseSubscription(Transaction& t, std::string_view id, Timestamp now);

/// Whether events of these types, and this key and source, were received since then that the wait's node was not sent
/// yet. All times count when `since` is none.
Result<bool> HasEventsFor(Transaction& t, const Subscription& subscription, std::optional<Timestamp> since);
/// Makes deliveries of them.
Result<void> DeliverEarlierEvents(Transaction& t, const Subscription& subscription, Timestamp since, Timestamp now);

/// Makes deliveries of an event to all that wait for it, whatever their `match` says; the number of them.
Result<std::int64_t> DeliverToWaiting(Transaction& t, std::string_view event_id, Timestamp now);

/// Open ones after `after` (an id; empty: from the oldest), oldest first: `id`, `instance`, `run` and `node` of each.
Result<std::vector<Subscription>> ListOpenSubscriptions(Transaction& t, std::string_view after, int limit);

/// Removes those closed before then, at most `limit`.
Result<std::int64_t> DropSubscriptions(Transaction& t, Timestamp before, int limit);

}  // namespace weft::store
