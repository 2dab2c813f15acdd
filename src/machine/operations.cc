#include <algorithm>

#include "contract/names.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

std::size_t BytesOf(const Command& command) {
  if (const auto* activity = std::get_if<ScheduleActivity>(&command))
    return activity->input.size() + activity->id.size();
  if (const auto* child = std::get_if<StartChild>(&command)) {
    std::size_t size = child->workflow_id.size();
    for (const auto& input : child->inputs) size += input.size();
    return size;
  }
  return 0;
}

/// The operation that a held command starts.
Operation StartedBy(const Command& command) {
  if (const auto* activity = std::get_if<ScheduleActivity>(&command)) return activity->operation;
  if (const auto* child = std::get_if<StartChild>(&command)) return child->operation;
  return 0;
}

}  // namespace

std::optional<Target> Run::TakeTarget(Operation operation, std::string_view what) {
  const auto found = state_.operations.find(operation);
  if (found == state_.operations.end()) {
    Notice("ignored a late " + std::string(what));
    return std::nullopt;
  }
  auto target = std::move(found->second);
  state_.operations.erase(found);
  return target;
}

void Run::Schedule(NodeRef ref, ActivityRequest request) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  auto input = request.input.ToJson();
  if (input.size() > contract::kMaxBytesPerTask / 2) {
    return FailAttempt(ref, MakeError(ref, "too_large", "the node's evaluated arguments are larger than 750 KB"));
  }
  const auto operation = ++state_.last_operation;
  auto timeout = definition.timeout;
  if (timeout) *timeout += contract::InstallAllowance(request.input.args);
  auto command = ActivityCommand(operation, OperationId(ref.operation_path(), node.attempts), request.type,
                                 request.queue, std::move(input), timeout);
  if (definition.deadline && !command.durable) {
    const auto left = std::chrono::ceil<Duration>(node.started_at + *definition.deadline - state_.now);
    command.schedule_to_close = std::max(left, Duration(1));
  }
  node.operation = operation;
  node.wake_at = {};
  node.queued = true;
  SetStatus(ref, NodeStatus::kScheduled);
  state_.operations.emplace(
      operation, Target{.purpose = Target::Purpose::kAttempt, .region = ref.region->address, .node = ref.node});
  state_.held.emplace_back(std::move(command));
}

ScheduleActivity Run::ActivityCommand(Operation operation, std::string id, std::string_view type,
                                      std::string_view queue, std::string input, std::optional<Duration> timeout) {
  const bool system = queue == contract::kSystemQueue;
  const auto limit = system ? Duration(contract::kSystemTimeoutMs)
                            : timeout.value_or(Duration(600'000)) + Duration(contract::kStartToCloseMarginMs);
  return {.operation = operation,
          .id = std::move(id),
          .type = std::string(type),
          .queue = std::string(queue),
          .input = std::move(input),
          .start_to_close = limit,
          .schedule_to_close = std::nullopt,
          .heartbeat = system ? std::nullopt : std::optional(Duration(contract::kHeartbeatTimeoutMs)),
          .durable = system};
}

void Run::StartChild(NodeRef ref, machine::StartChild child) {
  auto& node = ref.state();
  child.operation = ++state_.last_operation;
  node.operation = child.operation;
  node.child = child.workflow_id;
  node.queued = true;
  SetStatus(ref, NodeStatus::kScheduled);
  state_.operations.emplace(
      child.operation, Target{.purpose = Target::Purpose::kAttempt, .region = ref.region->address, .node = ref.node});
  state_.held.emplace_back(std::move(child));
}

void Run::WaitFor(NodeRef ref, Timestamp end) {
  auto& node = ref.state();
  node.wake_at = end;
  SetStatus(ref, NodeStatus::kWaiting);
  node.operation =
      StartTimer({.purpose = Target::Purpose::kAttempt, .region = ref.region->address, .node = ref.node},
                 std::chrono::ceil<Duration>(end - state_.now), OperationId(ref.operation_path(), node.attempts));
}

Operation Run::StartTimer(Target target, Duration duration, std::string summary) {
  const auto operation = ++state_.last_operation;
  state_.operations.emplace(operation, std::move(target));
  // Temporal refuses timers of no length.
  commands_.emplace_back(machine::StartTimer{operation, std::max(duration, Duration(1)), std::move(summary)});
  return operation;
}

void Run::CancelTimer(Operation& operation) {
  if (state_.operations.erase(operation) > 0) {
    const auto started = std::ranges::find_if(commands_, [&](const Command& command) {
      const auto* timer = std::get_if<machine::StartTimer>(&command);
      return timer != nullptr && timer->operation == operation;
    });
    // Nothing is cancelled in the task that started it: Temporal would answer with a second activation.
    if (started != commands_.end()) {
      commands_.erase(started);
    } else {
      commands_.emplace_back(machine::CancelTimer{operation});
    }
  }
  operation = 0;
}

bool Run::IsHeld(Operation operation) const {
  return std::ranges::find(state_.held, operation, StartedBy) != state_.held.end();
}

void Run::CancelStarted(Operation& operation, bool child) {
  const auto held = std::ranges::find(state_.held, operation, StartedBy);
  if (held == state_.held.end()) {
    if (child) {
      commands_.emplace_back(CancelChild{operation});
    } else {
      commands_.emplace_back(CancelActivity{operation});
    }
    return;
  }
  state_.held.erase(held);
  state_.operations.erase(operation);
  operation = 0;
}

// The operation ended in the batch in which it was to be cancelled: Temporal knows nothing of it any more.
void Run::DropCancel(Operation operation) {
  std::erase_if(commands_, [&](const Command& command) {
    const auto* timer = std::get_if<machine::CancelTimer>(&command);
    const auto* activity = std::get_if<machine::CancelActivity>(&command);
    const auto* child = std::get_if<CancelChild>(&command);
    return (timer != nullptr && timer->operation == operation) ||
           (activity != nullptr && activity->operation == operation) ||
           (child != nullptr && child->operation == operation);
  });
}

void Run::ReleaseHeld() {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (!state_.held.empty() && state_.in_flight < contract::kMaxInFlight && count < contract::kMaxCommandsPerTask) {
    const auto size = BytesOf(state_.held.front());
    if (count > 0 && bytes + size > contract::kMaxBytesPerTask) break;
    bytes += size;
    ++count;
    ++state_.in_flight;
    commands_.push_back(std::move(state_.held.front()));
    state_.held.pop_front();
    auto& target = state_.operations.at(StartedBy(commands_.back()));
    target.since = state_.now;
    if (target.purpose != Target::Purpose::kAttempt) continue;
    if (auto* region = Find(target.region)) region->nodes[target.node].queued = false;
  }
  const bool more =
      !state_.dirty_regions.empty() || (!state_.held.empty() && state_.in_flight < contract::kMaxInFlight);
  if (more && state_.more_timer == 0) {
    state_.more_timer = StartTimer({.purpose = Target::Purpose::kMore}, Duration(1), "more to do");
  }
}

}  // namespace weft::machine
