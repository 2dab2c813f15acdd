#include "machine/join.h"

namespace weft::machine {
namespace {

using dsl::Port;

Edge OfSuccess(const NodeState& source, const dsl::Need& need) {
  // A result that came after the node was told to stop counts as success, but nobody waits for it any more.
  if (source.cancel_requested) return Edge::kDead;
  switch (need.port) {
    case Port::kSucceeded:
    case Port::kDone: return Edge::kLive;
    case Port::kCase: return source.chosen_case == need.case_name ? Edge::kLive : Edge::kDead;
    case Port::kFailed:
    case Port::kSkipped: return Edge::kDead;
  }
  return Edge::kDead;
}

Edge OfFailure(const dsl::Node& definition, const NodeState& source, const dsl::Need& need) {
  switch (need.port) {
    case Port::kFailed:
    case Port::kDone: return Edge::kLive;
    case Port::kSkipped: return Edge::kDead;
    case Port::kSucceeded:
    case Port::kCase: break;
  }
  if (!definition.has_handler) return Edge::kBroken;
  if (!source.handled) return Edge::kUnsettled;
  return *source.handled ? Edge::kDead : Edge::kBroken;
}

}  // namespace

Edge EdgeOf(const RegionState& region, const dsl::Need& need) {
  const auto& source = region.nodes[need.source];
  switch (source.status) {
    case NodeStatus::kSucceeded:
    case NodeStatus::kCompensated: return OfSuccess(source, need);
    case NodeStatus::kFailed:
    case NodeStatus::kTimedOut: return OfFailure(region.definition->nodes[need.source], source, need);
    case NodeStatus::kSkipped:
      if (source.skip_reason == SkipReason::kBroken) return Edge::kBroken;
      return need.port == Port::kSkipped ? Edge::kLive : Edge::kDead;
    case NodeStatus::kCancelled: return Edge::kBroken;
    default: return Edge::kUnsettled;
  }
}

Readiness JoinOf(const RegionState& region, std::size_t node) {
  const auto& definition = region.definition->nodes[node];
  std::size_t unsettled = 0;
  std::size_t live = 0;
  std::size_t broken = 0;
  for (const auto& need : definition.needs) {
    switch (EdgeOf(region, need)) {
      case Edge::kUnsettled: ++unsettled; break;
      case Edge::kLive: ++live; break;
      case Edge::kBroken: ++broken; break;
      case Edge::kDead: break;
    }
  }
  if (definition.join == dsl::Join::kFirst && live > 0) return Readiness::kRun;
  if (unsettled > 0) return Readiness::kWait;
  if (definition.needs.empty() || definition.join == dsl::Join::kAlways) return Readiness::kRun;
  const auto skip = broken > 0 ? Readiness::kSkipBroken : Readiness::kSkipDead;
  if (definition.join == dsl::Join::kAll) return live == definition.needs.size() ? Readiness::kRun : skip;
  return broken == 0 && live > 0 ? Readiness::kRun : skip;
}

}  // namespace weft::machine
