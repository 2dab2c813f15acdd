#include <algorithm>

#include "machine/join.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

bool IsActive(const NodeState& node) { return node.status != NodeStatus::kPending && !IsSettled(node.status); }

bool HandlesFailureOf(const dsl::Node& definition, std::size_t source) {
  return std::ranges::any_of(definition.needs, [&](const dsl::Need& need) {
    return need.source == source && (need.port == dsl::Port::kFailed || need.port == dsl::Port::kDone);
  });
}

}  // namespace

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
  region.nodes.resize(count);
  region.unsettled = count;
  for (std::size_t i = 0; i < count; ++i) {
    if (region.definition->nodes[i].needs.empty()) region.dirty.insert(i);
  }
  dirty_regions_.insert(region.address);
}

void Run::MarkDirty(RegionState& region, std::size_t node) {
  region.dirty.insert(node);
  dirty_regions_.insert(region.address);
}

void Run::Drive() {
  // Regions in the order of their address, nodes in the order of their declaration: the same on every replay.
  while (!dirty_regions_.empty()) {
    const auto address = *dirty_regions_.begin();
    dirty_regions_.erase(dirty_regions_.begin());
    auto* region = Find(address);
    if (region == nullptr || region->phase == RegionState::Phase::kSettled) continue;
    while (!region->dirty.empty()) {
      const auto node = *region->dirty.begin();
      region->dirty.erase(region->dirty.begin());
      CheckNode({region, static_cast<std::uint32_t>(node)});
    }
    Advance(*region);
  }
}

void Run::CheckNode(NodeRef ref) {
  auto& region = *ref.region;
  if (ref.state().status != NodeStatus::kPending) return;
  switch (JoinOf(region, ref.node)) {
    case Readiness::kWait: return;
    case Readiness::kSkipDead: return Skip(ref, SkipReason::kDead);
    case Readiness::kSkipBroken: return Skip(ref, SkipReason::kBroken);
    case Readiness::kRun: break;
  }
  const bool ending = region.stopping || region.failure.has_value();
  if (!region.stopping && !(ending && ref.definition().join == dsl::Join::kAlways)) return StartNode(ref);
  if (ref.definition().join != dsl::Join::kAlways) return Skip(ref, SkipReason::kBroken);
  // Clean-up waits for the compensations.
  if (region.phase == RegionState::Phase::kCleaning) StartNode(ref);
}

void Run::StartNode(NodeRef ref) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  if (definition.disabled) return Skip(ref, SkipReason::kDead);
  const auto reused = state_.start.reuse.find(ref.path());
  if (reused != state_.start.reuse.end()) {
    MarkHandled(ref);
    node.started_at = state_.now;
    node.chosen_case = reused->second.Get("case").AsString();
    return SettleSucceeded(ref, reused->second.Get("output"));
  }
  auto input = InputOf(ref);
  if (input && !definition.when.empty()) {
    node.input = *input;
    auto chosen = Evaluate(definition.when, ref, *input);
    if (!chosen) {
      input = std::unexpected(chosen.error());
    } else if (!chosen->Truthy()) {
      return Skip(ref, SkipReason::kDead);
    }
  }
  MarkHandled(ref);
  node.started_at = state_.now;
  node.status = NodeStatus::kRunning;
  if (definition.join == dsl::Join::kFirst) CancelLosers(ref);
  if (!input) return FailAttempt(ref, input.error());
  node.input = *std::move(input);
  if (definition.retry) node.max_attempts = definition.retry->attempts;
  BeginAttempt(ref);
}

void Run::BeginAttempt(NodeRef ref) {
  auto& node = ref.state();
  node.attempt_at = state_.now;
  ++node.attempts;
  StartOf(ref.definition().kind)(*this, ref);
}

void Run::MarkHandled(NodeRef ref) {
  for (const auto& need : ref.definition().needs) {
    if (need.port != dsl::Port::kFailed && need.port != dsl::Port::kDone) continue;
    auto& source = ref.region->nodes[need.source];
    const bool failed = source.status == NodeStatus::kFailed || source.status == NodeStatus::kTimedOut;
    if (!failed || source.handled) continue;
    source.handled = true;
    for (const auto dependent : ref.region->definition->nodes[need.source].dependents) MarkDirty(*ref.region, dependent);
  }
}

void Run::DecideFailure(NodeRef source) {
  auto& node = source.state();
  if ((node.status != NodeStatus::kFailed && node.status != NodeStatus::kTimedOut) || node.handled) return;
  const auto& nodes = source.region->definition->nodes;
  for (const auto dependent : source.definition().dependents) {
    if (HandlesFailureOf(nodes[dependent], source.node) &&
        source.region->nodes[dependent].status == NodeStatus::kPending) {
      return;
    }
  }
  node.handled = false;
  for (const auto dependent : source.definition().dependents) MarkDirty(*source.region, dependent);
  FailRegion(*source.region, *node.error);
}

bool Run::DecideQuietFailure(RegionState& region) {
  // Handlers that wait for something which itself waits for this decision: nobody can start any more.
  std::optional<std::uint32_t> earliest;
  for (std::uint32_t i = 0; i < region.nodes.size(); ++i) {
    const auto& node = region.nodes[i];
    const bool failed = node.status == NodeStatus::kFailed || node.status == NodeStatus::kTimedOut;
    if (!failed || node.handled || !region.definition->nodes[i].has_handler) continue;
    if (!earliest || node.completion < region.nodes[*earliest].completion) earliest = i;
  }
  if (!earliest) return false;
  auto& node = region.nodes[*earliest];
  node.handled = false;
  for (const auto dependent : region.definition->nodes[*earliest].dependents) MarkDirty(region, dependent);
  FailRegion(region, *node.error);
  return true;
}

void Run::CancelLosers(NodeRef ref) {
  for (const auto& need : ref.definition().needs) {
    const NodeRef source{ref.region, static_cast<std::uint32_t>(need.source)};
    if (IsSettled(source.state().status) || source.definition().dependents.size() != 1) continue;
    CancelNode(source);
  }
}

void Run::StopRegion(RegionState& region) {
  if (region.stopping) return;
  region.stopping = true;
  region.phase = RegionState::Phase::kStopping;
  dirty_regions_.insert(region.address);
  for (std::uint32_t i = 0; i < region.nodes.size(); ++i) {
    const NodeRef ref{&region, i};
    if (IsActive(ref.state()) && ref.definition().join != dsl::Join::kAlways) CancelNode(ref);
    if (ref.state().status == NodeStatus::kPending) region.dirty.insert(i);
  }
}

void Run::CancelNode(NodeRef ref) {
  auto& node = ref.state();
  if (node.cancel_requested || IsSettled(node.status)) return;
  node.cancel_requested = true;
  if (node.status == NodeStatus::kPending) return SettleCancelled(ref);
  if (!node.children.empty()) {
    for (auto& [index, child] : node.children) StopRegion(*child);
    return;
  }
  const auto target = state_.operations.find(node.operation);
  if (target == state_.operations.end()) return SettleCancelled(ref);
  if (target->second.purpose == Target::Purpose::kRetry || node.status == NodeStatus::kWaiting) {
    CancelTimer(node.operation);
    return SettleCancelled(ref);
  }
  const auto starts = [&](const Command& command) {
    const auto* activity = std::get_if<machine::ScheduleActivity>(&command);
    const auto* child = std::get_if<StartChild>(&command);
    return (activity != nullptr && activity->operation == node.operation) ||
           (child != nullptr && child->operation == node.operation);
  };
  if (const auto held = std::ranges::find_if(state_.held, starts); held != state_.held.end()) {
    state_.held.erase(held);
    state_.operations.erase(target);
    return SettleCancelled(ref);
  }
  if (ref.definition().kind == dsl::Kind::kWorkflow) {
    commands_.emplace_back(CancelChild{node.operation});
  } else {
    commands_.emplace_back(CancelActivity{node.operation});
  }
}

void Run::Advance(RegionState& region) {
  using Phase = RegionState::Phase;
  std::size_t active = 0;
  for (const auto& node : region.nodes) active += IsActive(node) ? 1 : 0;
  if (active > 0) return;
  if (DecideQuietFailure(region)) return;
  if (region.failure && !region.stopping) StopRegion(region);
  if (!region.stopping) {
    if (region.unsettled == 0) RegionSettled(region);
    return;
  }
  if (!region.dirty.empty()) {
    dirty_regions_.insert(region.address);
    return;
  }
  if (region.phase == Phase::kStopping) {
    region.phase = Phase::kCompensating;
    return CompensateNext(region);
  }
  if (region.phase == Phase::kCleaning && region.unsettled == 0) RegionSettled(region);
}

void Run::RegionSettled(RegionState& region) {
  region.phase = RegionState::Phase::kSettled;
  if (region.address.empty()) FinishRun();
}

}  // namespace weft::machine
