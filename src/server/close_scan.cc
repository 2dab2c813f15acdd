#include "server/close_scan.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/id.h"
#include "server/run_end.h"
#include "store/notifications.h"

namespace weft::server {
namespace {

using namespace std::chrono_literals;

/// After an outage the past is worked off in pieces of this length.
constexpr Duration kWindow = 10min;
constexpr Duration kDeepEvery = 1min;
constexpr Duration kDeepOverlap = 5min;
constexpr int kPage = 500;

}  // namespace

void LookUntil(const std::stop_token& stop, std::string_view what, const std::function<Result<void>()>& look,
               Duration pause, Duration pause_after_trouble) {
  bool well = true;
  while (!stop.stop_requested()) {
    const auto looked = look();
    if (!looked && well) spdlog::warn("{}: {}", what, looked.error().message);
    well = looked.has_value();
    Rest(stop, well ? pause : pause_after_trouble);
  }
}

CloseScan::CloseScan(store::Database& database, temporalio::Client client, Options options)
    : database_(database), client_(std::move(client)), options_(std::move(options)), holder_(NewUlid()) {}

Timestamp CloseScan::Now() const { return options_.clock ? options_.clock() : weft::Now(); }

Result<CloseScan::Turn> CloseScan::Scan(const std::function<Result<void>(Timestamp from, Timestamp to)>& window) {
  const auto now = Now();
  const auto take = [&] {
    return database_.Write<std::optional<Timestamp>>([&](store::Transaction& t) {
      return store::TakeScan(t, options_.name, holder_, now - options_.first_look_back, Now(), options_.lease);
    });
  };
  WEFT_TRY(auto position, take());
  if (!position) return Turn::kAnothers;
  const bool deep = now - deep_scan_ >= kDeepEvery;
  auto from = *position - (deep ? std::max(kDeepOverlap, options_.overlap) : options_.overlap);
  // Far behind, empty pieces of the past are not worth a query each.
  const auto length = std::max(kWindow, std::chrono::ceil<Duration>((now - from) / 100));
  while (from < now) {
    const auto to = std::min(from + length, now + 1s);
    WEFT_TRY_VOID(window(from, to));
    from = to;
    WEFT_TRY_VOID(database_.Write(
        [&](store::Transaction& t) { return store::MoveScan(t, options_.name, holder_, std::min(to, now)); }));
    WEFT_TRY(position, take());
    if (!position) return Turn::kAnothers;
  }
  if (deep) deep_scan_ = now;
  std::erase_if(noted_, [&](const auto& run) { return run.second < now - kDeepOverlap - kDeepEvery; });
  return deep ? Turn::kDeep : Turn::kUsual;
}

Result<std::vector<temporalio::RunInfo>> CloseScan::ListNew(const std::string& query) const {
  std::vector<temporalio::RunInfo> runs;
  std::string token;
  do {
    auto page = client_.ListRuns(query, kPage, token);
    if (!page) return Fail("temporal", page.error().message);
    for (auto& run : page->runs) {
      if (!IsReporter(run) && run.close_time && !noted_.contains(run.run_id)) runs.push_back(std::move(run));
    }
    token = page->next_page_token;
  } while (!token.empty());
  std::ranges::sort(runs, {}, &temporalio::RunInfo::close_time);
  return runs;
}

void CloseScan::Note(const temporalio::RunInfo& run) {
  noted_.emplace(run.run_id, std::chrono::floor<std::chrono::microseconds>(*run.close_time));
}

}  // namespace weft::server
