#include "server/closed_runs.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "contract/ids.h"
#include "contract/names.h"
#include "server/run_end.h"
#include "store/channels.h"
#include "store/notifications.h"
#include "temporalio/converter/payload.h"

namespace weft::server {
namespace {

using expr::Value;
using namespace std::chrono_literals;
namespace enums = temporal::api::enums::v1;

constexpr Duration kLease = 15s;
constexpr auto kPause = 1s;
constexpr auto kPauseAfterTrouble = 5s;
/// How long the log of notifications goes back; what is told once is remembered for as long.
constexpr Duration kKept = std::chrono::days(90);
constexpr int kMaxTroubles = 20;

std::string Quoted(std::string_view text) { return fmt::format("'{}'", text); }

/// The name of a trigger, which a run's `recovered` is about; empty: the run was started otherwise.
std::string TriggerOf(const contract::TriggerInfo& trigger) {
  if (trigger.kind == "manual") return "manual";
  return trigger.kind == "cron" || trigger.kind == "webhook" || trigger.kind == "event" ? trigger.id : std::string();
}

void AddRuleChannels(const dsl::Workflow& workflow, std::string_view event, std::vector<std::string>& channels) {
  for (const auto& rule : workflow.notify) {
    if (std::ranges::find(rule.on, event) == rule.on.end()) continue;
    channels.insert(channels.end(), rule.to.begin(), rule.to.end());
  }
}

bool HasRule(const dsl::Workflow& workflow, std::string_view event) {
  std::vector<std::string> channels;
  AddRuleChannels(workflow, event, channels);
  return !channels.empty();
}

std::string SubjectOf(const machine::RunEnd& end) { return end.run_id + '.' + end.event; }

}  // namespace

ClosedRuns::ClosedRuns(store::Database& database, temporalio::Client client, notify::Outbox& outbox, Options options)
    : database_(database),
      client_(std::move(client)),
      outbox_(outbox),
      scan_(database, client_, {.name = "closed-runs", .lease = kLease, .clock = std::move(options.clock)}) {}

void ClosedRuns::Run(const std::stop_token& stop) {
  LookUntil(
      stop, "looking after closed runs",
      [this]() -> Result<void> {
        WEFT_TRY_VOID(Scan());
        return {};
      },
      kPause, kPauseAfterTrouble);
}

Result<bool> ClosedRuns::Scan() {
  WEFT_TRY(const auto turn, scan_.Scan([this](Timestamp from, Timestamp to) { return ScanWindow(from, to); }));
  if (turn == CloseScan::Turn::kDeep) {
    WEFT_TRY_VOID(database_.Write<std::int64_t>(
        [&](store::Transaction& t) { return store::DropNotifications(t, scan_.Now() - kKept); }));
  }
  return turn != CloseScan::Turn::kAnothers;
}

// Completed runs report themselves; they are only asked for where that is not all.
Result<std::string> ClosedRuns::QueryOf(Timestamp from, Timestamp to) {
  bool all_completed = false;
  std::string types;
  WEFT_TRY_VOID(database_.Read([&](store::Transaction& t) -> Result<void> {
    WEFT_TRY(const auto told, store::ChannelsToldOf(t, "completed"));
    all_completed = !told.empty();
    anybody_told_ = false;
    for (const auto* event : {"failed", "timed_out", "terminated", "cancelled", "recovered"}) {
      WEFT_TRY(const auto channels, store::ChannelsToldOf(t, event));
      anybody_told_ = anybody_told_ || !channels.empty();
    }
    WEFT_TRY(const auto failing, store::FailingWorkflows(t));
    types.clear();
    for (const auto& type : failing) types += (types.empty() ? "" : ", ") + Quoted(type);
    return {};
  }));
  std::string which = "ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated', 'Canceled')";
  if (all_completed) {
    which = "ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated', 'Canceled', 'Completed')";
  } else if (!types.empty()) {
    which = fmt::format("({} OR (ExecutionStatus = 'Completed' AND WorkflowType IN ({})))", which, types);
  }
  return fmt::format("CloseTime >= '{}' AND CloseTime < '{}' AND {}", FormatTimestamp(from), FormatTimestamp(to),
                     which);
}

// A failure makes completions of its workflow matter, also those of the same window.
Result<void> ClosedRuns::ScanWindow(Timestamp from, Timestamp to) {
  std::string done;
  while (true) {
    WEFT_TRY(auto query, QueryOf(from, to));
    if (query == done) return {};
    WEFT_TRY_VOID(ScanRuns(query));
    done = std::move(query);
  }
}

Result<void> ClosedRuns::ScanRuns(const std::string& query) {
  WEFT_TRY(const auto runs, scan_.ListNew(query));
  for (const auto& run : runs) {
    if (const auto done = Handle(run); !done && !IsNobodys(done.error())) {
      // One run must not keep the others from being told of for ever.
      if (++troubles_[run.run_id] < kMaxTroubles) return std::unexpected(done.error());
      spdlog::error("nobody is told that {} has closed: {}", run.workflow_id, done.error().message);
    }
    troubles_.erase(run.run_id);
    scan_.Note(run);
  }
  return {};
}

Result<void> ClosedRuns::Handle(const temporalio::RunInfo& run) {
  if (contract::IsTestRun(run.workflow_type, run.workflow_id)) return {};  // whoever tries something looks at it
  if (run.status == enums::WORKFLOW_EXECUTION_STATUS_COMPLETED) {
    if (const auto memo = run.memo.find(std::string(contract::kMemoField));
        memo != run.memo.end() && memo->second.data().contains("not_triggered")) {
      return {};
    }
    WEFT_TRY(auto ended, ReadStart(client_, run, definitions_));
    ended.end.event = "completed";
    WEFT_TRY_VOID(TellAll(*ended.workflow, ended.end));
    return TellRecovery(*ended.workflow, std::move(ended.end));
  }
  if (!anybody_told_) {
    // Its first event tells whether its workflow wants anybody to know; the rest of the history may be long.
    WEFT_TRY(const auto started, ReadStart(client_, run, definitions_));
    if (started.workflow->notify.empty() && started.workflow->error_workflow.empty()) return {};
  }
  if (run.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED) {
    WEFT_TRY(const bool goes_on, GoesOn(client_, run));
    if (goes_on) return {};
  }
  WEFT_TRY(const auto ended, ReadEnd(client_, run, definitions_));
  if (const auto reporter = machine::ReporterOf(*ended.workflow, ended.end)) WEFT_TRY_VOID(StartReporter(*reporter));
  return TellAll(*ended.workflow, ended.end);
}

Result<void> ClosedRuns::StartReporter(const machine::Reporter& reporter) {
  temporalio::StartOptions start;
  start.workflow_id = reporter.workflow_id;
  start.workflow_type = reporter.type;
  start.task_queue = contract::kWorkerQueue;
  for (const auto& input : reporter.inputs) start.input.push_back(temporalio::JsonPayload(input));
  start.id_reuse_policy = enums::WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE;
  const auto started = client_.StartWorkflow(std::move(start));
  if (started || started.error().code == temporalio::Error::Code::kAlreadyExists) return {};
  return Fail("temporal", started.error().message);
}

Result<void> ClosedRuns::TellAll(const dsl::Workflow& workflow, const machine::RunEnd& end) {
  const notify::Telling telling{
      .subject = SubjectOf(end), .content = machine::ReportOf(workflow, end).Dump(), .channels = {}};
  WEFT_TRY(const int added, database_.Write<int>([&](store::Transaction& t) -> Result<int> {
    auto all = telling;
    WEFT_TRY(all.channels, store::ChannelsToldOf(t, end.event));
    const auto trigger = TriggerOf(end.trigger);
    if ((end.event == "failed" || end.event == "timed_out") && !trigger.empty()) {
      WEFT_TRY(const auto told, store::ChannelsToldOf(t, "recovered"));
      if (!told.empty() || HasRule(workflow, "recovered")) {
        WEFT_TRY_VOID(store::MarkTriggerFailing(t, workflow.ns, workflow.name, trigger, end.ended_at));
      }
    }
    return notify::Outbox::Add(t, all, scan_.Now());
  }));
  if (added > 0) outbox_.Wake();
  return {};
}

Result<void> ClosedRuns::TellRecovery(const dsl::Workflow& workflow, machine::RunEnd end) {
  const auto trigger = TriggerOf(end.trigger);
  if (trigger.empty()) return {};
  end.event = "recovered";
  auto report = machine::ReportOf(workflow, end);
  report.Set("status", Value("completed"));
  const notify::Telling telling{.subject = SubjectOf(end), .content = report.Dump(), .channels = {}};
  WEFT_TRY(const int added, database_.Write<int>([&](store::Transaction& t) -> Result<int> {
    WEFT_TRY(const bool recovered, store::MarkTriggerRecovered(t, workflow.ns, workflow.name, trigger, end.ended_at));
    if (!recovered) return 0;
    auto all = telling;
    WEFT_TRY(all.channels, store::ChannelsToldOf(t, "recovered"));
    AddRuleChannels(workflow, "recovered", all.channels);
    return notify::Outbox::Add(t, all, scan_.Now());
  }));
  if (added > 0) outbox_.Wake();
  return {};
}

}  // namespace weft::server
