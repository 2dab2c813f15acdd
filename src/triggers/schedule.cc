#include "triggers/schedule.h"

#include <array>
#include <utility>

#include "contract/ids.h"
#include "contract/names.h"
#include "contract/start.h"
#include "dsl/cron.h"
#include "temporalio/converter/payload.h"
#include "temporalio/converter/time.h"

namespace weft::triggers {
namespace {

using namespace temporal::api::enums::v1;
using expr::Value;
using temporal::api::schedule::v1::ScheduleSpec;

/// In the schedule's memo: that it is Weft's. In its action's memo: the version; servers before 1.30 never change the
/// memo of a schedule.
constexpr const char* kMark = "weft-schedule";

constexpr std::array<std::pair<std::string_view, ScheduleOverlapPolicy>, 6> kOverlaps{
    {{"skip", SCHEDULE_OVERLAP_POLICY_SKIP},
     {"buffer_one", SCHEDULE_OVERLAP_POLICY_BUFFER_ONE},
     {"buffer_all", SCHEDULE_OVERLAP_POLICY_BUFFER_ALL},
     {"cancel_other", SCHEDULE_OVERLAP_POLICY_CANCEL_OTHER},
     {"terminate_other", SCHEDULE_OVERLAP_POLICY_TERMINATE_OTHER},
     {"allow_all", SCHEDULE_OVERLAP_POLICY_ALLOW_ALL}}};

void AddRanges(const std::vector<dsl::CronRange>& from,
               google::protobuf::RepeatedPtrField<temporal::api::schedule::v1::Range>* to) {
  for (const auto& range : from) {
    auto* added = to->Add();
    added->set_start(range.first);
    added->set_end(range.last);
    added->set_step(range.step);
  }
}

ScheduleSpec SpecOf(const dsl::Cron& cron, const dsl::CronTrigger& trigger) {
  ScheduleSpec spec;
  for (const auto& calendar : cron.calendars) {
    auto* added = spec.add_structured_calendar();
    AddRanges(calendar.second, added->mutable_second());
    AddRanges(calendar.minute, added->mutable_minute());
    AddRanges(calendar.hour, added->mutable_hour());
    AddRanges(calendar.day_of_month, added->mutable_day_of_month());
    AddRanges(calendar.month, added->mutable_month());
    AddRanges(calendar.day_of_week, added->mutable_day_of_week());
  }
  if (cron.every) *spec.add_interval()->mutable_interval() = temporalio::ToDuration(*cron.every);
  spec.set_timezone_name(trigger.timezone);
  if (trigger.jitter > Duration{0}) *spec.mutable_jitter() = temporalio::ToDuration(trigger.jitter);
  if (trigger.start) *spec.mutable_start_time() = temporalio::ToTimestamp(*trigger.start);
  if (trigger.end) *spec.mutable_end_time() = temporalio::ToTimestamp(*trigger.end);
  return spec;
}

temporal::api::schedule::v1::ScheduleAction ActionOf(const dsl::Workflow& workflow, int revision,
                                                     const dsl::Trigger& trigger) {
  contract::StartInput start;
  start.revision = revision;
  start.trigger = {.kind = "cron", .id = trigger.id, .payload = {}};
  temporalio::StartOptions options;
  options.workflow_id = ScheduleId(workflow.ns, workflow.name, trigger.id);
  options.workflow_type = contract::WorkflowType(workflow.ns, workflow.name);
  options.task_queue = contract::kWorkerQueue;
  // The run makes its payload and input itself: only it knows the slot.
  options.input = {temporalio::JsonPayload(start.ToJson()), temporalio::JsonPayload(workflow.normalised),
                   temporalio::JsonPayload("null")};
  const auto version = Value::Object({{"revision", Value(revision)}, {"digest", Value(workflow.digest)}});
  options.memo.emplace(kMark, temporalio::JsonPayload(version.Dump()));
  options.memo.emplace(std::string(contract::kStartMemoField), temporalio::JsonPayload(start.ToMemo().Dump()));
  options.summary = Value(workflow.title.empty() ? workflow.name : workflow.title).Dump();
  return temporalio::StartWorkflowAction(std::move(options));
}

}  // namespace

std::string ScheduleId(std::string_view ns, std::string_view name, std::string_view trigger) {
  std::string id(ns);
  for (const auto part : {name, trigger}) {
    id += '.';
    id += part;
  }
  return id;
}

std::vector<store::Schedule> WantedSchedules(const dsl::Workflow& workflow, int revision) {
  std::vector<store::Schedule> wanted;
  for (const auto& trigger : workflow.triggers) {
    if (!std::holds_alternative<dsl::CronTrigger>(trigger.kind)) continue;
    store::Schedule schedule;
    schedule.ns = workflow.ns;
    schedule.name = workflow.name;
    schedule.trigger_id = trigger.id;
    schedule.revision = revision;
    // The revision says the rest.
    schedule.spec = "{}";
    wanted.push_back(std::move(schedule));
  }
  return wanted;
}

Result<temporalio::CreateScheduleOptions> ScheduleFor(const dsl::Workflow& workflow, int revision,
                                                      const dsl::Trigger& trigger) {
  const auto* cron = std::get_if<dsl::CronTrigger>(&trigger.kind);
  if (cron == nullptr) return Fail("validation", "The trigger `" + trigger.id + "` is not a cron trigger.");
  const auto parsed = dsl::ParseCron(cron->cron);
  if (!parsed) return Fail("validation", "The cron of `" + trigger.id + "`: " + parsed.error().message + ".");

  temporalio::CreateScheduleOptions options;
  options.schedule_id = ScheduleId(workflow.ns, workflow.name, trigger.id);
  *options.schedule.mutable_spec() = SpecOf(*parsed, *cron);
  *options.schedule.mutable_action() = ActionOf(workflow, revision, trigger);
  auto* policies = options.schedule.mutable_policies();
  policies->set_overlap_policy(OverlapPolicyOf(cron->overlap));
  *policies->mutable_catchup_window() = temporalio::ToDuration(cron->catchup);
  policies->set_pause_on_failure(cron->pause_on_failure);
  const auto mark = Value::Object(
      {{"workflow", Value(contract::WorkflowType(workflow.ns, workflow.name))}, {"trigger", Value(trigger.id)}});
  options.memo.emplace(kMark, temporalio::JsonPayload(mark.Dump()));
  return options;
}

bool IsOurs(const temporalio::ScheduleDescription& schedule) { return schedule.memo.contains(kMark); }

ScheduleVersion VersionOf(const temporal::api::schedule::v1::Schedule& schedule) {
  const auto& memo = schedule.action().start_workflow().memo().fields();
  const auto found = memo.find(kMark);
  if (found == memo.end()) return {};
  const auto json = temporalio::JsonOf(found->second);
  if (!json) return {};
  const auto value = Value::Parse(*json, Value::kMaxDepth);
  if (!value) return {};
  return {static_cast<int>(value->Get("revision").AsInteger()), value->Get("digest").AsString()};
}

temporalio::ScheduleOverlapPolicy OverlapPolicyOf(std::string_view overlap) {
  for (const auto& [word, policy] : kOverlaps) {
    if (word == overlap) return policy;
  }
  return SCHEDULE_OVERLAP_POLICY_UNSPECIFIED;
}

}  // namespace weft::triggers
