#pragma once

#include "machine/run.h"

/// The kind `workflow`: its definition is looked up by a system activity, whose answer the history keeps, then it runs
/// as a child.
namespace weft::machine {

void StartWorkflow(Run& run, NodeRef ref);

/// `resolved` is the answer of `resolve_workflow`: `{ "definition": TEXT, "revision": N }`.
void WorkflowResolved(Run& run, NodeRef ref, std::string_view resolved);

/// The failure of the node whose child failed; its cause is the child's error.
NodeError ChildError(NodeRef ref, const Failure& failure);

contract::ActivityInput ResolveArguments(const RunState& run, std::string_view name, std::optional<int> revision);

/// `id` becomes the end of the child's workflow id; `input` is JSON text.
Result<StartChild> ChildOf(const RunState& run, const std::string& id, const std::string& node,
                           std::string_view resolved, const std::string& input);

}  // namespace weft::machine
