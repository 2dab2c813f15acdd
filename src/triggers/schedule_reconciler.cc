#include "triggers/schedule_reconciler.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "dsl/load.h"
#include "store/definitions.h"
#include "store/trigger_states.h"
#include "triggers/schedule.h"

namespace weft::triggers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using temporalio::Error;

constexpr Duration kLease{30'000};
constexpr int kAtOnce = 16;
/// Other servers write too.
constexpr milliseconds kPoll{1000};
constexpr std::chrono::minutes kLookAfter{10};
constexpr Duration kFirstPause{1000}, kLongestPause{30'000};
/// Temporal applies an update a moment later, and drops one without a word when something else came before it.
constexpr milliseconds kGlance{50};
constexpr int kGlances = 100;

Duration PauseAfter(int attempts) {
  return std::min(kLongestPause, kFirstPause * (std::int64_t{1} << std::min(attempts, 5)));
}

std::unexpected<weft::Error> Refused(const std::string& id, const Error& error) {
  const bool invalid = error.code == Error::Code::kInvalidArgument;
  return Fail(invalid ? "validation" : "temporal", "The schedule `" + id + "` cannot be applied: " + error.message);
}

}  // namespace

void ScheduleReconciler::Wake() {
  {
    const std::scoped_lock lock(mutex_);
    work_ = true;
  }
  woken_.notify_all();
}

void ScheduleReconciler::Wait(const std::stop_token& stop, milliseconds span) {
  std::unique_lock lock(mutex_);
  woken_.wait_for(lock, stop, span, [this] { return work_; });
  work_ = false;
}

void ScheduleReconciler::Run(const std::stop_token& stop) {
  std::optional<std::chrono::steady_clock::time_point> looked_after;
  while (!stop.stop_requested()) {
    const auto now = std::chrono::steady_clock::now();
    if (!looked_after || now - *looked_after >= kLookAfter) {
      const auto reapplied = database_.Write([](store::Transaction& t) { return store::ReapplySchedules(t); });
      if (reapplied) looked_after = now;
    }
    const auto applied = ApplyDue(Now(), stop);
    if (!applied) spdlog::warn("schedules: {}", applied.error().message);
    if (!applied || *applied == 0) Wait(stop, kPoll);
  }
}

Result<std::size_t> ScheduleReconciler::ApplyDue(Timestamp now, const std::stop_token& stop) {
  WEFT_TRY(const auto due, database_.Write<std::vector<store::Schedule>>(
                               [&](store::Transaction& t) { return store::ClaimSchedules(t, now, kLease, kAtOnce); }));
  std::optional<weft::Error> away;
  for (const auto& wanted : due) {
    // While Temporal does not answer, each call takes its time; the others would hear the same.
    const auto applied = away ? Result<void>(std::unexpected(*away)) : Apply(wanted, stop);
    // The lease of what is left runs out by itself.
    if (stop.stop_requested()) break;
    if (!applied && !away) {
      spdlog::warn("{}", applied.error().message);
      if (applied.error().code == "temporal") away = applied.error();
    }
    WEFT_TRY_VOID(database_.Write([&](store::Transaction& t) -> Result<void> {
      if (applied) return store::ScheduleApplied(t, wanted);
      return store::ScheduleFailed(t, wanted, applied.error().message, Now() + PauseAfter(wanted.attempts));
    }));
  }
  return due.size();
}

Result<void> ScheduleReconciler::Apply(const store::Schedule& wanted, const std::stop_token& stop) {
  return wanted.removed ? Remove(wanted) : Ensure(wanted, stop);
}

Result<void> ScheduleReconciler::Remove(const store::Schedule& wanted) {
  const auto id = ScheduleId(wanted.ns, wanted.name, wanted.trigger_id);
  const auto found = schedules_.Describe(id);
  if (!found && found.error().code == Error::Code::kNotFound) return {};
  if (!found) return Refused(id, found.error());
  if (!IsOurs(*found)) return {};
  WEFT_TRY(const bool still, IsStillWanted(wanted));
  if (!still) return {};
  const auto deleted = schedules_.Delete(id);
  if (!deleted && deleted.error().code != Error::Code::kNotFound) return Refused(id, deleted.error());
  // Deployed again meanwhile, another server may have found it in order just before it went.
  WEFT_TRY(const bool gone, IsStillWanted(wanted));
  if (!gone) return database_.Write([](store::Transaction& t) { return store::ReapplySchedules(t); });
  return {};
}

Result<bool> ScheduleReconciler::IsStillWanted(const store::Schedule& claimed) {
  WEFT_TRY(const auto now, database_.Read<std::vector<store::Schedule>>([&](store::Transaction& t) {
    return store::ListSchedules(t, claimed.ns, claimed.name);
  }));
  const auto found = std::ranges::find(now, claimed.trigger_id, &store::Schedule::trigger_id);
  if (found == now.end()) return claimed.removed;
  return !claimed.removed && found->wanted == claimed.wanted;
}

Result<void> ScheduleReconciler::Ensure(const store::Schedule& wanted, const std::stop_token& stop) {
  WEFT_TRY(const auto revision, database_.Read<std::optional<store::Revision>>([&](store::Transaction& t) {
    return store::FindRevision(t, wanted.ns, wanted.name, wanted.revision);
  }));
  if (!revision)
    return Fail("internal", "Revision " + std::to_string(wanted.revision) + " of " + wanted.name + " is gone.");
  WEFT_TRY(const auto workflow, dsl::LoadNormalised(revision->normalised));
  const auto trigger = std::ranges::find(workflow->triggers, wanted.trigger_id, &dsl::Trigger::id);
  if (trigger == workflow->triggers.end()) {
    return Fail("internal", "Revision " + std::to_string(wanted.revision) + " of " + wanted.name + " has no trigger `" +
                                wanted.trigger_id + "`.");
  }
  WEFT_TRY(auto options, ScheduleFor(*workflow, wanted.revision, *trigger));
  const ScheduleVersion version{wanted.revision, workflow->digest};
  const auto& id = options.schedule_id;

  std::string tried;  // the state of the schedule that an update was made for
  for (int glance = 0; glance < kGlances && !stop.stop_requested(); ++glance) {
    auto found = schedules_.Describe(id);
    // After the description: whatever is written from here on makes its conflict token stale.
    WEFT_TRY(const bool still, IsStillWanted(wanted));
    if (!still) return {};
    if (!found && found.error().code == Error::Code::kNotFound) {
      auto create = options;
      create.schedule.mutable_state()->set_paused(wanted.paused);
      create.schedule.mutable_state()->set_notes(wanted.note);
      const auto created = schedules_.Create(std::move(create));
      if (created) return {};
      if (created.error().code != Error::Code::kAlreadyExists) return Refused(id, created.error());
      continue;
    }
    if (!found) return Refused(id, found.error());
    if (!IsOurs(*found)) {
      return Fail("conflict", "Temporal has a schedule `" + id +
                                  "` that Weft did not make; delete it there, or give the trigger another id.");
    }
    if (VersionOf(found->schedule) == version) return Follow(wanted, found->schedule.state());
    if (found->conflict_token != tried) {
      tried = found->conflict_token;
      auto schedule = options.schedule;
      *schedule.mutable_state() = found->schedule.state();
      const auto updated = schedules_.Update(id, std::move(schedule), found->conflict_token);
      if (!updated && updated.error().code != Error::Code::kNotFound) return Refused(id, updated.error());
    }
    Wait(stop, kGlance);
  }
  return Fail("temporal", "Temporal did not take the change of the schedule `" + id + "`; it will be tried again.");
}

Result<void> ScheduleReconciler::Follow(const store::Schedule& wanted,
                                        const temporal::api::schedule::v1::ScheduleState& state) {
  if (state.paused() == wanted.paused) return {};
  return database_.Write([&](store::Transaction& t) -> Result<void> {
    const store::TriggerState followed{.id = wanted.trigger_id,
                                       .paused = state.paused(),
                                       .note = state.notes(),
                                       .changed_by = "temporal",
                                       .changed_at = Now()};
    WEFT_TRY_VOID(store::SetTriggerState(t, wanted.ns, wanted.name, followed));
    return {};
  });
}

}  // namespace weft::triggers
