#include <algorithm>
#include <iterator>

#include "contract/names.h"
#include "machine/node_activity.h"
#include "machine/node_workflow.h"
#include "machine/retry.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Value;

/// No node's path ends so: ids hold letters, digits and `_` only.
std::string CompensationPath(const Compensation& owed) { return owed.path + ":compensate"; }

bool IsInside(const RegionAddress& address, const RegionAddress& outer) {
  return address.size() >= outer.size() && std::equal(outer.begin(), outer.end(), address.begin());
}

}  // namespace

void Run::OweCompensation(NodeRef ref) {
  const auto& definition = ref.definition();
  // What an earlier instance did is not undone by this one.
  if (!definition.compensate || ref.state().attempts == 0) return;
  const auto& body = *definition.compensate;
  if (definition.kind == dsl::Kind::kGroup) ReplaceInner(ref);
  Compensation owed{.completion = ref.state().completion,
                    .path = ref.path(),
                    .region = ref.region->address,
                    .node = ref.node,
                    .kind = body.kind,
                    .queue = QueueOf(body),
                    .input = {},
                    .problem = {},
                    .retry = body.retry,
                    .timeout = body.timeout.value_or(Duration(600'000))};
  if (const auto* call = std::get_if<dsl::WorkflowCall>(&body.body)) {
    owed.workflow = call->name;
    owed.revision = call->revision;
  }
  const auto input = CompensationInput(ref, body);
  if (!input) {
    owed.problem = input.error().message;
  } else if (state_.state_size + input->size() > contract::kMaxState ||
             input->size() > contract::kMaxBytesPerTask / 2) {
    owed.problem = "its arguments are too large";
  } else {
    owed.input = *input;
  }
  state_.state_size += owed.input.size();
  state_.compensations.push_back(std::move(owed));
}

Result<std::string> Run::CompensationInput(NodeRef ref, const dsl::Node& body) {
  const auto& dot = ref.state().output;
  if (body.kind != dsl::Kind::kWorkflow) {
    WEFT_TRY(const auto input, ActivityArguments(*this, ref, body, dot));
    return input.ToJson();
  }
  if (body.with.empty()) return dot.Dump();
  WEFT_TRY(const auto input, Evaluate(body.with, ref, dot));
  return input.Dump();
}

// A group that has its own way back does not go the ways of its nodes.
void Run::ReplaceInner(NodeRef ref) {
  auto inner = ref.region->address;
  inner.emplace_back(ref.node, static_cast<std::uint32_t>(ref.state().attempts));
  std::erase_if(state_.compensations, [&](const Compensation& owed) {
    if (owed.completion <= ref.state().begun || !IsInside(owed.region, inner)) return false;
    state_.state_size -= owed.input.size();
    return true;
  });
}

std::vector<Compensation>::iterator Run::FindCompensation(std::uint64_t completion) {
  return std::ranges::lower_bound(state_.compensations, completion, {}, &Compensation::completion);
}

// What an earlier attempt of a container left at the same address is not this execution's.
bool Run::PaysFor(const RegionState& region, const Compensation& owed) {
  return owed.completion > region.entered && IsInside(owed.region, region.address);
}

// The run pays what is owed when it ends badly, a group for an attempt of it that failed; all others leave it to them.
bool Run::PaysCompensations(const RegionState& region) {
  if (state_.cancelled_twice) return false;
  if (region.address.empty()) return true;
  auto outer = region.address;
  const auto node = outer.back().first;
  outer.pop_back();
  const NodeRef container{Find(outer), node};
  if (container.definition().kind != dsl::Kind::kGroup || container.state().cancel_requested) return false;
  return region.failure || (*container.state().iterations)->failure;
}

void Run::CompensateNext(RegionState& region) {
  auto& all = state_.compensations;
  while (PaysCompensations(region)) {
    const auto next =
        std::ranges::find_if(all.rbegin(), all.rend(), [&](const Compensation& owed) { return PaysFor(region, owed); });
    if (next == all.rend()) break;
    if (!next->problem.empty()) {
      const Failure failure{Failure::Kind::kFailed, "expression", next->problem, {}};
      RecordCompensation(std::prev(next.base()), &failure);
      continue;
    }
    return BeginCompensation(*next, region.address);
  }
  region.phase = RegionState::Phase::kCleaning;
  for (std::size_t i = 0; i < region.nodes.size(); ++i) {
    if (region.nodes[i].status == NodeStatus::kPending) region.dirty.insert(i);
  }
  state_.dirty_regions.insert(region.address);
}

void Run::BeginCompensation(Compensation& owed, const RegionAddress& payer) {
  owed.operation = ++state_.last_operation;
  owed.wake_at = {};
  owed.child.clear();
  ++owed.attempts;
  state_.operations.emplace(
      owed.operation,
      Target{.purpose = Target::Purpose::kCompensation, .region = payer, .compensation = owed.completion});
  const bool resolves = owed.kind == dsl::Kind::kWorkflow;
  const auto id = OperationId(CompensationPath(owed), owed.attempts);
  state_.held.emplace_back(
      resolves ? ActivityCommand(owed.operation, id, contract::kResolveWorkflowActivity, contract::kSystemQueue,
                                 ResolveArguments(state_, owed.workflow, owed.revision).ToJson(), std::nullopt)
               : ActivityCommand(owed.operation, id, ActivityTypeOf(owed.kind), owed.queue, owed.input, owed.timeout));
}

void Run::CompensationStep(const Target& target, const std::string& result) {
  auto& owed = *FindCompensation(target.compensation);
  if (owed.kind != dsl::Kind::kWorkflow || state_.cancelled_twice) return CompensationEnded(target, nullptr);
  auto child = ChildOf(state_, OperationId(CompensationPath(owed), owed.attempts), owed.path, result, owed.input);
  if (!child) {
    const Failure failure{Failure::Kind::kFailed, child.error().code, child.error().message, {}};
    return CompensationEnded(target, &failure);
  }
  owed.operation = ++state_.last_operation;
  owed.child = child->workflow_id;
  child->operation = owed.operation;
  state_.operations.emplace(owed.operation, target);
  state_.held.emplace_back(*std::move(child));
}

void Run::CompensationEnded(const Target& target, const Failure* failure) {
  constexpr int kFurtherTimes = 3;
  auto* region = Find(target.region);
  const auto owed = FindCompensation(target.compensation);
  owed->operation = 0;
  if (failure != nullptr && !state_.cancelled_twice) {
    const auto retry = owed->retry.value_or(dsl::Retry{});
    const auto details = contract::ActivityFailure::FromParts(failure->code, failure->message, failure->details);
    if (failure->kind == Failure::Kind::kWorkerLost && owed->lost_workers < kFurtherTimes) {
      ++owed->lost_workers;
      return CompensateNext(*region);
    }
    const bool timed_out = failure->kind == Failure::Kind::kTimeout;
    const bool own = timed_out || failure->kind == Failure::Kind::kFailed;
    const bool unserved = failure->kind == Failure::Kind::kFailed && failure->code == contract::kSecretUnavailable &&
                          IsWorkerActivity(owed->kind);
    if (unserved) ++owed->unserved;
    const int used = owed->attempts - owed->lost_workers - owed->unserved;
    const bool again =
        own && used < retry.attempts && IsRetryable(timed_out ? "timeout" : failure->code, details.data, retry);
    if (unserved || again) {
      const auto seed = OperationId(state_.instance_id + '/' + CompensationPath(*owed), owed->attempts);
      const auto pause = unserved ? RetryDelay(dsl::Retry{}, owed->unserved, seed) : RetryDelay(retry, used, seed);
      const auto delay = std::max(pause, Duration(details.retry_after_ms));
      owed->wake_at = state_.now + delay;
      owed->operation = StartTimer(
          {.purpose = Target::Purpose::kCompensationRetry, .region = region->address, .compensation = owed->completion},
          delay, OperationId(CompensationPath(*owed), owed->attempts + 1));
      return;
    }
  }
  RecordCompensation(owed, failure);
  CompensateNext(*region);
}

void Run::RecordCompensation(std::vector<Compensation>::iterator owed, const Failure* failure) {
  std::optional<NodeError> error;
  if (failure != nullptr) {
    const auto [code, message] = ReasonOf(*failure);
    Notice("the compensation of `" + owed->path + "` failed: " + message);
    error = MakeError(owed->path, owed->attempts, "compensation", "the compensation failed: " + message);
    error->cause = Value::Object({{"code", Value(code)}, {"message", Value(message)}});
  }
  auto* home = Find(owed->region);
  if (home != nullptr && home->entered < owed->completion) {
    if (error) {
      home->nodes[owed->node].error = error;
      Changed({home, owed->node});
    } else {
      SetStatus({home, owed->node}, NodeStatus::kCompensated);
    }
  }
  if (observers_.compensated) observers_.compensated(*owed, error);
  state_.state_size -= owed->input.size();
  state_.compensations.erase(owed);
}

void Run::CancelCompensations(const RegionState& region) {
  for (auto& owed : state_.compensations) {
    if (owed.operation == 0 || owed.cancel_requested || !IsInside(owed.region, region.address)) continue;
    owed.cancel_requested = true;
    const auto& target = state_.operations.at(owed.operation);
    auto* payer = Find(target.region);
    if (target.purpose == Target::Purpose::kCompensationRetry) {
      CancelTimer(owed.operation);
    } else {
      CancelStarted(owed.operation, !owed.child.empty());
    }
    if (owed.operation == 0) CompensateNext(*payer);
  }
}

}  // namespace weft::machine
