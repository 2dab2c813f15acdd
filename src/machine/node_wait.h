#pragma once

#include "machine/run.h"

/// The kinds that wait: for a time, an event or a person.
namespace weft::machine {

void StartWait(Run& run, NodeRef ref);
/// The time has come.
void WaitEnded(Run& run, NodeRef ref);
void StartEvent(Run& run, NodeRef ref);
void StartApproval(Run& run, NodeRef ref);

/// The arguments of the activity that tells the servers what is waited for, without its id.
Result<expr::Value> SubscriptionOf(Run& run, NodeRef ref);
expr::Value EventSubscription(NodeRef ref);

/// A valid answer for the approval that waits here: by a person, for this attempt.
void Answer(Run& run, NodeRef ref, std::string_view decision, const expr::Value& answer);

/// What is to be waited for ended without having come: the code of that error.
std::string_view TimeoutCodeOf(dsl::Kind kind);

}  // namespace weft::machine
