#include "server/handlers/trigger_document.h"

#include <utility>

namespace weft::server {
namespace {

using expr::Value;

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value TimeOrNull(Timestamp time) { return time == Timestamp{} ? Value() : Value(FormatTimestamp(time)); }

Value Texts(const std::vector<std::string>& texts) {
  auto list = Value::EmptyArray();
  for (const auto& text : texts) list.Append(Value(text));
  return list;
}

/// `none`, `token`, `basic`, `hmac` or the preset's name; null: the server's default.
Value AuthKind(const Value& auth) {
  if (!auth.IsObject()) return auth;
  const auto preset = auth.Get("hmac").Get("preset");
  return preset.IsNull() ? Value("hmac") : preset;
}

void AddKind(Value& document, const dsl::Workflow& workflow, const dsl::CronTrigger& cron, const StoredTriggers& stored,
             const std::string& id) {
  document.Set("kind", Value("cron"));
  document.Set("cron", Value(cron.cron));
  document.Set("timezone", Value(cron.timezone));
  document.Set("overlap", Value(cron.overlap));
  document.Set("start", cron.start ? Value(FormatTimestamp(*cron.start)) : Value());
  document.Set("end", cron.end ? Value(FormatTimestamp(*cron.end)) : Value());
  document.Set("schedule", Value(workflow.ns + '.' + workflow.name + '.' + id));
  document.Set("nextFireTimes", Value());
  document.Set("problem", Value());
  const auto schedule = stored.schedules.find(id);
  if (schedule != stored.schedules.end()) document.Set("problem", TextOrNull(schedule->second.error));
}

void AddKind(Value& document, const dsl::Workflow& workflow, const dsl::WebhookTrigger& webhook) {
  document.Set("kind", Value("webhook"));
  document.Set("path", Value("/hooks/" + workflow.ns + '/' + webhook.path));
  document.Set("methods", Texts(webhook.methods));
  document.Set("auth", AuthKind(webhook.auth));
  document.Set("respond", Value(webhook.respond_result ? "result" : "accepted"));
}

void AddKind(Value& document, const dsl::EventTrigger& event) {
  document.Set("kind", Value("event"));
  document.Set("type", Value(event.type));
  document.Set("source", TextOrNull(event.source));
}

}  // namespace

Value ManualDocument(const dsl::Workflow& workflow) {
  return Value::Object({{"id", Value("manual")}, {"kind", Value("manual")}, {"enabled", Value(workflow.manual)}});
}

Value TriggerDocument(const dsl::Workflow& workflow, const dsl::Trigger& trigger, const StoredTriggers& stored) {
  auto document = Value::Object({{"id", Value(trigger.id)}});
  if (const auto* cron = std::get_if<dsl::CronTrigger>(&trigger.kind)) {
    AddKind(document, workflow, *cron, stored, trigger.id);
  } else if (const auto* webhook = std::get_if<dsl::WebhookTrigger>(&trigger.kind)) {
    AddKind(document, workflow, *webhook);
  } else if (const auto* event = std::get_if<dsl::EventTrigger>(&trigger.kind)) {
    AddKind(document, *event);
  }
  const auto found = stored.states.find(trigger.id);
  const auto state = found == stored.states.end() ? store::TriggerState{} : found->second;
  document.Set("paused", Value(state.paused));
  document.Set("note", TextOrNull(state.note));
  document.Set("changedBy", TextOrNull(state.changed_by));
  document.Set("changedAt", TimeOrNull(state.changed_at));
  return document;
}

void AddStatus(Value& document, const triggers::ScheduleStatus& status) {
  document.Set("paused", Value(status.paused));
  document.Set("note", TextOrNull(status.note));
  auto next = Value::EmptyArray();
  for (const auto time : status.next) next.Append(Value(FormatTimestamp(time)));
  document.Set("nextFireTimes", std::move(next));
  auto runs = Value::EmptyArray();
  for (const auto& run : status.recent) {
    runs.Append(Value::Object({{"id", Value(run.id)},
                               {"runId", Value(run.run_id)},
                               {"scheduledAt", TimeOrNull(run.scheduled_at)},
                               {"startedAt", TimeOrNull(run.started_at)}}));
  }
  document.Set("runs", std::move(runs));
  document.Set("running", Texts(status.running));
  document.Set("counts", Value::Object({{"started", Value(status.started)},
                                        {"skipped", Value(status.skipped)},
                                        {"missed", Value(status.missed)},
                                        {"buffered", Value(status.buffered)}}));
}

void AddProblem(Value& document, const Error& error) {
  if (document.Get("problem").IsNull()) document.Set("problem", Value(error.message));
}

}  // namespace weft::server
