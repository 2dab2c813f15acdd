#include "contract/names.h"
#include "expr/size.h"
#include "machine/run.h"

namespace weft::machine {

using Phase = RegionState::Phase;

void Run::StopRegion(RegionState& region) {
  if (region.stopping) return;
  region.stopping = true;
  region.phase = Phase::kStopping;
  state_.dirty_regions.insert(region.address);
  for (std::uint32_t i = 0; i < region.nodes.size(); ++i) {
    const NodeRef ref{&region, i};
    if (ref.state().status == NodeStatus::kPending) region.dirty.insert(i);
    if (IsActive(ref.state().status) && ref.definition().join != dsl::Join::kAlways) CancelNode(ref);
  }
}

// A second request to cancel: no compensation, no clean-up.
void Run::AbandonRegion(RegionState& region) {
  StopRegion(region);
  for (std::uint32_t i = 0; i < region.nodes.size(); ++i) {
    const NodeRef ref{&region, i};
    for (auto& [index, child] : ref.state().children) AbandonRegion(*child);
    CancelNode(ref);
    // A child workflow may take long to clean up after itself; it was asked to and goes on alone.
    if (IsActive(ref.state().status) && !ref.state().child.empty() &&
        state_.operations.erase(ref.state().operation) > 0) {
      --state_.in_flight;
      SettleCancelled(ref);
    }
  }
  CancelCompensations(region);
  state_.dirty_regions.insert(region.address);
}

void Run::CancelNode(NodeRef ref) {
  auto& node = ref.state();
  if (node.cancel_requested || IsSettled(node.status)) return;
  node.cancel_requested = true;
  if (!node.children.empty()) {
    for (auto& [index, child] : node.children) StopRegion(*child);
    return;
  }
  const auto target = state_.operations.find(node.operation);
  if (target == state_.operations.end()) return SettleCancelled(ref);
  if (node.status == NodeStatus::kRetrying || node.status == NodeStatus::kWaiting) {
    CancelTimer(node.operation);
    return SettleCancelled(ref);
  }
  if (node.timing_out) return;
  CancelStarted(node.operation, !node.child.empty());
  if (node.operation == 0) SettleCancelled(ref);
}

void Run::Advance(RegionState& region) {
  if (region.undecided > 0 && DecideBlockedFailure(region)) return;
  if (region.active > 0) return;
  if (region.failure && !region.stopping) return StopRegion(region);
  if (!region.stopping) {
    if (region.unsettled == 0) RegionSucceeded(region);
    return;
  }
  if (region.phase == Phase::kStopping) {
    region.phase = Phase::kCompensating;
    return CompensateNext(region);
  }
  if (region.phase == Phase::kCleaning && region.unsettled == 0) RegionSettled(region);
}

void Run::RegionSucceeded(RegionState& region) {
  region.output = OutputOf(region);
  const auto& expression = state_.workflow->output;
  if (!region.address.empty()) return RegionSettled(region);
  auto output = Result<expr::Value>(region.output);
  const NodeRef no_node{&region, static_cast<std::uint32_t>(region.nodes.size())};
  if (!expression.empty()) output = Evaluate(expression, no_node, region.output);
  if (output && expr::SizeBound(*output, contract::kMaxOutput) > contract::kMaxOutput) {
    output = Fail("too_large", "larger than 256 KB");
  }
  if (output) {
    state_.output = *std::move(output);
    return RegionSettled(region);
  }
  region.failure = ErrorOf({output.error().code, "the run's `output`: " + output.error().message});
  StopRegion(region);
}

void Run::RegionSettled(RegionState& region) {
  region.phase = Phase::kSettled;
  if (region.address.empty()) return FinishRun();
  auto outer = region.address;
  const auto [node, key] = outer.back();
  outer.pop_back();
  const NodeRef container{Find(outer), node};
  if (observers_.ended) {
    observers_.ended(container.definition(), container.state(), region, !region.failure && !region.stopping);
  }
  RegionEnd end{.failure = std::move(region.failure), .cancelled = region.stopping, .output = std::move(region.output)};
  DropRegion(container, key);
  IterationEnded(*this, container, key, std::move(end));
  // Its region may have nothing else to wait for.
  state_.dirty_regions.insert(outer);
}

}  // namespace weft::machine
