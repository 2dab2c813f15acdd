#include "machine/reporter.h"

#include <algorithm>
#include <utility>

#include "contract/ids.h"
#include "contract/names.h"

namespace weft::machine {
namespace {

using expr::Value;

/// A notification for each rule, and the error workflow; null if there is neither. Its input is the report.
Value DefinitionOf(const dsl::Workflow& workflow, std::string_view event) {
  auto nodes = Value::EmptyObject();
  for (const auto& rule : workflow.notify) {
    if (std::ranges::find(rule.on, event) == rule.on.end()) continue;
    auto to = Value::EmptyArray();
    for (const auto& channel : rule.to) to.Append(Value(channel));
    auto body = Value::Object({{"to", std::move(to)},
                               {"title", Value("${ .workflow + \" \" + .event }")},
                               {"text", Value("${ .error.message // \"\" }")}});
    nodes.Set("notify_" + std::to_string(nodes.size()), Value::Object({{"notify", std::move(body)}}));
  }
  const bool failed = event == "failed" || event == "timed_out";
  if (failed && !workflow.error_workflow.empty()) {
    nodes.Set("error_workflow", Value::Object({{"workflow", Value(workflow.error_workflow)}, {"detach", Value(true)}}));
  }
  if (nodes.size() == 0) return {};
  // One that cannot be told is no reason not to tell the others.
  return Value::Object({{"weft", Value(1)},
                        {"name", Value(kReporter)},
                        {"namespace", Value(workflow.ns)},
                        {"on_failure", Value("finish")},
                        {"nodes", std::move(nodes)}});
}

}  // namespace

Value ReportOf(const dsl::Workflow& workflow, const RunEnd& end) {
  return Value::Object({{"event", Value(end.event)},
                        {"workflow", Value(workflow.name)},
                        {"namespace", Value(workflow.ns)},
                        {"instance", Value(end.instance_id)},
                        {"revision", Value(end.revision)},
                        {"status", Value(end.event)},
                        {"trigger", Value::Object({{"kind", Value(end.trigger.kind)}, {"id", Value(end.trigger.id)}})},
                        {"node", end.node.empty() ? Value() : Value(end.node)},
                        {"error", end.error},
                        {"attempts", Value(end.attempts)},
                        {"startedAt", Value(FormatTimestamp(end.started_at))},
                        {"endedAt", Value(FormatTimestamp(end.ended_at))}});
}

std::optional<Reporter> ReporterOf(const dsl::Workflow& workflow, const RunEnd& end) {
  const auto definition = DefinitionOf(workflow, end.event);
  if (definition.IsNull()) return std::nullopt;
  contract::StartInput start;
  start.trigger = {.kind = std::string(contract::kNotificationTrigger), .id = {}, .payload = {}};
  return Reporter{.workflow_id = std::string(kReporter) + "." + (end.run_id.empty() ? end.instance_id : end.run_id) +
                                 '.' + end.event,
                  .type = contract::WorkflowType(workflow.ns, kReporter),
                  .inputs = {start.ToJson(), definition.Dump(), ReportOf(workflow, end).Dump()}};
}

}  // namespace weft::machine
