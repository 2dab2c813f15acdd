#include <utility>

#include "progress/view.h"

/// The instance document.
namespace weft::progress {
namespace {

using expr::Value;

Value TimeOrNull(Timestamp t) { return t == Timestamp{} ? Value() : Value(FormatTimestamp(t)); }

Value ToJson(const Attempt& attempt) {
  auto json = Value::Object({{"attempt", Value(attempt.number)},
                             {"scheduledAt", TimeOrNull(attempt.scheduled_at)},
                             {"startedAt", TimeOrNull(attempt.started_at)},
                             {"endedAt", TimeOrNull(attempt.ended_at)},
                             {"outcome", Value(attempt.outcome)}});
  if (!attempt.worker.empty()) json.Set("worker", Value(attempt.worker));
  if (!attempt.code.empty()) {
    json.Set("error", Value::Object({{"code", Value(attempt.code)}, {"message", Value(attempt.message)}}));
  }
  return json;
}

}  // namespace

Value NodeView::ToJson() const {
  auto json = Value::Object({{"status", Value(StatusName(status))}, {"attempts", Value(attempts)}});
  if (!reason.IsNull()) json.Set("reason", reason);
  if (started_at == Timestamp{}) return json;
  json.Set("startedAt", TimeOrNull(started_at));
  json.Set("endedAt", TimeOrNull(ended_at));
  if (omitted) {
    json.Set("omitted", Value(true));
  } else {
    json.Set("input", input);
    json.Set("output", output);
  }
  json.Set("error", error ? error->ToValue() : Value());
  if (handled) json.Set("handled", Value(true));
  if (max_attempts > 1) json.Set("maxAttempts", Value(max_attempts));
  if (!chosen_case.empty()) json.Set("case", Value(chosen_case));
  if (!counts.IsNull()) json.Set("counts", counts);
  if (!child.empty()) json.Set("child", Value(child));
  if (!tries.empty()) {
    auto list = Value::EmptyArray();
    for (const auto& attempt : tries) list.Append(progress::ToJson(attempt));
    json.Set("tries", std::move(list));
  }
  return json;
}

Value InstanceView::Head() const {
  auto about = Value::Object({{"kind", Value(trigger.kind)}});
  if (!trigger.id.empty()) about.Set("id", Value(trigger.id));
  auto head = Value::Object({{"id", Value(id)},
                             {"workflow", Value(workflow)},
                             {"namespace", Value(ns)},
                             {"revision", revision == 0 ? Value() : Value(revision)},
                             {"status", Value(status)},
                             {"trigger", std::move(about)},
                             {"input", input},
                             {"output", output},
                             {"error", error},
                             {"startedAt", TimeOrNull(started_at)},
                             {"endedAt", TimeOrNull(ended_at)},
                             {"run", Value::Object({{"id", Value(run_id)}, {"events", Value(events)}})}});
  if (!reason.IsNull()) head.Set("reason", reason);
  if (trigger.kind == "workflow") head.Set("parent", trigger.payload);
  auto children = Value::EmptyObject();
  for (const auto& node : nodes) {
    if (!node.child.empty()) children.Set(node.path, Value(node.child));
  }
  if (children.size() > 0) head.Set("children", std::move(children));
  return head;
}

Value InstanceView::ToJson() const {
  auto json = Head();
  auto all = Value::EmptyObject();
  for (const auto& node : nodes) all.Set(node.path, node.ToJson());
  json.Set("nodes", std::move(all));
  return json;
}

}  // namespace weft::progress
