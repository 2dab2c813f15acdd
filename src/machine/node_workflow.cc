#include "machine/node_workflow.h"

#include <algorithm>

#include "contract/ids.h"
#include "contract/names.h"
#include "machine/node_activity.h"

namespace weft::machine {

using expr::Value;

contract::ActivityInput ResolveArguments(const RunState& run, std::string_view name, std::optional<int> revision) {
  auto args = Value::Object({{"namespace", Value(run.workflow->ns)}, {"name", Value(name)}});
  if (revision) args.Set("revision", Value(*revision));
  return {.args = std::move(args), .secrets = {}, .output = {}, .vars = {}};
}

Result<StartChild> ChildOf(const RunState& run, const std::string& id, const std::string& node,
                           std::string_view resolved, const std::string& input) {
  WEFT_TRY(const auto value, Value::Parse(resolved));
  if (!value.Get("definition").IsString())
    return Fail("internal", "the answer to `resolve_workflow` holds no definition");
  WEFT_TRY(const auto definition, Value::Parse(value.Get("definition").StringView()));
  contract::StartInput start;
  start.revision = static_cast<int>(value.Get("revision").AsInteger());
  start.trigger = {.kind = "workflow",
                   .id = {},
                   .payload = Value::Object({{"instance", Value(run.instance_id)}, {"node", Value(node)}})};
  // An instance's id never holds a slash.
  auto suffix = '.' + id;
  std::ranges::replace(suffix, '/', '.');
  std::ranges::replace(suffix, '#', '.');
  return StartChild{.operation = 0,
                    .workflow_id = run.instance_id + suffix,
                    .type = contract::WorkflowType(run.workflow->ns, definition.Get("name").StringView()),
                    .queue = std::string(contract::kWorkerQueue),
                    .inputs = {start.ToJson(), value.Get("definition").AsString(), input},
                    .abandon = false,
                    .reject_duplicate = true,
                    .summary = id};
}

void StartWorkflow(Run& run, NodeRef ref) {
  const auto& call = std::get<dsl::WorkflowCall>(ref.definition().body);
  run.Schedule(ref, {contract::kResolveWorkflowActivity, std::string(contract::kSystemQueue),
                     ResolveArguments(run.state(), call.name, call.revision)});
}

void WorkflowResolved(Run& run, NodeRef ref, std::string_view resolved) {
  const auto& call = std::get<dsl::WorkflowCall>(ref.definition().body);
  const auto id = OperationId(ref.operation_path(), ref.state().attempts);
  auto child = ChildOf(run.state(), id, ref.path(), resolved, ref.state().input.Dump());
  if (!child) return run.FailAttempt(ref, child.error());
  if (!ref.definition().queue.empty()) child->queue = ref.definition().queue;
  child->abandon = call.detach;
  run.StartChild(ref, *std::move(child));
}

NodeError ChildError(NodeRef ref, const Failure& failure) {
  const auto& name = std::get<dsl::WorkflowCall>(ref.definition().body).name;
  const auto [code, message] = ReasonOf(failure);
  auto error = Run::MakeError(ref, "workflow.failed", "the workflow `" + name + "` failed: " + message);
  const auto details = Value::Parse(failure.details);
  error.cause =
      details && details->Has("code") ? *details : Value::Object({{"code", Value(code)}, {"message", Value(message)}});
  return error;
}

}  // namespace weft::machine
