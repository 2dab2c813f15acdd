#include "base/utf8.h"
#include "contract/names.h"
#include "expr/size.h"
#include "machine/retry.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Value;

constexpr std::size_t kMaxCode = 200;
constexpr std::size_t kMaxMessage = std::size_t{4} * 1024;
constexpr std::size_t kMaxData = std::size_t{64} * 1024;

/// Without a character cut in two.
void Clip(std::string& text, std::size_t limit) {
  if (text.size() <= limit) return;
  while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) --limit;
  text.resize(limit);
  text += "…";
}

}  // namespace

// Errors travel far (memo, closing event, parents); whoever made them may have put anything in.
NodeError Run::MakeError(NodeRef ref, std::string code, std::string message) {
  return MakeError(ref.path(), ref.state().attempts, std::move(code), std::move(message));
}

NodeError Run::MakeError(std::string path, int attempt, std::string code, std::string message) {
  Clip(code, kMaxCode);
  Clip(message, kMaxMessage);
  return NodeError{.code = std::move(code),
                   .message = std::move(message),
                   .node = std::move(path),
                   .attempt = attempt,
                   .retryable = false,
                   .cause = {},
                   .data = {}};
}

bool Run::MayGoOn(NodeRef ref) const {
  if (ref.state().cancel_requested) return false;
  return !ref.region->stopping || ref.definition().join == dsl::Join::kAlways;
}

void Run::FailAttempt(NodeRef ref, const Error& error) { FailAttempt(ref, MakeError(ref, error.code, error.message)); }

void Run::FailAttempt(NodeRef ref, NodeError error, bool timed_out, Duration retry_after) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  const auto retry = definition.retry.value_or(dsl::Retry{});
  if (expr::SizeBound(error.data, kMaxData) > kMaxData) error.data = Value();
  error.retryable = IsRetryable(error.code, error.data, retry);
  const int used = node.attempts - node.lost_workers - node.unserved;
  if (!error.retryable || used >= node.max_attempts || !MayGoOn(ref)) {
    return SettleFailed(ref, std::move(error), timed_out);
  }
  RetryAfter(ref, std::move(error), timed_out, std::max(RetryDelay(retry, used, RetrySeed(ref)), retry_after));
}

std::string Run::RetrySeed(NodeRef ref) const {
  return state_.instance_id + '/' + ref.operation_path() + '#' + std::to_string(ref.state().attempts);
}

void Run::RetryAfter(NodeRef ref, NodeError error, bool timed_out, Duration delay) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  if (definition.deadline && state_.now + delay >= node.started_at + *definition.deadline) {
    return SettleFailed(ref, std::move(error), timed_out);
  }
  node.error = std::move(error);
  node.wake_at = state_.now + delay;
  SetStatus(ref, NodeStatus::kRetrying);
  if (node.timeout_timer != 0) CancelTimer(node.timeout_timer);
  node.timeout_at = {};
  const auto summary = OperationId(ref.operation_path(), node.attempts + 1);
  node.operation =
      StartTimer({.purpose = Target::Purpose::kRetry, .region = ref.region->address, .node = ref.node}, delay, summary);
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

Result<std::size_t> Run::CheckSize(const Value& output) const {
  const auto size = expr::SizeBound(output, contract::kMaxOutput);
  if (size > contract::kMaxOutput) {
    return Fail("too_large", "the output is larger than 256 KB; keep only what later nodes need with `output:`");
  }
  if (state_.state_size + size > contract::kMaxState) {
    return Fail("too_large", "the outputs of this run are larger than 1 MB together; keep less of them with `output:`");
  }
  return size;
}

void Run::SettleSucceeded(NodeRef ref, Value output) {
  const auto size = CheckSize(output);
  if (!size) return FailAttempt(ref, size.error());
  Conclude(ref, std::move(output), *size);
}

void Run::Conclude(NodeRef ref, Value output, std::size_t size) {
  auto& node = ref.state();
  state_.state_size += size;
  node.output_size = size;
  node.output = std::move(output);
  Settle(ref, NodeStatus::kSucceeded);
  OweCompensation(ref);
}

void Run::SettleFailed(NodeRef ref, NodeError error, bool timed_out) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  node.error = error;
  if (node.cancel_requested) return Settle(ref, NodeStatus::kCancelled);
  if (!definition.continue_with.empty()) {
    auto value = Evaluate(definition.continue_with, ref, node.input);
    const auto size = value ? CheckSize(*value) : std::unexpected(value.error());
    if (size) return Conclude(ref, *std::move(value), *size);
    const auto cause = error.ToValue();
    error = MakeError(ref, size.error().code, "`on_error.continue`: " + size.error().message);
    error.cause = cause;
    node.error = error;
  }
  Settle(ref, timed_out ? NodeStatus::kTimedOut : NodeStatus::kFailed);
  if (!definition.has_handler) return FailRegion(*ref.region, error);
  ++ref.region->undecided;
  DecideFailure(ref);
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
    DecideFailure({ref.region, static_cast<std::uint32_t>(need.source)});
  }
}

void Run::SetStatus(NodeRef ref, NodeStatus status) {
  auto& node = ref.state();
  if (IsActive(node.status)) --ref.region->active;
  if (IsActive(status)) ++ref.region->active;
  --state_.counts[static_cast<std::size_t>(node.status)];
  ++state_.counts[static_cast<std::size_t>(status)];
  node.status = status;
  Changed(ref);
}

void Run::Settle(NodeRef ref, NodeStatus status) {
  auto& node = ref.state();
  if (node.timeout_timer != 0) CancelTimer(node.timeout_timer);
  node.timeout_at = {};
  ReleaseIterations(ref);
  EndWait(ref);
  SetStatus(ref, status);
  node.operation = 0;
  node.queued = false;
  node.wake_at = {};
  node.ended_at = state_.now;
  node.completion = ++state_.completions;
  --ref.region->unsettled;
  for (const auto dependent : ref.definition().dependents) --ref.region->nodes[dependent].unsettled_sources;
  MarkDependentsDirty(ref);
}

}  // namespace weft::machine
