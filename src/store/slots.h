#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/sql.h"

/// `concurrency`: who holds a slot of a workflow's key, and who waits for one, in the order of coming.
namespace weft::store {

struct SlotScope {
  std::string ns, workflow, key;
};

struct Slot {
  std::string id;  ///< ULID: the order of the queue
  std::string instance;
  std::string run;  ///< Temporal's id of the run that asked for it
  bool held = false;
};

/// Everything about a scope happens under this lock.
Result<void> LockSlots(Transaction& t, const SlotScope& scope);

/// Queues up as `slot.id`, unless that run has or waits for one. Of an instance only one run can be alive: what an
/// earlier one holds is given up.
Result<void> QueueForSlot(Transaction& t, const SlotScope& scope, const Slot& slot, int limit);
/// Hands free slots to those that wait, first come first served; those that got one now.
Result<std::vector<Slot>> GrantSlots(Transaction& t, const SlotScope& scope);
/// Holders and those that wait, oldest first.
Result<std::vector<Slot>> ListSlots(Transaction& t, const SlotScope& scope);
/// Gives it up, or leaves the queue; an empty run: whichever run's it is.
Result<void> LeaveSlot(Transaction& t, const SlotScope& scope, std::string_view instance, std::string_view run);

/// One scope and slot of each that is held or waited for, after `after` (a slot's id; empty: from the oldest).
struct ScopedSlot {
  SlotScope scope;
  Slot slot;
};
Result<std::vector<ScopedSlot>> ListAllSlots(Transaction& t, std::string_view after, int limit);

}  // namespace weft::store
