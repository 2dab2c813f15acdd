#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

/// The inbox: what webhooks and hand starts with an Idempotency-Key brought, and what became of it. A delivery is
/// stored, then answered, then acted upon, so that a server may die anywhere in between.
namespace weft::store {

enum class DeliveryStatus : std::uint8_t {
  kPending,  ///< not started yet
  kStarted,
  kJoined,   ///< an instance of that trigger and key was running
  kIgnored,  ///< the trigger's `when` was false
  kFailed,   ///< can never start: its error says why
};
std::string_view StatusName(DeliveryStatus status);
/// The status of that name; none has another.
std::optional<DeliveryStatus> StatusNamed(std::string_view name);

struct Delivery {
  std::string id{};    ///< ULID; also the request id of the start
  std::string kind{};  ///< `webhook`, `manual`, `event`
  std::string ns{}, workflow{}, trigger{};
  int revision = 0;
  std::string dedupe{};    ///< the sender's name for it, unique per trigger; empty: none
  std::string payload{};   ///< JSON, without credentials; empty: none
  std::string key{};       ///< of the start
  std::string input{};     ///< JSON of the run's input; empty: the payload
  std::string instance{};  ///< the id that the start has or will have; empty when nothing starts
  std::string run_id{};    ///< of the run that it started or joined
  DeliveryStatus status = DeliveryStatus::kPending;
  std::string error_code{}, error_message{};  ///< why it failed, or why the last attempt did
  int attempts = 0;
  Timestamp due_at{};  ///< of one that is pending: the next attempt; while a server has it in hand, its lease's end
  Timestamp received_at{};
  std::optional<Timestamp> settled_at{};
};

/// Adds it. Gives the earlier delivery of that trigger with the same `dedupe`, if there is one, and adds nothing then;
/// one that failed gives way.
Result<std::optional<Delivery>> AddDelivery(Transaction& t, const Delivery& delivery);

/// Takes up to `limit` pending ones that are due, longest due first, and keeps them from other servers until the lease
/// ends; their attempts are counted up.
Result<std::vector<Delivery>> ClaimDeliveries(Transaction& t, Timestamp now, Duration lease, int limit);

/// When the next pending one is due.
Result<std::optional<Timestamp>> NextDelivery(Transaction& t);

/// What became of it: `status`, `run_id` and the error of `delivery`. Nothing happens when that is known already.
Result<void> SettleDelivery(Transaction& t, const Delivery& delivery, Timestamp now);
/// The attempt came to nothing; another one is due then.
Result<void> PutOffDelivery(Transaction& t, std::string_view id, const Error& error, Timestamp due_at);

Result<std::optional<Delivery>> FindDelivery(Transaction& t, std::string_view id);

/// When the run was asked for: the arrival of the delivery that started it, or of one that still waits to be settled;
/// of an event, the moment after it, since no run waits for what started it. None for runs that no delivery started.
Result<std::optional<Timestamp>> WhenAskedFor(Transaction& t, std::string_view instance, std::string_view run_id);

struct DeliveryFilter {
  std::string ns, workflow, trigger, kind, status, instance;  ///< empty: any
};

/// Newest first, those before `before` (an id; empty: from the newest), at most `limit`; without payload and input.
Result<std::vector<Delivery>> ListDeliveries(Transaction& t, const DeliveryFilter& filter, std::string_view before,
                                             int limit);

/// Removes those that came before then and are settled, at most `limit`; the number of them.
Result<std::int64_t> DropDeliveries(Transaction& t, Timestamp before, int limit);

}  // namespace weft::store
