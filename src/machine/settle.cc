#include "contract/names.h"
#include "expr/size.h"
#include "machine/retry.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Value;

/// The retry rule that holds for a node: what was written, else the kind's default.
dsl::Retry RetryOf(const dsl::Node& definition, int max_attempts) {
  auto retry = definition.retry.value_or(dsl::Retry{});
  retry.attempts = max_attempts;
  return retry;
}

}  // namespace

NodeError Run::MakeError(NodeRef ref, std::string code, std::string message) {
  return NodeError{.code = std::move(code),
                   .message = std::move(message),
                   .node = ref.path(),
                   .attempt = ref.state().attempts,
                   .retryable = false,
                   .cause = {},
                   .data = {}};
}

void Run::FailAttempt(NodeRef ref, const Error& error) { FailAttempt(ref, MakeError(ref, error.code, error.message)); }

void Run::FailAttempt(NodeRef ref, NodeError error, bool timed_out, Duration retry_after) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  const auto retry = RetryOf(definition, node.max_attempts);
  error.retryable = IsRetryable(error.code, error.data, retry);
  const int used = node.attempts - node.lost_workers;
  if (!error.retryable || used >= retry.attempts || ref.region->stopping || node.cancel_requested) {
    return SettleFailed(ref, std::move(error), timed_out);
  }
  const auto seed = state_.instance_id + '/' + ref.path() + '#' + std::to_string(node.attempts);
  const auto delay = std::max(RetryDelay(retry, used, seed), retry_after);
  if (definition.deadline && state_.now + delay >= node.started_at + *definition.deadline) {
    return SettleFailed(ref, std::move(error), timed_out);
  }
  node.error = std::move(error);
  node.status = NodeStatus::kRetrying;
  node.wake_at = state_.now + delay;
  const auto summary = ref.path() + '#' + std::to_string(node.attempts + 1);
  node.operation = StartTimer({Target::Purpose::kRetry, ref.region->address, ref.node}, delay, summary);
}

void Run::Succeed(NodeRef ref, Value raw, bool output_applied) {
  const auto& definition = ref.definition();
  if (!output_applied && !definition.output.empty()) {
    auto output = Evaluate(definition.output, ref, raw);
    if (!output) return FailAttempt(ref, output.error());
    raw = *std::move(output);
  }
  SettleSucceeded(ref, std::move(raw));
}

void Run::SettleSucceeded(NodeRef ref, Value output) {
  auto& node = ref.state();
  const auto size = expr::SizeBound(output, contract::kMaxOutput);
  if (size > contract::kMaxOutput) {
    auto error = MakeError(ref, "too_large", "the output is larger than 256 KB; keep only what later nodes need with `output:`");
    return SettleFailed(ref, std::move(error), false);
  }
  if (state_.state_size + size > contract::kMaxState) {
    auto error = MakeError(ref, "too_large", "the outputs of this run are larger than 1 MB together; keep less of them with `output:`");
    return SettleFailed(ref, std::move(error), false);
  }
  state_.state_size += size;
  node.output_size = size;
  node.output = std::move(output);
  Settle(ref, NodeStatus::kSucceeded);
  OweCompensation(ref);
}

void Run::SettleFailed(NodeRef ref, NodeError error, bool timed_out) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  if (node.cancel_requested) {
    node.error = std::move(error);
    return Settle(ref, NodeStatus::kCancelled);
  }
  node.error = error;
  if (!definition.continue_with.empty()) {
    if (auto value = Evaluate(definition.continue_with, ref, node.input)) return SettleSucceeded(ref, *std::move(value));
  }
  Settle(ref, timed_out ? NodeStatus::kTimedOut : NodeStatus::kFailed);
  if (definition.has_handler) {
    DecideFailure(ref);
  } else {
    FailRegion(*ref.region, error);
  }
}

void Run::SettleCancelled(NodeRef ref) {
  auto& node = ref.state();
  if (!node.error) node.error = MakeError(ref, "cancelled", "cancelled before it was finished");
  Settle(ref, NodeStatus::kCancelled);
}

void Run::Skip(NodeRef ref, SkipReason reason) {
  ref.state().skip_reason = reason;
  Settle(ref, NodeStatus::kSkipped);
  // A handler that will not run any more may decide the failures it was to handle.
  for (const auto& need : ref.definition().needs) {
    if (need.port != dsl::Port::kFailed && need.port != dsl::Port::kDone) continue;
    const NodeRef source{ref.region, static_cast<std::uint32_t>(need.source)};
    DecideFailure(source);
  }
}

void Run::Settle(NodeRef ref, NodeStatus status) {
  auto& node = ref.state();
  if (node.timeout_timer != 0) CancelTimer(node.timeout_timer);
  node.status = status;
  node.operation = 0;
  node.queued = false;
  node.wake_at = {};
  node.ended_at = state_.now;
  node.completion = ++state_.completions;
  --ref.region->unsettled;
  for (const auto dependent : ref.definition().dependents) MarkDirty(*ref.region, dependent);
  dirty_regions_.insert(ref.region->address);
}

void Run::FailRegion(RegionState& region, const NodeError& error) {
  if (!region.failure) region.failure = error;
  dirty_regions_.insert(region.address);
  if (!state_.workflow->finish_on_failure) StopRegion(region);
}

Result<Value> Run::OutputOf(RegionState& region) {
  const auto& nodes = region.definition->nodes;
  // Edges to `always` nodes and from `.failed` and `.skipped` ports are no way on for the main path.
  std::vector<bool> has_out(nodes.size(), false);
  std::vector<bool> is_side(nodes.size(), false);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    is_side[i] = nodes[i].join == dsl::Join::kAlways;
    for (const auto& need : nodes[i].needs) {
      const bool side = need.port == dsl::Port::kFailed || need.port == dsl::Port::kSkipped;
      if (side) is_side[i] = true;
      if (!side && nodes[i].join != dsl::Join::kAlways) has_out[need.source] = true;
    }
  }
  std::vector<std::size_t> ends;
  for (const bool side : {false, true}) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!has_out[i] && is_side[i] == side) ends.push_back(i);
    }
    if (!ends.empty()) break;
  }
  if (ends.size() == 1) return region.nodes[ends.front()].output;
  auto output = Value::EmptyObject();
  for (const auto i : ends) {
    if (region.nodes[i].status == NodeStatus::kSucceeded) output.Set(nodes[i].id, region.nodes[i].output);
  }
  return output;
}

}  // namespace weft::machine
