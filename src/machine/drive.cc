#include <algorithm>

#include "machine/join.h"
#include "machine/node_wait.h"

namespace weft::machine {

RegionState* Run::Find(const RegionAddress& address) {
  auto* region = &state_.root;
  for (const auto& [node, child] : address) {
    if (node >= region->nodes.size()) return nullptr;
    auto& children = region->nodes[node].children;
    const auto found = children.find(child);
    if (found == children.end()) return nullptr;
    region = &*found->second;
  }
  return region;
}

void Run::EnterRegion(RegionState& region) {
  const auto count = region.definition->nodes.size();
  region.entered = state_.completions;
  region.nodes.resize(count);
  region.unsettled = count;
  state_.counts[static_cast<std::size_t>(NodeStatus::kPending)] += static_cast<std::uint32_t>(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& node = region.definition->nodes[i];
    if (node.needs.empty()) region.dirty.insert(region.dirty.end(), i);
    for (const auto dependent : node.dependents) ++region.nodes[dependent].unsettled_sources;
  }
  state_.dirty_regions.insert(region.address);
}

// Only `first` may look before the last source has settled: looking every time would cost a join of n edges n².
void Run::MarkDependentsDirty(NodeRef ref) {
  for (const auto dependent : ref.definition().dependents) {
    const NodeRef other{ref.region, static_cast<std::uint32_t>(dependent)};
    if (other.state().unsettled_sources == 0 || other.definition().join == dsl::Join::kFirst)
      ref.region->dirty.insert(dependent);
  }
  state_.dirty_regions.insert(ref.region->address);
}

void Run::Drive() {
  // Regions in the order of their address, nodes in the order of their declaration: the same on every replay.
  auto& regions = state_.dirty_regions;
  while (!regions.empty() && budget_ > 0) {
    auto* region = Find(*regions.begin());
    if (region == nullptr || region->phase == RegionState::Phase::kSettled) {
      regions.erase(regions.begin());
      continue;
    }
    while (!region->dirty.empty() && budget_ > 0) {
      const auto node = *region->dirty.begin();
      region->dirty.erase(region->dirty.begin());
      CheckNode({region, static_cast<std::uint32_t>(node)});
    }
    if (!region->dirty.empty()) continue;
    regions.erase(region->address);
    Advance(*region);
  }
}

void Run::CheckNode(NodeRef ref) {
  const auto& region = *ref.region;
  if (ref.state().status != NodeStatus::kPending) return;
  switch (JoinOf(region, ref.node)) {
    case Readiness::kWait: return;
    case Readiness::kSkipDead: return Skip(ref, SkipReason::kDead);
    case Readiness::kSkipBroken: return Skip(ref, SkipReason::kBroken);
    case Readiness::kRun: break;
  }
  if (ref.definition().join != dsl::Join::kAlways) {
    return region.stopping ? Skip(ref, SkipReason::kBroken) : StartNode(ref);
  }
  // Clean-up after a failure waits for the compensations.
  const bool ending = region.stopping || region.failure;
  if (!ending || region.phase == RegionState::Phase::kCleaning) StartNode(ref);
}

void Run::StartNode(NodeRef ref) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  budget_ -= kStepsPerNode;
  if (definition.disabled) return Skip(ref, SkipReason::kDead);
  if (!state_.start.reuse.empty()) {
    const auto reused = state_.start.reuse.find(ref.path());
    if (reused != state_.start.reuse.end()) {
      MarkHandled(ref);
      node.started_at = state_.now;
      node.chosen_case = reused->second.Get("case").AsString();
      return SettleSucceeded(ref, reused->second.Get("output"));
    }
  }
  auto input = InputOf(ref);
  if (input && !definition.when.empty()) {
    auto chosen = Evaluate(definition.when, ref, *input);
    if (!chosen) {
      input = std::unexpected(chosen.error());
    } else if (!chosen->Truthy()) {
      return Skip(ref, SkipReason::kDead);
    }
  }
  MarkHandled(ref);
  node.started_at = state_.now;
  SetStatus(ref, NodeStatus::kRunning);
  if (definition.join == dsl::Join::kFirst) CancelLosers(ref);
  if (!input) return SettleFailed(ref, MakeError(ref, input.error().code, input.error().message), false);
  node.input = *std::move(input);
  if (definition.retry) node.max_attempts = definition.retry->attempts;
  BeginAttempt(ref);
}

void Run::BeginAttempt(NodeRef ref) {
  auto& node = ref.state();
  node.attempt_at = state_.now;
  node.begun = state_.completions;
  node.wake_at = {};
  if (node.timeout_timer != 0) CancelTimer(node.timeout_timer);
  node.timing_out = false;
  node.child.clear();
  ++node.attempts;
  SetStatus(ref, NodeStatus::kRunning);
  if (!HasTaskTimeouts(ref.definition().kind)) ArmTimeout(ref);
  StartOf(ref.definition().kind)(*this, ref);
}

void Run::ArmTimeout(NodeRef ref) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  auto limit = definition.timeout;
  if (definition.deadline) {
    const auto left = std::chrono::ceil<Duration>(node.started_at + *definition.deadline - state_.now);
    limit = limit ? std::min(*limit, left) : left;
  }
  if (!limit) return;
  node.timeout_at = state_.now + *limit;
  node.timeout_timer =
      StartTimer({.purpose = Target::Purpose::kTimeout, .region = ref.region->address, .node = ref.node}, *limit,
                 OperationId(ref.operation_path(), node.attempts) + " time-out");
}

void Run::AttemptTimedOut(NodeRef ref) {
  auto& node = ref.state();
  node.timeout_timer = 0;
  node.timeout_at = {};
  if (node.cancel_requested) return;
  auto error =
      MakeError(ref, std::string(TimeoutCodeOf(ref.definition().kind)), "not finished within the node's `timeout`");
  if (node.wait) {
    if (ref.definition().kind == dsl::Kind::kEvent)
      error.data = expr::Value::Object({{"received", expr::Value::Array((*node.wait)->received)}});
    return FailAttempt(ref, std::move(error), true);
  }
  if (node.status == NodeStatus::kWaiting) CancelTimer(node.operation);
  if (node.iterations) {
    auto& iterations = **node.iterations;
    if (iterations.failure) return;
    iterations.timed_out = true;
    return EndContainer(ref, std::move(error));
  }
  if (node.operation == 0) return FailAttempt(ref, std::move(error), true);
  node.timing_out = true;
  CancelStarted(node.operation, !node.child.empty());
  if (node.operation == 0) FailAttempt(ref, std::move(error), true);
}

void Run::CancelLosers(NodeRef ref) {
  for (const auto& need : ref.definition().needs) {
    const NodeRef source{ref.region, static_cast<std::uint32_t>(need.source)};
    if (!IsSettled(source.state().status) && source.definition().dependents.size() == 1) CancelNode(source);
  }
}

}  // namespace weft::machine
