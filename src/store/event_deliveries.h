#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Events on their way to instances that wait for them. Unique by event and subscription; any number of servers claim
/// them with leases.
namespace weft::store {

struct EventDelivery {
  std::string event, subscription;  ///< ids
  std::string instance, taker;
  std::string workflow, node, match, names;  ///< of the subscription
  bool closed = false;                       ///< nothing waits any more
  int attempts = 0;                          ///< this one included
};

/// Takes up to `limit` due ones, in the order in which the events came, and keeps them from other servers until the
/// lease ends. What goes to one instance is never claimed while something earlier to it is in other hands.
Result<std::vector<EventDelivery>> ClaimEventDeliveries(Transaction& t, Timestamp now, Duration lease, int limit);

/// What subscriptions were sent so far: a wait is sent no more than its run can keep.
struct SentToSubscription {
  std::string subscription;
  std::int64_t events = 0, data_bytes = 0;
};
/// Subscriptions that were sent nothing are left out.
Result<std::vector<SentToSubscription>> CountSent(Transaction& t, const std::vector<std::string>& subscriptions);

Result<void> EventDeliveriesSent(Transaction& t, const std::vector<EventDelivery>& deliveries);
/// There is nothing to send: no match, or the wait is over. A later wait of the node looks at the event again.
Result<void> DropEventDeliveries(Transaction& t, const std::vector<EventDelivery>& deliveries);
/// To be tried again then.
Result<void> PutOffEventDeliveries(Transaction& t, const std::vector<EventDelivery>& deliveries, Timestamp due_at,
                                   std::string_view error);
/// Can never be sent.
Result<void> EventDeliveryFailed(Transaction& t, const EventDelivery& delivery, std::string_view error);

}  // namespace weft::store
