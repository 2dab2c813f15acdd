#include <algorithm>

#include "machine/join.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

bool IsUndecided(const RegionState& region, std::size_t node) {
  const auto& state = region.nodes[node];
  const bool failed = state.status == NodeStatus::kFailed || state.status == NodeStatus::kTimedOut;
  return failed && region.definition->nodes[node].has_handler && !state.handled;
}

bool HandlesFailureOf(const dsl::Node& definition, std::size_t source) {
  return std::ranges::any_of(definition.needs, [&](const dsl::Need& need) {
    return need.source == source && (need.port == dsl::Port::kFailed || need.port == dsl::Port::kDone);
  });
}

/// Which nodes settle, or are decided, sooner or later without a decision that nobody can bring about: whatever has
/// begun, and what waits for nothing else.
std::vector<bool> FindMoving(const RegionState& region) {
  const auto& nodes = region.definition->nodes;
  std::vector<bool> moves(nodes.size(), false);
  const auto edge_moves = [&](const dsl::Need& need) {
    return EdgeOf(region, need) != Edge::kUnsettled || moves[need.source];
  };
  const auto check = [&](std::size_t i) {
    const auto& state = region.nodes[i];
    if (IsUndecided(region, i)) {
      return std::ranges::any_of(nodes[i].dependents, [&](std::size_t dependent) {
        return region.nodes[dependent].status == NodeStatus::kPending && moves[dependent] &&
               HandlesFailureOf(nodes[dependent], i);
      });
    }
    if (state.status != NodeStatus::kPending) return true;
    if (nodes[i].join == dsl::Join::kFirst)
      return std::ranges::any_of(nodes[i].needs, [&](const dsl::Need& need) {
        return EdgeOf(region, need) == Edge::kLive || (EdgeOf(region, need) == Edge::kUnsettled && moves[need.source]);
      });
    return std::ranges::all_of(nodes[i].needs, edge_moves);
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (moves[i] || !check(i)) continue;
      moves[i] = true;
      changed = true;
    }
  }
  return moves;
}

}  // namespace

void Run::MarkHandled(NodeRef ref) {
  for (const auto& need : ref.definition().needs) {
    if (need.port != dsl::Port::kFailed && need.port != dsl::Port::kDone) continue;
    if (!IsUndecided(*ref.region, need.source)) continue;
    ref.region->nodes[need.source].handled = true;
    --ref.region->undecided;
    MarkDependentsDirty({ref.region, static_cast<std::uint32_t>(need.source)});
  }
}

void Run::DecideFailure(NodeRef source) {
  if (!IsUndecided(*source.region, source.node)) return;
  const auto& nodes = source.region->definition->nodes;
  for (const auto dependent : source.definition().dependents) {
    const bool pending = source.region->nodes[dependent].status == NodeStatus::kPending;
    if (pending && HandlesFailureOf(nodes[dependent], source.node)) return;
  }
  DecideUnhandled(source);
}

void Run::DecideUnhandled(NodeRef source) {
  source.state().handled = false;
  --source.region->undecided;
  MarkDependentsDirty(source);
  FailRegion(*source.region, *source.state().error);
}

// Handlers that wait for something which itself waits for the decision: none of them can start any more. Decides one
// failure, the earliest; whether there was one.
bool Run::DecideBlockedFailure(RegionState& region) {
  const auto moves = FindMoving(region);
  std::optional<std::uint32_t> earliest;
  for (std::uint32_t i = 0; i < region.nodes.size(); ++i) {
    if (moves[i] || !IsUndecided(region, i)) continue;
    if (!earliest || region.nodes[i].completion < region.nodes[*earliest].completion) earliest = i;
  }
  if (!earliest) return false;
  DecideUnhandled({&region, *earliest});
  return true;
}

void Run::FailRegion(RegionState& region, const NodeError& error) {
  if (!region.failure) region.failure = error;
  state_.dirty_regions.insert(region.address);
  if (!state_.workflow->finish_on_failure) StopRegion(region);
}

}  // namespace weft::machine
