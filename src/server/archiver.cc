#include "server/archiver.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "progress/view.h"
#include "server/run_end.h"
#include "store/archive.h"
#include "store/audit.h"
#include "store/logs.h"
#include "store/notifications.h"
#include "temporalio/client/history.h"

namespace weft::server {
namespace {

using namespace std::chrono_literals;
namespace enums = temporal::api::enums::v1;

constexpr Duration kLease = 30s;
constexpr auto kPause = 1s;
constexpr auto kPauseAfterTrouble = 5s;
constexpr Duration kRemoveEvery = 10min;
constexpr int kRemoveAtOnce = 500;
/// A run has been kept open by Temporal at most so long after it closed.
constexpr Duration kFirstLookBack = std::chrono::days(30);
constexpr std::size_t kMaxSearchText = 2048;

std::string SearchTextOf(const progress::InstanceView& view) {
  std::string text = view.input.Dump();
  if (view.error.IsObject())
    text += ' ' + view.error.Get("code").AsString() + ' ' + view.error.Get("message").AsString();
  if (text.size() > kMaxSearchText) text.resize(kMaxSearchText);
  return RepairUtf8(text);
}

/// What is written of one run.
struct Kept {
  store::ArchivedRun run;
  std::string history;
  std::string continued_from;
  std::optional<store::ArchivedInstance> instance;  ///< if its chain ends with it
};

Result<Kept> Read(const temporalio::Client& client, const temporalio::RunInfo& info) {
  const auto history = temporalio::FetchHistory(client, {info.workflow_id, info.run_id});
  if (!history) {
    const bool gone = history.error().code == temporalio::Error::Code::kNotFound;
    return Fail(gone ? "not_found" : "temporal", history.error().message);
  }
  progress::Definitions definitions;
  progress::Track track(definitions, info.workflow_id);
  for (const auto& event : history->events()) {
    const auto fed = track.Feed(event);
    // What a newer version did can still be kept, if not shown in full.
    if (!fed && fed.error().code == "validation") return std::unexpected(fed.error());
  }
  const auto view = progress::ViewOf(track, info.run_id, {});
  const auto first_run = info.first_run_id.empty() ? info.run_id : info.first_run_id;
  const auto ended_at = std::chrono::floor<std::chrono::microseconds>(*info.close_time);
  Kept kept{.run = {.id = info.workflow_id,
                    .first_run = first_run,
                    .run = info.run_id,
                    .part = 0,
                    .events = history->events_size(),
                    .ended_at = ended_at},
            .history = history->SerializeAsString(),
            .continued_from = track.continued_from(),
            .instance = {}};
  if (info.status == enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW) return kept;
  kept.instance = store::ArchivedInstance{.id = info.workflow_id,
                                          .first_run = first_run,
                                          .last_run = info.run_id,
                                          .ns = view.ns,
                                          .workflow = view.workflow,
                                          .revision = view.revision,
                                          .trigger_kind = view.trigger.kind,
                                          .trigger_id = view.trigger.id,
                                          .status = view.status,
                                          .started_at = view.started_at,
                                          .ended_at = view.ended_at,
                                          .search = SearchTextOf(view),
                                          .document = view.ToJson().Dump()};
  return kept;
}

}  // namespace

Archiver::Archiver(store::Database& database, temporalio::Client client, Options options)
    : database_(database),
      client_(std::move(client)),
      options_(std::move(options)),
      scan_(database, client_,
            {.name = "archive", .lease = kLease, .first_look_back = kFirstLookBack, .clock = options_.clock}) {}

void Archiver::Run(const std::stop_token& stop) {
  LookUntil(
      stop, "archiving closed runs",
      [this]() -> Result<void> {
        WEFT_TRY_VOID(Scan());
        return {};
      },
      kPause, kPauseAfterTrouble);
}

Result<bool> Archiver::Scan() {
  const auto now = scan_.Now();
  WEFT_TRY(const auto turn, scan_.Scan([this](Timestamp from, Timestamp to) { return ScanWindow(from, to); }));
  if (turn == CloseScan::Turn::kAnothers) return false;
  if (now - removed_ >= kRemoveEvery) {
    WEFT_TRY_VOID(RemoveOld());
    removed_ = now;
  }
  return true;
}

// Parts of a chain come in their order.
Result<void> Archiver::ScanWindow(Timestamp from, Timestamp to) {
  WEFT_TRY(const auto runs, scan_.ListNew(fmt::format("CloseTime >= '{}' AND CloseTime < '{}'", FormatTimestamp(from),
                                                      FormatTimestamp(to))));
  for (const auto& run : runs) {
    if (const auto done = Archive(run); !done && !IsNobodys(done.error())) return std::unexpected(done.error());
    scan_.Note(run);
  }
  return {};
}

Result<void> Archiver::Archive(const temporalio::RunInfo& run) {
  WEFT_TRY(auto kept, Read(client_, run));
  if (kept.instance && run.status == enums::WORKFLOW_EXECUTION_STATUS_TERMINATED) {
    WEFT_TRY(const bool goes_on, GoesOn(client_, run));
    if (goes_on) kept.instance.reset();
  }
  return database_.Write([&](store::Transaction& t) -> Result<void> {
    auto row = kept.run;
    if (!kept.continued_from.empty()) {
      WEFT_TRY(const auto parts, store::ListArchivedRuns(t, row.id, row.first_run));
      const auto before = std::ranges::find(parts, kept.continued_from, &store::ArchivedRun::run);
      row.part = 1 + (before != parts.end() ? before->part : static_cast<int>(parts.size()));
    }
    WEFT_TRY_VOID(store::ArchiveRun(t, row, kept.history));
    if (kept.instance) WEFT_TRY_VOID(store::ArchiveInstance(t, *kept.instance));
    return {};
  });
}

Result<void> Archiver::RemoveOld() {
  for (std::int64_t removed = 1; removed > 0;) {
    WEFT_TRY(removed, database_.Write<std::int64_t>([&](store::Transaction& t) {
      return store::DeleteArchivedBefore(t, scan_.Now() - options_.keep, kRemoveAtOnce);
    }));
  }
  for (std::int64_t removed = 1; removed > 0;) {
    WEFT_TRY(removed, database_.Write<std::int64_t>([&](store::Transaction& t) {
      return store::DeleteLogsBefore(t, scan_.Now() - options_.keep_logs, kRemoveAtOnce);
    }));
  }
  for (std::int64_t removed = 1; removed > 0;) {
    WEFT_TRY(removed, database_.Write<std::int64_t>([&](store::Transaction& t) {
      return store::DeleteAuditBefore(t, scan_.Now() - options_.keep_audit, kRemoveAtOnce);
    }));
  }
  return {};
}

}  // namespace weft::server
