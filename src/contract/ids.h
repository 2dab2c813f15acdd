#pragma once

#include <string>
#include <string_view>

/// Ids that Temporal keeps and people see; part of the contract with histories.
namespace weft::contract {

/// The id of a node's attempt as an activity or child: `each/7/ship#2`. Beyond kMaxOperationId bytes the path keeps its
/// end, which tells nodes apart for people, behind a hash of the whole.
std::string OperationId(const std::string& path, int attempt);

/// The workflow type of a definition's runs: `NAMESPACE.NAME`.
std::string WorkflowType(std::string_view ns, std::string_view name);

/// The workflow id of a run started by a trigger (`manual` for starts by hand) with a key: `ns.name.trigger.KEY`. A key
/// that is not `[A-Za-z0-9_-]{1,64}` is replaced by 26 characters of its SHA-256 in base 32.
std::string InstanceId(std::string_view ns, std::string_view name, std::string_view trigger, std::string_view key);

/// The workflow id of a test run. Hyphens are in no trigger's id, so that it can be told by its id alone.
std::string TestRunId(std::string_view ns, std::string_view name, std::string_view key);
/// What the ids of all test runs of a workflow begin with.
std::string TestRunPrefix(std::string_view workflow_type);
bool IsTestRun(std::string_view workflow_type, std::string_view id);

/// 8 characters by which a run is told from others of its id: `ID@1a2b3c4d`. The end of its run id: the beginning is
/// the time and the same for all runs of a minute.
std::string_view ShortRunId(std::string_view run_id);

}  // namespace weft::contract
