#include <algorithm>
#include <iterator>

#include "contract/names.h"
#include "machine/node_activity.h"
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
  const auto input = ActivityArguments(*this, ref, body, ref.state().output);
  if (!input) {
    owed.problem = input.error().message;
  } else if (owed.input = input->ToJson(); state_.state_size + owed.input.size() > contract::kMaxState) {
    owed.input.clear();
    owed.problem = "its arguments and the outputs of this run are larger than 1 MB together";
  }
  state_.state_size += owed.input.size();
  state_.compensations.push_back(std::move(owed));
}

std::vector<Compensation>::iterator Run::FindCompensation(std::uint64_t completion) {
  return std::ranges::lower_bound(state_.compensations, completion, {}, &Compensation::completion);
}

void Run::CompensateNext(RegionState& region) {
  auto& all = state_.compensations;
  while (!state_.cancelled_twice) {
    const auto next = std::ranges::find_if(
        all.rbegin(), all.rend(), [&](const Compensation& owed) { return IsInside(owed.region, region.address); });
    if (next == all.rend()) break;
    if (!next->problem.empty()) {
      const Failure failure{Failure::Kind::kFailed, "expression", next->problem, {}};
      RecordCompensation(std::prev(next.base()), &failure);
      continue;
    }
    next->operation = ++state_.last_operation;
    ++next->attempts;
    state_.operations.emplace(
        next->operation,
        Target{.purpose = Target::Purpose::kCompensation, .region = region.address, .compensation = next->completion});
    state_.held.emplace_back(
        machine::ScheduleActivity{.operation = next->operation,
                                  .id = OperationId(CompensationPath(*next), next->attempts),
                                  .type = std::string(ActivityTypeOf(next->kind)),
                                  .queue = next->queue,
                                  .input = next->input,
                                  .start_to_close = next->timeout + Duration(contract::kStartToCloseMarginMs),
                                  .schedule_to_close = std::nullopt,
                                  .heartbeat = Duration(contract::kHeartbeatTimeoutMs)});
    return;
  }
  region.phase = RegionState::Phase::kCleaning;
  for (std::size_t i = 0; i < region.nodes.size(); ++i) {
    if (region.nodes[i].status == NodeStatus::kPending) region.dirty.insert(i);
  }
  state_.dirty_regions.insert(region.address);
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
    const int used = owed->attempts - owed->lost_workers;
    if (own && used < retry.attempts && IsRetryable(timed_out ? "timeout" : failure->code, details.data, retry)) {
      const auto seed = OperationId(state_.instance_id + '/' + CompensationPath(*owed), owed->attempts);
      const auto delay = std::max(RetryDelay(retry, used, seed), Duration(details.retry_after_ms));
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
  if (failure != nullptr) Notice("the compensation of `" + owed->path + "` failed: " + failure->message);
  if (auto* home = Find(owed->region)) {
    auto& node = home->nodes[owed->node];
    if (failure == nullptr) {
      SetStatus({home, owed->node}, NodeStatus::kCompensated);
    } else {
      node.error = MakeError({home, owed->node}, "compensation", "the compensation failed: " + failure->message);
      node.error->attempt = owed->attempts;
      node.error->cause = Value::Object({{"code", Value(failure->code)}, {"message", Value(failure->message)}});
    }
  }
  state_.state_size -= owed->input.size();
  state_.compensations.erase(owed);
}

void Run::CancelCompensations(const RegionState& region) {
  for (auto& owed : state_.compensations) {
    if (owed.operation == 0 || !IsInside(owed.region, region.address)) continue;
    const auto& target = state_.operations.at(owed.operation);
    auto* payer = Find(target.region);
    if (target.purpose == Target::Purpose::kCompensationRetry) {
      CancelTimer(owed.operation);
    } else {
      CancelActivity(owed.operation);
    }
    if (owed.operation == 0) CompensateNext(*payer);
  }
}

}  // namespace weft::machine
