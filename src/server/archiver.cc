#include "server/archiver.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
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

constexpr std::string_view kScan = "archive";
constexpr Duration kLease = 30s;
constexpr auto kPause = 1s;
constexpr auto kPauseAfterTrouble = 5s;
/// After an outage the past is worked off in pieces of this length.
constexpr Duration kWindow = 10min;
/// A busy index may lag behind: now and then a scan looks further back.
constexpr Duration kDeepEvery = 1min;
constexpr Duration kDeepOverlap = 5min;
constexpr Duration kRemoveEvery = 10min;
constexpr int kRemoveAtOnce = 500;
constexpr int kPage = 500;
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
    : database_(database), client_(std::move(client)), options_(std::move(options)), holder_(NewUlid()) {}

Timestamp Archiver::Now() const {
  if (options_.clock) return options_.clock();
  return weft::Now();
}

void Archiver::Run(const std::stop_token& stop) {
  bool well = true;
  while (!stop.stop_requested()) {
    const auto scanned = Scan();
    if (!scanned && well) spdlog::warn("archiving closed runs: {}", scanned.error().message);
    well = scanned.has_value();
    Rest(stop, well ? kPause : kPauseAfterTrouble);
  }
}

Result<bool> Archiver::Scan() {
  const auto now = Now();
  const auto take = [&] {
    return database_.Write<std::optional<Timestamp>>(
        [&](store::Transaction& t) { return store::TakeScan(t, kScan, holder_, now - kFirstLookBack, Now(), kLease); });
  };
  WEFT_TRY(auto position, take());
  if (!position) return false;
  const bool deep = now - deep_scan_ >= kDeepEvery;
  auto from = *position - (deep ? std::max(kDeepOverlap, options_.overlap) : options_.overlap);
  // Far behind, empty pieces of the past are not worth a query each.
  const auto window = std::max(kWindow, std::chrono::ceil<Duration>((now - from) / 100));
  while (from < now) {
    const auto to = std::min(from + window, now + 1s);
    WEFT_TRY_VOID(ScanWindow(from, to));
    from = to;
    WEFT_TRY_VOID(
        database_.Write([&](store::Transaction& t) { return store::MoveScan(t, kScan, holder_, std::min(to, now)); }));
    WEFT_TRY(position, take());
    if (!position) return false;
  }
  if (deep) deep_scan_ = now;
  std::erase_if(archived_, [&](const auto& run) { return run.second < now - kDeepOverlap - kDeepEvery; });
  if (now - removed_ >= kRemoveEvery) {
    WEFT_TRY_VOID(RemoveOld());
    removed_ = now;
  }
  return true;
}

Result<void> Archiver::ScanWindow(Timestamp from, Timestamp to) {
  const auto query = fmt::format("CloseTime >= '{}' AND CloseTime < '{}'", FormatTimestamp(from), FormatTimestamp(to));
  std::vector<temporalio::RunInfo> runs;
  std::string token;
  do {
    auto page = client_.ListRuns(query, kPage, token);
    if (!page) return Fail("temporal", page.error().message);
    for (auto& run : page->runs) {
      if (!IsReporter(run) && run.close_time && !archived_.contains(run.run_id)) runs.push_back(std::move(run));
    }
    token = page->next_page_token;
  } while (!token.empty());
  // Parts of a chain in their order.
  std::ranges::sort(runs, {}, &temporalio::RunInfo::close_time);
  for (const auto& run : runs) {
    const auto done = Archive(run);
    // Other workflows of the namespace, and runs that are gone meanwhile, are not ours to keep.
    if (!done && done.error().code != "validation" && done.error().code != "semantics" &&
        done.error().code != "not_found") {
      return std::unexpected(done.error());
    }
    archived_.emplace(run.run_id, std::chrono::floor<std::chrono::microseconds>(*run.close_time));
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
      return store::DeleteArchivedBefore(t, Now() - options_.keep, kRemoveAtOnce);
    }));
  }
  for (std::int64_t removed = 1; removed > 0;) {
    WEFT_TRY(removed, database_.Write<std::int64_t>([&](store::Transaction& t) {
      return store::DeleteLogsBefore(t, Now() - options_.keep_logs, kRemoveAtOnce);
    }));
  }
  for (std::int64_t removed = 1; removed > 0;) {
    WEFT_TRY(removed, database_.Write<std::int64_t>([&](store::Transaction& t) {
      return store::DeleteAuditBefore(t, Now() - options_.keep_audit, kRemoveAtOnce);
    }));
  }
  return {};
}

}  // namespace weft::server
