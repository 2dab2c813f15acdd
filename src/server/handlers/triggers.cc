#include "server/handlers/triggers.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "server/handlers/trigger_document.h"
#include "store/schedules.h"
#include "store/trigger_states.h"
#include "triggers/definitions.h"
#include "triggers/next_times.h"
#include "triggers/schedule.h"
#include "triggers/schedule_control.h"
#include "triggers/schedule_reconciler.h"

namespace weft::server {
namespace {

using expr::Value;
using triggers::Definition;

constexpr std::size_t kMostPreviewed = 100;
/// Temporal keeps no more starts waiting for one schedule.
constexpr std::size_t kMostBackfilled = 1000;

Response Json(int status, const Value& value) { return {.status = status, .body = value.Dump(), .headers = {}}; }

/// A body is an object or nothing.
Result<Value> BodyOf(const Request& request) {
  if (request.body.empty()) return Value::EmptyObject();
  auto body = Value::Parse(request.body, Value::kMaxDepth);
  if (!body) return Fail("validation", "The body is not JSON: " + body.error().message);
  if (!body->IsObject()) return Fail("validation", "The body must be a JSON object.");
  return body;
}

Result<std::string> TextOf(const Value& body, std::string_view field) {
  const auto value = body.Get(field);
  if (value.IsNull()) return std::string();
  if (!value.IsString()) return Fail("validation", "`" + std::string(field) + "` must be a text.");
  return value.AsString();
}

Result<Timestamp> TimeOf(const Value& body, std::string_view field) {
  WEFT_TRY(const auto text, TextOf(body, field));
  auto time = ParseTimestamp(text);
  if (!time) return Fail("validation", "`" + std::string(field) + "` must be a time such as 2026-03-01T08:00:00Z.");
  return time;
}

/// The trigger that a call names.
struct Target {
  std::shared_ptr<const Definition> definition;
  const dsl::Trigger* trigger = nullptr;
  std::string schedule_id;

  [[nodiscard]] const dsl::CronTrigger* cron() const { return std::get_if<dsl::CronTrigger>(&trigger->kind); }
};

class Triggers {
 public:
  explicit Triggers(const Services& services) : services_(services), schedules_(*services.client) {}

  Result<Response> List(const Request& request) const {
    const auto &ns = request.Parameter("ns"), &name = request.Parameter("name");
    WEFT_TRY(const auto definition, services_.definitions->Get(ns, name, 0));
    WEFT_TRY(const auto stored, Stored(ns, name));
    auto items = Value::EmptyArray();
    std::optional<Error> away;
    for (const auto& trigger : definition->workflow->triggers) {
      items.Append(DocumentOf(*definition->workflow, trigger, stored, away));
    }
    items.Append(ManualDocument(*definition->workflow));
    return Json(200, Value::Object({{"items", std::move(items)}, {"next", Value()}}));
  }

  Result<Response> Pause(const Request& request) const {
    WEFT_TRY(const auto body, BodyOf(request));
    WEFT_TRY(const auto note, TextOf(body, "note"));
    return Change(request, true, note);
  }

  Result<Response> Resume(const Request& request) const { return Change(request, false, {}); }

  Result<Response> Fire(const Request& request) const {
    WEFT_TRY(const auto target, Find(request));
    WEFT_TRY_VOID(NeedsCron(target));
    WEFT_TRY(const auto id, triggers::FireNow(schedules_, target.schedule_id));
    return Json(202, Value::Object({{"id", id ? Value(*id) : Value()}}));
  }

  Result<Response> Backfill(const Request& request) const {
    WEFT_TRY(const auto target, Find(request));
    WEFT_TRY_VOID(NeedsCron(target));
    WEFT_TRY(const auto body, BodyOf(request));
    WEFT_TRY(const auto from, TimeOf(body, "from"));
    WEFT_TRY(const auto to, TimeOf(body, "to"));
    if (to < from) return Fail("validation", "`to` is before `from`.");
    WEFT_TRY(auto overlap, TextOf(body, "overlap"));
    // The trigger's own policy may be to skip, which would leave one run of all of them.
    if (overlap.empty()) overlap = target.cron()->overlap == "allow_all" ? "allow_all" : "buffer_all";
    const auto policy = triggers::OverlapPolicyOf(overlap);
    if (policy == temporal::api::enums::v1::SCHEDULE_OVERLAP_POLICY_UNSPECIFIED) {
      return Fail("validation",
                  "`overlap` is skip, buffer_one, buffer_all, cancel_other, terminate_other or allow_all.");
    }
    WEFT_TRY(const auto slots, CountSlots(*target.cron(), from, to));
    if (slots > kMostBackfilled) {
      return Fail("validation", "Between these times there are more than 1,000 slots; backfill them in parts.");
    }
    WEFT_TRY_VOID(triggers::Backfill(schedules_, target.schedule_id, from, to, policy));
    return Json(202, Value::Object({{"slots", Value(static_cast<std::int64_t>(slots))}, {"overlap", Value(overlap)}}));
  }

 private:
  Result<StoredTriggers> Stored(std::string_view ns, std::string_view name) const {
    return services_.database->Read<StoredTriggers>([&](store::Transaction& t) -> Result<StoredTriggers> {
      StoredTriggers stored;
      WEFT_TRY(auto states, store::ListTriggerStates(t, ns, name));
      for (auto& state : states) stored.states.emplace(state.id, std::move(state));
      WEFT_TRY(auto schedules, store::ListSchedules(t, ns, name));
      for (auto& schedule : schedules) stored.schedules.emplace(schedule.trigger_id, std::move(schedule));
      return stored;
    });
  }

  /// Beside what the store has, of a cron trigger what Temporal says. With Temporal away, which the first one finds out
  /// for all, the rest is still told.
  Value DocumentOf(const dsl::Workflow& workflow, const dsl::Trigger& trigger, const StoredTriggers& stored,
                   std::optional<Error>& away) const {
    auto document = TriggerDocument(workflow, trigger, stored);
    if (!std::holds_alternative<dsl::CronTrigger>(trigger.kind)) return document;
    const auto id = triggers::ScheduleId(workflow.ns, workflow.name, trigger.id);
    const auto status = away ? std::unexpected(*away) : triggers::StatusOf(schedules_, id);
    if (status) {
      AddStatus(document, *status);
      return document;
    }
    AddProblem(document, status.error());
    if (status.error().code == "temporal") away = status.error();
    return document;
  }

  Result<Target> Find(const Request& request) const {
    const auto &ns = request.Parameter("ns"), &name = request.Parameter("name"), &id = request.Parameter("id");
    Target target;
    WEFT_TRY(target.definition, services_.definitions->Get(ns, name, 0));
    target.trigger = target.definition->FindTrigger(id);
    if (target.trigger == nullptr) {
      return Fail("not_found", "The workflow `" + ns + "/" + name + "` has no trigger `" + id + "`.");
    }
    target.schedule_id = triggers::ScheduleId(ns, name, id);
    return target;
  }

  static Result<void> NeedsCron(const Target& target) {
    if (target.cron() != nullptr) return {};
    return Fail("validation", "The trigger `" + target.trigger->id +
                                  "` is not a cron trigger: start the workflow by hand, or send what it waits for.");
  }

  /// Of a schedule Temporal has the say, and the store follows; of the others the store.
  Result<Response> Change(const Request& request, bool paused, const std::string& note) const {
    WEFT_TRY(const auto target, Find(request));
    const auto& workflow = *target.definition->workflow;
    const auto in_temporal = [&] {
      return paused ? triggers::Pause(schedules_, target.schedule_id, note)
                    : triggers::Resume(schedules_, target.schedule_id);
    };
    Result<void> changed;
    if (target.cron() != nullptr) changed = in_temporal();
    const bool not_yet = !changed && changed.error().code == "not_found";
    if (!changed && !not_yet) return std::unexpected(changed.error());
    const store::TriggerState state{.id = target.trigger->id,
                                    .paused = paused,
                                    .note = note,
                                    .changed_by = request.principal.name,
                                    .changed_at = Now()};
    WEFT_TRY(const bool known, services_.database->Write<bool>([&](store::Transaction& t) {
      return store::SetTriggerState(t, workflow.ns, workflow.name, state);
    }));
    if (!known) return Fail("not_found", "The trigger `" + state.id + "` was removed meanwhile.");
    // One that is yet to be made begins as the store says, unless it was made while that was written.
    if (not_yet) {
      if (changed = in_temporal(); !changed && changed.error().code != "not_found") {
        return std::unexpected(changed.error());
      }
    }
    services_.schedules->Wake();
    WEFT_TRY(const auto stored, Stored(workflow.ns, workflow.name));
    std::optional<Error> away;
    return Json(200, DocumentOf(workflow, *target.trigger, stored, away));
  }

  static Result<std::size_t> CountSlots(const dsl::CronTrigger& trigger, Timestamp from, Timestamp to) {
    const auto cron = dsl::ParseCron(trigger.cron);
    if (!cron) return Fail("internal", cron.error().message);
    WEFT_TRY(const auto zone, triggers::TimeZone::Load(trigger.timezone));
    const auto times = triggers::NextTimes(*cron, zone, from - std::chrono::milliseconds(1), kMostBackfilled + 1);
    return static_cast<std::size_t>(std::ranges::count_if(times, [to](Timestamp time) { return time <= to; }));
  }

  const Services& services_;
  const temporalio::ScheduleClient schedules_;
};

/// What an editor shows beside a cron while it is typed.
Result<Response> Preview(const Request& request) {
  const auto expression = request.Query("expression").value_or("");
  const auto timezone = request.Query("timezone").value_or("UTC");
  std::size_t count = 5;
  if (const auto given = request.Query("count")) {
    const auto number = Value::Parse(*given);
    if (!number || !number->IsNumber() || number->AsInteger() < 1) return Fail("validation", "`count` is 1 to 100.");
    count = std::min(static_cast<std::size_t>(number->AsInteger()), kMostPreviewed);
  }
  const auto cron = dsl::ParseCron(expression);
  if (!cron) {
    const auto& problem = cron.error();
    const auto extra = Value::Object({{"hint", Value(problem.hint)},
                                      {"offset", Value(static_cast<std::int64_t>(problem.offset))},
                                      {"length", Value(static_cast<std::int64_t>(problem.length))}});
    return Problem(422, {"cron", "The cron `" + expression + "`: " + problem.message + "."}, extra.Dump());
  }
  const auto zone = triggers::TimeZone::Load(timezone.empty() ? "UTC" : timezone);
  if (!zone) return std::unexpected(zone.error());
  auto next = Value::EmptyArray();
  for (const auto time : triggers::NextTimes(*cron, *zone, Now(), count)) next.Append(Value(FormatTimestamp(time)));
  return Json(
      200, Value::Object({{"expression", Value(expression)}, {"timezone", Value(timezone)}, {"nextFireTimes", next}}));
}

/// A handler of a call that fails with an error.
template <class Call>
Handler Answering(Call call) {
  return [call](const Request& request) {
    auto response = call(request);
    return response ? *std::move(response) : ProblemOf(response.error());
  };
}

}  // namespace

std::vector<Route> TriggerRoutes(Services& services) {
  const auto triggers = std::make_shared<const Triggers>(services);
  const std::string list = "/api/v1/workflows/{ns}/{name}/triggers";
  const std::vector<std::string> json{"application/json"};
  const auto change = [&](const char* verb, Result<Response> (Triggers::*call)(const Request&) const) {
    return Route{
        .method = "POST",
        .pattern = list + "/{id}/" + verb,
        .permission = Permission::kOperate,
        .handler = Answering([triggers, call](const Request& request) { return ((*triggers).*call)(request); }),
        .accepts = json};
  };
  return {
      {.method = "GET",
       .pattern = list,
       .permission = Permission::kView,
       .handler = Answering([triggers](const Request& request) { return triggers->List(request); }),
       .accepts = {}},
      change("pause", &Triggers::Pause),
      change("resume", &Triggers::Resume),
      change("fire", &Triggers::Fire),
      change("backfill", &Triggers::Backfill),
      {.method = "GET",
       .pattern = "/api/v1/cron/preview",
       .permission = Permission::kView,
       .handler = Answering(Preview),
       .accepts = {}},
  };
}

}  // namespace weft::server
