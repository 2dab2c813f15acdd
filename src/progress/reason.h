#pragma once

#include <string>
#include <string_view>

#include "machine/state.h"

/// Why a node, or a run, does not go on: `{ kind, message, … }` of the instance document.
namespace weft::progress {

expr::Value Reason(std::string_view kind, std::string_view message);

/// An activity, or the run itself, is on a queue that nobody polls.
expr::Value NobodyPolls(const std::string& queue);

/// When the next attempt comes, and what the last one failed of.
expr::Value RetryReason(const machine::NodeState& node);

/// What a node waits for and, where there is one, the end of its patience.
expr::Value WaitReason(const dsl::Node& definition, const machine::NodeState& node);

/// How a node's success is being undone.
expr::Value CompensationReason(const machine::Compensation& owed);

/// The result is there, and no worker has acted on it.
expr::Value NoWorkerYet();

}  // namespace weft::progress
