#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Whether a trigger (of any kind) is paused. The file's `paused` is its first state only: afterwards people decide,
/// across deploys.
namespace weft::store {

struct TriggerState {
  std::string id;  ///< of the trigger, in its workflow
  bool paused = false;
  std::string note, changed_by;  ///< empty until a person changes it
  Timestamp changed_at{};
};

/// Makes these the triggers of the workflow: new ones get the state given, those that were there keep theirs, others
/// are gone.
Result<void> ReplaceTriggerStates(Transaction& t, std::string_view ns, std::string_view name,
                                  const std::vector<TriggerState>& first);

Result<std::optional<TriggerState>> FindTriggerState(Transaction& t, std::string_view ns, std::string_view name,
                                                     std::string_view id);
/// By id.
Result<std::vector<TriggerState>> ListTriggerStates(Transaction& t, std::string_view ns, std::string_view name);

/// A trigger of a workflow, by its id there.
struct PausedTrigger {
  std::string ns, name, id;
  friend auto operator<=>(const PausedTrigger&, const PausedTrigger&) = default;
};
/// Of all workflows.
Result<std::vector<PausedTrigger>> ListPausedTriggers(Transaction& t);

/// What a person (or `pause_on_failure`) decides. A schedule of that trigger becomes due to be applied. False: there is
/// no such trigger.
Result<bool> SetTriggerState(Transaction& t, std::string_view ns, std::string_view name, const TriggerState& state);

}  // namespace weft::store
