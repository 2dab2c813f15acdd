#include "server/stuck_runs.h"

#include <optional>

#include <spdlog/spdlog.h>

#include "base/clock.h"
#include "base/id.h"
#include "contract/ids.h"
#include "progress/view.h"
#include "server/close_scan.h"
#include "server/run_end.h"
#include "store/channels.h"
#include "store/notifications.h"
#include "temporal/api/history/v1/message.pb.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace weft::server {
namespace {

using expr::Value;
using namespace std::chrono_literals;

constexpr std::string_view kScan = "stuck-runs";
constexpr Duration kLease = 60s;
constexpr int kPage = 100;
constexpr int kLastEvents = 10;

}  // namespace

StuckRuns::StuckRuns(store::Database& database, temporalio::Client client, notify::Outbox& outbox, Options options)
    : database_(database),
      client_(std::move(client)),
      outbox_(outbox),
      options_(std::move(options)),
      holder_(NewUlid()) {}

Timestamp StuckRuns::Now() const {
  if (options_.clock) return options_.clock();
  return weft::Now();
}

void StuckRuns::Run(const std::stop_token& stop) {
  LookUntil(stop, "looking after stuck runs", [&] { return Look(stop); }, options_.round, options_.round);
}

// Whoever wants to know, and has the turn.
Result<bool> StuckRuns::IsWanted() {
  return database_.Write<bool>([&](store::Transaction& t) -> Result<bool> {
    WEFT_TRY(const auto told, store::ChannelsToldOf(t, "stuck"));
    if (told.empty()) return false;
    WEFT_TRY(const auto taken, store::TakeScan(t, kScan, holder_, Now(), Now(), kLease));
    return taken.has_value();
  });
}

Result<void> StuckRuns::Look(const std::stop_token& stop) {
  std::string token;
  do {
    WEFT_TRY(const bool wanted, IsWanted());
    if (!wanted) return {};
    const auto page = client_.ListRuns("ExecutionStatus = 'Running'", kPage, token);
    if (!page) return Fail("temporal", page.error().message);
    for (const auto& run : page->runs) {
      WEFT_TRY_VOID(LookAt(run));
      if (!Rest(stop, options_.step)) return {};
    }
    token = page->next_page_token;
  } while (!token.empty());
  return {};
}

Result<void> StuckRuns::LookAt(const temporalio::RunInfo& run) {
  if (contract::IsTestRun(run.workflow_type, run.workflow_id)) return {};
  const auto described = client_.Describe({run.workflow_id, run.run_id});
  if (!described) {
    if (described.error().code == temporalio::Error::Code::kNotFound) return {};
    return Fail("temporal", described.error().message);
  }
  const auto& task = described->raw.pending_workflow_task();
  if (task.attempt() <= progress::kStuckAfterAttempts) return {};
  const auto dot = run.workflow_type.find('.');
  if (dot == std::string::npos) return {};
  // What keeps it from going on may be that its start cannot be read here.
  const auto started = ReadStart(client_, described->info, definitions_);
  if (!started && started.error().code == "temporal") return std::unexpected(started.error());
  if (!started && started.error().code == "validation") return {};  // none of Weft's
  const auto trigger = started ? started->end.trigger : contract::TriggerInfo{.kind = {}, .id = {}, .payload = {}};
  const auto since = temporalio::FromTimestamp(task.original_scheduled_time());
  const auto error = Value::Object(
      {{"code", Value("stuck")}, {"message", Value(CauseOf(described->info))}, {"attempt", Value(task.attempt())}});
  const auto report = Value::Object(
      {{"event", Value("stuck")},
       {"workflow", Value(run.workflow_type.substr(dot + 1))},
       {"namespace", Value(run.workflow_type.substr(0, dot))},
       {"instance", Value(run.workflow_id)},
       {"revision", Value(started ? started->end.revision : 0)},
       {"status", Value("stuck")},
       {"trigger", Value::Object({{"kind", Value(trigger.kind)}, {"id", Value(trigger.id)}})},
       {"node", Value()},
       {"error", error},
       {"attempts", Value(task.attempt())},
       {"startedAt", Value(FormatTimestamp(std::chrono::floor<std::chrono::microseconds>(described->info.start_time)))},
       {"endedAt", Value()}});
  const auto subject = run.run_id + ".stuck." +
                       std::to_string(std::chrono::floor<std::chrono::milliseconds>(since).time_since_epoch().count());
  WEFT_TRY(const int added, database_.Write<int>([&](store::Transaction& t) -> Result<int> {
    notify::Telling telling{.subject = subject, .content = report.Dump(), .channels = {}};
    WEFT_TRY(telling.channels, store::ChannelsToldOf(t, "stuck"));
    return notify::Outbox::Add(t, telling, Now());
  }));
  if (added > 0) outbox_.Wake();
  return {};
}

// Only the first failure of a task is written down.
std::string StuckRuns::CauseOf(const temporalio::RunInfo& run) const {
  using namespace temporal::api::workflowservice::v1;
  auto request = client_.NewRequest<GetWorkflowExecutionHistoryReverseRequest>();
  request.mutable_execution()->set_workflow_id(run.workflow_id);
  request.mutable_execution()->set_run_id(run.run_id);
  request.set_maximum_page_size(kLastEvents);
  const auto answer = client_.Call<GetWorkflowExecutionHistoryReverseResponse>("GetWorkflowExecutionHistoryReverse",
                                                                               std::move(request));
  if (answer) {
    for (const auto& event : answer->history().events()) {
      if (event.has_workflow_task_failed_event_attributes()) {
        return event.workflow_task_failed_event_attributes().failure().message();
      }
    }
  }
  return "workers take the run's workflow task and do not finish it; look at their logs";
}

}  // namespace weft::server
