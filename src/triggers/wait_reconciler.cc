#include "triggers/wait_reconciler.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <functional>
#include <vector>

#include "base/clock.h"
#include "store/approvals.h"
#include "store/events.h"
#include "store/subscriptions.h"
#include "triggers/liveness.h"

namespace weft::triggers {
namespace {

using store::Transaction;

constexpr int kPage = 100;
constexpr int kRoundsBetweenForgetting = 60;
constexpr std::chrono::seconds kRound{10};
constexpr std::chrono::days kKeepEvents{7};
constexpr std::chrono::days kKeepClosedWaits{1};
constexpr std::chrono::days kKeepAnswers{90};

}  // namespace

void WaitReconciler::Run(const std::stop_token& stop) {
  for (int round = 0; !stop.stop_requested(); ++round) {
    const auto looked = LookAfter();
    if (!looked) spdlog::warn("waits: {}", looked.error().message);
    if (round % kRoundsBetweenForgetting == 0) {
      if (const auto forgot = Forget(Now()); !forgot) spdlog::warn("waits: {}", forgot.error().message);
    }
    // Where one is, there are more.
    if (looked && *looked) continue;
    Rest(stop, kRound);
  }
}

Result<bool> WaitReconciler::LookAfter() {
  bool found = false;
  WEFT_TRY(slot_, slots_.FreeDead(slot_));

  WEFT_TRY(const auto waits, database_.Read<std::vector<store::Subscription>>([&](Transaction& t) {
    return store::ListOpenSubscriptions(t, subscription_, kPage);
  }));
  for (const auto& wait : waits) {
    WEFT_TRY(const bool alive, IsAlive(client_, wait.instance, wait.run));
    if (alive) continue;
    found = true;
    WEFT_TRY_VOID(database_.Write([&](Transaction& t) { return store::CloseSubscription(t, wait.id, Now()); }));
  }
  subscription_ = waits.size() < kPage ? std::string() : waits.back().id;

  WEFT_TRY(const auto approvals, database_.Read<std::vector<store::Approval>>([&](Transaction& t) {
    return store::ListOpenApprovals(t, {}, approval_, kPage);
  }));
  for (const auto& approval : approvals) {
    WEFT_TRY(const bool alive, IsAlive(client_, approval.instance, approval.run));
    if (alive) continue;
    found = true;
    WEFT_TRY_VOID(database_.Write([&](Transaction& t) { return store::CloseApproval(t, approval.id); }));
  }
  approval_ = approvals.size() < kPage ? std::string() : approvals.back().id;
  return found;
}

Result<void> WaitReconciler::Forget(Timestamp now) {
  const auto all = [&](const std::function<Result<std::int64_t>(Transaction&)>& some) -> Result<void> {
    while (true) {
      WEFT_TRY(const auto dropped, database_.Write<std::int64_t>(some));
      if (dropped < kPage) return {};
    }
  };
  WEFT_TRY_VOID(all([&](Transaction& t) { return store::DropEvents(t, now - kKeepEvents, kPage); }));
  WEFT_TRY_VOID(all([&](Transaction& t) { return store::DropSubscriptions(t, now - kKeepClosedWaits, kPage); }));
  return all([&](Transaction& t) { return store::DropApprovals(t, now - kKeepAnswers, kPage); });
}

}  // namespace weft::triggers
