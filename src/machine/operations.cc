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

// Ids beyond Temporal's limit keep their end, which tells nodes apart for people, behind a hash of the whole (FNV-1a).
std::string OperationId(const std::string& path, int attempt) {
  const auto suffix = '#' + std::to_string(attempt);
  if (path.size() + suffix.size() <= contract::kMaxOperationId) return path + suffix;
  std::uint64_t h = 14695981039346656037ULL;
  for (const char c : path) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  constexpr char kHex[] = "0123456789abcdef";
  std::string hash(16, '0');
  for (auto digit = hash.rbegin(); digit != hash.rend(); ++digit, h >>= 4U) *digit = kHex[h & 15U];
  return hash + "…" + path.substr(path.size() - (contract::kMaxOperationId - 64)) + suffix;
}

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

void Run::ScheduleActivity(NodeRef ref, ActivityRequest request) {
  auto& node = ref.state();
  const auto& definition = ref.definition();
  auto input = request.input.ToJson();
  if (input.size() > contract::kMaxBytesPerTask / 2) {
    return FailAttempt(ref, MakeError(ref, "too_large", "the node's evaluated arguments are larger than 750 KB"));
  }
  const auto operation = ++state_.last_operation;
  machine::ScheduleActivity command{
      .operation = operation,
      .id = OperationId(ref.path(), node.attempts),
      .type = std::string(request.type),
      .queue = std::move(request.queue),
      .input = std::move(input),
      .start_to_close = definition.timeout.value_or(Duration(600'000)) + Duration(contract::kStartToCloseMarginMs),
      .schedule_to_close = std::nullopt,
      .heartbeat = Duration(contract::kHeartbeatTimeoutMs)};
  if (definition.deadline) {
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

void Run::CancelActivity(Operation& operation) {
  const auto held = std::ranges::find(state_.held, operation, StartedBy);
  if (held == state_.held.end()) {
    commands_.emplace_back(machine::CancelActivity{operation});
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
    const auto& target = state_.operations.at(StartedBy(commands_.back()));
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
