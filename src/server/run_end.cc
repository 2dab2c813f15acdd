#include "server/run_end.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "machine/state.h"
#include "progress/fold.h"
#include "temporalio/client/history.h"

namespace weft::server {
namespace {

using expr::Value;
using progress::Closing;
using Code = temporalio::Error::Code;

std::unexpected<Error> ToError(const temporalio::Error& error) {
  return Fail(error.code == Code::kNotFound ? "not_found" : "temporal", error.message);
}

Timestamp MicrosOf(temporalio::Time time) { return std::chrono::floor<std::chrono::microseconds>(time); }

/// The first node that had begun and not ended, as deep as it goes.
const machine::NodeState* FindActive(const machine::RegionState& region, std::string& path) {
  for (std::size_t i = 0; i < region.nodes.size(); ++i) {
    const auto& node = region.nodes[i];
    if (!machine::IsActive(node.status)) continue;
    path = region.PathOf(i);
    for (const auto& [index, child] : node.children) {
      if (const auto* inner = FindActive(*child, path)) return inner;
    }
    return &node;
  }
  return nullptr;
}

/// A run that was closed from outside has no error of its own.
void SayOutside(const progress::Fold& fold, const char* code, std::string message, machine::RunEnd& end) {
  const auto ahead = fold.Ahead();
  if (const auto* node = FindActive(ahead.state().root, end.node)) end.attempts = node->attempts;
  end.error = Value::Object({{"code", Value(code)},
                             {"message", Value(message)},
                             {"node", end.node.empty() ? Value() : Value(end.node)},
                             {"attempt", Value(end.attempts)}});
}

machine::RunEnd EndOf(const progress::Fold& fold) {
  const auto& state = fold.machine().state();
  const auto& closing = *fold.closing();
  machine::RunEnd end{.event = {},
                      .instance_id = state.instance_id,
                      .run_id = state.run_id,
                      .revision = state.start.revision,
                      .trigger = state.start.trigger,
                      .node = state.error ? state.error->node : std::string(),
                      .error = state.error ? state.error->ToValue() : Value(),
                      .attempts = state.error ? state.error->attempt : 0,
                      .started_at = state.started_at,
                      .ended_at = closing.at};
  switch (closing.kind) {
    case Closing::Kind::kTerminated:
      end.event = "terminated";
      SayOutside(fold, "terminated", closing.reason.empty() ? "somebody terminated the run" : closing.reason, end);
      break;
    case Closing::Kind::kTimedOut:
      end.event = "timed_out";
      SayOutside(fold, "timeout", "Temporal closed the run: its time was up", end);
      break;
    case Closing::Kind::kCancelled: end.event = "cancelled"; break;
    case Closing::Kind::kFailed:
      end.event = state.status == machine::RunStatus::kTimedOut ? "timed_out" : "failed";
      break;
    case Closing::Kind::kCompleted:
    case Closing::Kind::kContinued: end.event = "completed"; break;
  }
  return end;
}

/// For histories that this version cannot follow: what the list knows.
void SayFromList(const temporalio::RunInfo& run, machine::RunEnd& end) {
  namespace enums = temporal::api::enums::v1;
  std::string code = "internal";
  switch (run.status) {
    case enums::WORKFLOW_EXECUTION_STATUS_TERMINATED: end.event = code = "terminated"; break;
    case enums::WORKFLOW_EXECUTION_STATUS_CANCELED: end.event = code = "cancelled"; break;
    case enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
      end.event = "timed_out";
      code = "timeout";
      break;
    default: end.event = "failed";
  }
  end.error = Value::Object(
      {{"code", Value(code)}, {"message", Value("this server cannot follow the run's history; look there for more")}});
}

}  // namespace

bool IsNobodys(const Error& error) {
  return error.code == "validation" || error.code == "semantics" || error.code == "not_found";
}

bool IsReporter(const temporalio::RunInfo& run) {
  return run.workflow_type.ends_with('.' + std::string(machine::kReporter));
}

Result<bool> GoesOn(const temporalio::Client& client, const temporalio::RunInfo& run) {
  const auto newest = client.Describe({run.workflow_id, {}});
  if (!newest) {
    if (newest.error().code == Code::kNotFound) return false;
    return ToError(newest.error());
  }
  return newest->info.run_id != run.run_id && newest->info.first_run_id == run.first_run_id;
}

Result<EndedRun> ReadStart(const temporalio::Client& client, const temporalio::RunInfo& run,
                           progress::Definitions& definitions) {
  temporalio::HistoryReader reader(client, {run.workflow_id, run.run_id}, {.page_size = 1});
  const auto page = reader.Next();
  if (!page) return ToError(page.error());
  if (!*page || (*page)->events().empty()) return Fail("not_found", "the run has no history");
  const auto& first = (*page)->events(0).workflow_execution_started_event_attributes();
  auto started_at = MicrosOf(run.start_time);
  // A chain began with its first run, which Temporal may have forgotten.
  if (const auto& id = first.first_execution_run_id(); !id.empty() && id != run.run_id) {
    if (const auto origin = client.Describe({run.workflow_id, id})) started_at = MicrosOf(origin->info.start_time);
  }
  WEFT_TRY(const auto started,
           progress::MakeStarted(first.input().payloads(), run.workflow_id, first.first_execution_run_id(), started_at,
                                 first.search_attributes(), definitions));
  return EndedRun{.workflow = started.workflow,
                  .end = {.event = {},
                          .instance_id = run.workflow_id,
                          .run_id = started.run_id,
                          .revision = started.start.revision,
                          .trigger = started.start.trigger,
                          .node = {},
                          .error = {},
                          .attempts = 0,
                          .started_at = started_at,
                          .ended_at = run.close_time ? MicrosOf(*run.close_time) : Timestamp{}}};
}

Result<EndedRun> ReadEnd(const temporalio::Client& client, const temporalio::RunInfo& run,
                         progress::Definitions& definitions) {
  temporalio::HistoryReader reader(client, {run.workflow_id, run.run_id});
  progress::Fold fold(definitions, run.workflow_id);
  bool followed = true;
  while (followed) {
    const auto page = reader.Next();
    if (!page) return ToError(page.error());
    if (!*page) break;
    for (const auto& event : (*page)->events()) {
      followed = followed && fold.Feed(event).has_value();
    }
  }
  if (followed && fold.closing() && fold.machine().state().workflow != nullptr) {
    return EndedRun{.workflow = fold.machine().state().workflow, .end = EndOf(fold)};
  }
  // Terminated before its first workflow task, or a history that this version cannot follow.
  WEFT_TRY(auto ended, ReadStart(client, run, definitions));
  SayFromList(run, ended.end);
  if (followed && fold.closing() && fold.closing()->kind == Closing::Kind::kTerminated) {
    ended.end.error.Set("message", Value(fold.closing()->reason));
  }
  return ended;
}

}  // namespace weft::server
