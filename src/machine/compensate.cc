#include "contract/names.h"
#include "machine/node_activity.h"
#include "machine/retry.h"
#include "machine/run.h"

namespace weft::machine {

using expr::Value;

void Run::OweCompensation(NodeRef ref) {
  const auto& definition = ref.definition();
  if (!definition.compensate) return;
  const auto& body = *definition.compensate;
  Compensation owed{.path = ref.path(),
                    .region = ref.region->address,
                    .node = ref.node,
                    .kind = body.kind,
                    .queue = QueueOf(body),
                    .input = {},
                    .problem = {},
                    .retry = body.retry,
                    .timeout = body.timeout.value_or(Duration(600'000)),
                    .attempts = 0};
  const auto input = ActivityArguments(*this, ref, body, ref.state().output);
  if (input) {
    owed.input = input->ToJson();
  } else {
    owed.problem = input.error().message;
  }
  ref.region->compensations.push_back(std::move(owed));
}

void Run::CompensateNext(RegionState& region) {
  auto& owed = region.compensations;
  // What an inner region owes is paid by the run, after everything has stopped.
  const bool pays = region.address.empty() && !state_.cancelled_twice;
  while (pays && !owed.empty()) {
    auto& next = owed.back();
    if (next.problem.empty()) {
      const auto operation = ++state_.last_operation;
      ++next.attempts;
      state_.operations.emplace(operation, Target{Target::Purpose::kCompensation, region.address, next.node});
      state_.held.emplace_back(machine::ScheduleActivity{
          .operation = operation,
          .id = next.path + "/compensate#" + std::to_string(next.attempts),
          .type = std::string(ActivityTypeOf(next.kind)),
          .queue = next.queue,
          .input = next.input,
          .start_to_close = next.timeout + Duration(contract::kStartToCloseMarginMs),
          .schedule_to_close = std::nullopt,
          .heartbeat = Duration(contract::kHeartbeatTimeoutMs)});
      return;
    }
    const Failure failure{Failure::Kind::kFailed, "expression", next.problem, {}};
    RecordCompensation(region, &failure);
  }
  region.phase = RegionState::Phase::kCleaning;
  for (std::size_t i = 0; i < region.nodes.size(); ++i) {
    if (region.nodes[i].status == NodeStatus::kPending) region.dirty.insert(i);
  }
  dirty_regions_.insert(region.address);
}

void Run::CompensationEnded(const Target& target, const Failure* failure) {
  auto* region = Find(target.region);
  if (region == nullptr || region->compensations.empty()) return;
  auto& owed = region->compensations.back();
  if (failure != nullptr && !state_.cancelled_twice) {
    auto retry = owed.retry.value_or(dsl::Retry{});
    const auto details = contract::ActivityFailure::FromParts(failure->code, failure->message, failure->details);
    const bool lost = failure->kind == Failure::Kind::kWorkerLost && owed.attempts <= 3;
    if (lost || (owed.attempts < retry.attempts && IsRetryable(failure->code, details.data, retry))) {
      const auto seed = state_.instance_id + '/' + owed.path + "/compensate#" + std::to_string(owed.attempts);
      const auto delay = std::max(RetryDelay(retry, owed.attempts, seed), Duration(details.retry_after_ms));
      StartTimer({Target::Purpose::kCompensationRetry, region->address, owed.node}, delay, owed.path + "/compensate");
      return;
    }
  }
  RecordCompensation(*region, failure);
  CompensateNext(*region);
}

void Run::RecordCompensation(RegionState& region, const Failure* failure) {
  const auto& owed = region.compensations.back();
  if (auto* home = Find(owed.region)) {
    auto& node = home->nodes[owed.node];
    if (failure == nullptr) {
      node.status = NodeStatus::kCompensated;
    } else {
      node.error = NodeError{.code = "compensation",
                             .message = "the compensation failed: " + failure->message,
                             .node = owed.path,
                             .attempt = owed.attempts,
                             .retryable = false,
                             .cause = Value::Object({{"code", Value(failure->code)}, {"message", Value(failure->message)}}),
                             .data = {}};
    }
  }
  region.compensations.pop_back();
}

}  // namespace weft::machine
