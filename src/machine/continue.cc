#include <algorithm>

#include "machine/carry.h"
#include "machine/node_wait.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Value;
using Purpose = Target::Purpose;

/// How long the run holds its breath for what is in flight.
constexpr Duration kPatience{60'000};
/// From this length of history on it does so without end; before, it goes on and tries again after so many events.
constexpr std::int64_t kUrgent = 20'000;
constexpr std::int64_t kTryAgainAfter = 2'000;
constexpr std::size_t kMaxCarry = 1'900'000;

}  // namespace

// Whether nothing new is to start, so that the run can continue as new as soon as what is in flight has ended.
bool Run::HoldsBack(const Batch& batch) {
  state_.continuing = false;
  if (!batch.continue_suggested || state_.ending || batch.history_length < state_.continue_after) return false;
  state_.continuing = true;
  if (state_.in_flight == 0) return true;
  auto oldest = state_.now;
  for (const auto& [operation, target] : state_.operations) {
    if (target.since != Timestamp{}) oldest = std::min(oldest, target.since);
  }
  if (batch.history_length >= kUrgent) return true;
  if (state_.now - oldest >= kPatience) {
    state_.continue_after = batch.history_length + kTryAgainAfter;
    state_.continuing = false;
    return false;
  }
  if (state_.patience_timer == 0) {
    const auto left = std::chrono::ceil<Duration>(oldest + kPatience - state_.now);
    state_.patience_timer = StartTimer({.purpose = Purpose::kPatience}, left, "patience before continuing as new");
  }
  return true;
}

bool Run::ContinueAsNew(const Batch& batch) {
  auto start = state_.start;
  start.carry = ToCarry(state_);
  auto text = start.ToJson();
  if (text.size() > kMaxCarry) {
    Notice("the run's state is too large to continue as new with");
    state_.continue_after = batch.history_length + kTryAgainAfter;
    return false;
  }
  // Timers do not outlive a run; what was begun or cancelled just now is part of the state.
  commands_.clear();
  commands_.emplace_back(machine::ContinueAsNew{{std::move(text), state_.workflow->normalised, state_.input.Dump()}});
  state_.status = RunStatus::kContinued;
  return true;
}

Result<void> Run::Resume() {
  const auto carry = std::exchange(state_.start.carry, Value());
  WEFT_TRY_VOID(FromCarry(carry, state_));
  const auto& root = state_.root;
  if (state_.workflow->timeout && !root.stopping && !root.failure) {
    const auto left = std::chrono::ceil<Duration>(state_.started_at + *state_.workflow->timeout - state_.now);
    StartTimer({.purpose = Purpose::kRunTimeout}, left, "timeout of the run");
  }
  ResumeRegion(state_.root);
  for (const auto& subscription : std::exchange(state_.leaving, {})) Unsubscribe(subscription);
  return {};
}

void Run::ResumeRegion(RegionState& region) {
  for (std::uint32_t i = 0; i < region.nodes.size(); ++i) {
    const NodeRef ref{&region, i};
    if (IsActive(ref.state().status)) ResumeNode(ref);
  }
  if (region.phase != RegionState::Phase::kCompensating) return;
  for (auto& owed : state_.compensations) {
    if (owed.wake_at == Timestamp{} || !PaysFor(region, owed)) continue;
    owed.operation =
        StartTimer({.purpose = Purpose::kCompensationRetry, .region = region.address, .compensation = owed.completion},
                   std::chrono::ceil<Duration>(owed.wake_at - state_.now),
                   OperationId(owed.path + ":compensate", owed.attempts + 1));
    return;
  }
  CompensateNext(region);
}

void Run::ResumeNode(NodeRef ref) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  // As it was when the node began: what is before it has settled.
  if (definition.with.empty() && definition.join != dsl::Join::kFirst) node.input = InputOf(ref).value_or(Value());
  if (node.timeout_at != Timestamp{}) {
    node.timeout_timer = StartTimer({.purpose = Purpose::kTimeout, .region = ref.region->address, .node = ref.node},
                                    std::chrono::ceil<Duration>(node.timeout_at - state_.now),
                                    OperationId(ref.operation_path(), node.attempts) + " time-out");
  }
  for (auto& [key, child] : node.children) {
    Furnish(ref, key, *child);
    ResumeRegion(*child);
  }
  if (!node.children.empty()) return;
  if (node.wait) {
    auto& wait = **node.wait;
    if (const auto* event = std::get_if<dsl::Event>(&definition.body); event != nullptr && !event->match.empty()) {
      auto names = ScopeOf(event->match, ref, {});
      names.nodes = wait.names.nodes;
      names.error = wait.names.error;
      wait.names = std::move(names);
    }
    if (wait.subscription.empty()) Subscribe(ref);
    return;
  }
  if (node.status == NodeStatus::kWaiting) return WaitFor(ref, node.wake_at);
  if (node.status == NodeStatus::kRetrying) {
    node.operation = StartTimer({.purpose = Purpose::kRetry, .region = ref.region->address, .node = ref.node},
                                std::chrono::ceil<Duration>(node.wake_at - state_.now),
                                OperationId(ref.operation_path(), node.attempts + 1));
    return;
  }
  // It was held back and never sent.
  StartOf(definition.kind)(*this, ref);
}

}  // namespace weft::machine
