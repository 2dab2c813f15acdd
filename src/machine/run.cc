#include "machine/run.h"

#include <algorithm>

#include "contract/ids.h"
#include "contract/names.h"

namespace weft::machine {
namespace {

using expr::Value;

std::size_t BytesOf(const Command& command) {
  if (const auto* activity = std::get_if<ScheduleActivity>(&command)) return activity->input.size() + activity->id.size();
  if (const auto* child = std::get_if<StartChild>(&command)) {
    std::size_t size = child->workflow_id.size();
    for (const auto& input : child->inputs) size += input.size();
    return size;
  }
  return 0;
}

}  // namespace

std::vector<Command> Run::Apply(const Batch& batch) {
  state_.now = std::max(state_.now, batch.now);
  if (state_.status != RunStatus::kRunning) return {};
  for (const auto& event : batch.events) std::visit([this](const auto& e) { On(e); }, event);
  Drive();
  if (state_.status == RunStatus::kRunning) {
    ReleaseHeld();
    if (memo_due_ || (commands_.empty() && !batch.events.empty())) commands_.emplace_back(UpsertMemo{MemoJson()});
  }
  return std::move(commands_);
}

void Run::On(const Started& event) {
  state_.workflow = event.workflow;
  state_.start = event.start;
  state_.instance_id = event.instance_id;
  state_.input = event.input;
  state_.started_at = event.started_at;
  state_.scheduled_at = event.scheduled_at;
  state_.root.definition = event.workflow->root.get();
  state_.root.dot = event.input;
  if (event.workflow->timeout) StartTimer({Target::Purpose::kRunTimeout, {}, 0}, *event.workflow->timeout, "timeout of the run");
  EnterRegion(state_.root);
}

void Run::On(const SignalReceived& event) {
  if (event.name == contract::kCancelSignal) return On(CancelRequested{"asked again"});
  Notice("ignored signal `" + event.name + "`: nothing waits for it");
}

void Run::On(const CancelRequested& /*event*/) {
  if (state_.cancelling) state_.cancelled_twice = true;
  state_.cancelling = true;
  if (!state_.root.failure && !state_.timed_out && !state_.root.stopping) state_.cancelled = true;
  StopRegion(state_.root);
  if (!state_.cancelled_twice) return;
  for (std::uint32_t i = 0; i < state_.root.nodes.size(); ++i) CancelNode({&state_.root, i});
  dirty_regions_.insert(state_.root.address);
}

void Run::On(const TimerFired& event) {
  const auto target = TakeTarget(event.operation, "timer");
  if (!target) return;
  auto* region = Find(target->region);
  switch (target->purpose) {
    case Target::Purpose::kRetry:
      if (region == nullptr) return;
      return BeginAttempt({region, target->node});
    case Target::Purpose::kRunTimeout:
      if (state_.root.stopping) return;
      state_.timed_out = true;
      return StopRegion(state_.root);
    case Target::Purpose::kMore: state_.more_timer = 0; return;
    case Target::Purpose::kCompensationRetry:
      if (region != nullptr) CompensateNext(*region);
      return;
    case Target::Purpose::kAttempt:
    case Target::Purpose::kTimeout:
    case Target::Purpose::kCompensation: return;
  }
}

void Run::On(const ActivityCompleted& event) {
  const auto target = TakeTarget(event.operation, "result of an activity");
  if (!target) return;
  --state_.in_flight;
  if (target->purpose == Target::Purpose::kCompensation) return CompensationEnded(*target, nullptr);
  auto* region = Find(target->region);
  if (region == nullptr) return;
  const NodeRef ref{region, target->node};
  ref.state().operation = 0;
  auto result = event.result.empty() ? Result<Value>(Value()) : Value::Parse(event.result);
  if (!result) return FailAttempt(ref, MakeError(ref, "internal", "the activity's result is not JSON: " + result.error().message));
  ref.state().error.reset();
  Succeed(ref, *std::move(result), ref.definition().output_on_worker);
}

void Run::On(const ActivityFailed& event) {
  const auto target = TakeTarget(event.operation, "failure of an activity");
  if (!target) return;
  --state_.in_flight;
  if (target->purpose == Target::Purpose::kCompensation) return CompensationEnded(*target, &event.failure);
  auto* region = Find(target->region);
  if (region == nullptr) return;
  const NodeRef ref{region, target->node};
  auto& node = ref.state();
  node.operation = 0;
  const auto& failure = event.failure;
  if (node.cancel_requested && failure.kind == Failure::Kind::kCancelled) return SettleCancelled(ref);
  const auto details = contract::ActivityFailure::FromParts(failure.code, failure.message, failure.details);
  auto error = MakeError(ref, failure.code, failure.message);
  error.data = details.data;
  switch (failure.kind) {
    case Failure::Kind::kFailed:
      if (error.code.empty()) error.code = "internal";
      return FailAttempt(ref, std::move(error), error.code == "timeout", Duration(details.retry_after_ms));
    case Failure::Kind::kTimeout:
      error.code = "timeout";
      error.message = "the attempt did not end within its time-out";
      return FailAttempt(ref, std::move(error), true);
    case Failure::Kind::kDeadline:
      // What ended the retrying is less telling than what went wrong before.
      if (node.error) return SettleFailed(ref, *node.error, true);
      error.code = "timeout";
      error.message = "not finished within the node's deadline";
      return SettleFailed(ref, std::move(error), true);
    case Failure::Kind::kWorkerLost: {
      error.code = "worker_lost";
      error.message = "the worker that ran this attempt was lost";
      if (ref.definition().once || node.lost_workers >= 3 || region->stopping || node.cancel_requested) {
        return SettleFailed(ref, std::move(error), false);
      }
      ++node.lost_workers;
      node.error = std::move(error);
      return BeginAttempt(ref);
    }
    case Failure::Kind::kCancelled:
    case Failure::Kind::kTerminated:
    case Failure::Kind::kNotStarted:
      error.code = "cancelled";
      return FailAttempt(ref, std::move(error));
  }
}

void Run::On(const ChildStarted& event) { Notice("ignored the start of child " + std::to_string(event.operation)); }
void Run::On(const ChildCompleted& event) { TakeTarget(event.operation, "result of a child"); }
void Run::On(const ChildFailed& event) { TakeTarget(event.operation, "failure of a child"); }
void Run::On(const Ignored& /*event*/) {}

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
      .id = contract::OperationId(ref.path(), node.attempts),
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
  node.status = NodeStatus::kScheduled;
  node.wake_at = {};
  node.queued = true;
  state_.operations.emplace(operation, Target{Target::Purpose::kAttempt, ref.region->address, ref.node});
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
    const auto* activity = std::get_if<machine::ScheduleActivity>(&commands_.back());
    const auto operation = activity != nullptr ? activity->operation : std::get<StartChild>(commands_.back()).operation;
    const auto& target = state_.operations.at(operation);
    if (target.purpose != Target::Purpose::kAttempt) continue;
    if (auto* region = Find(target.region)) region->nodes[target.node].queued = false;
  }
  if (state_.held.empty() || state_.in_flight >= contract::kMaxInFlight || state_.more_timer != 0) return;
  state_.more_timer = StartTimer({Target::Purpose::kMore, {}, 0}, Duration(1), "more to start");
}

void Run::FinishRun() {
  auto& root = state_.root;
  state_.ended_at = state_.now;
  const auto fail = [&](RunStatus status, NodeError error) {
    state_.status = status;
    commands_.emplace_back(FailRun{error.code, error.message, error.ToValue().Dump()});
    state_.error = std::move(error);
  };
  if (state_.cancelled) {
    state_.status = RunStatus::kCancelled;
    commands_.emplace_back(CancelRun{});
    return;
  }
  if (state_.timed_out) {
    return fail(RunStatus::kTimedOut, NodeError{.code = "timeout", .message = "the run did not end within its `timeout`",
                                                .node = {}, .attempt = 0, .retryable = false, .cause = {}, .data = {}});
  }
  if (root.failure) return fail(RunStatus::kFailed, *root.failure);
  auto output = OutputOf(root);
  const auto& expression = state_.workflow->output;
  if (output && !expression.empty()) output = Evaluate(expression, {&root, 0}, state_.input);
  std::string text = output ? output->Dump() : std::string();
  if (output && text.size() > contract::kMaxOutput) output = weft::Fail("too_large", "the run's output is larger than 256 KB");
  if (!output) {
    return fail(RunStatus::kFailed, NodeError{.code = output.error().code, .message = "output: " + output.error().message,
                                              .node = {}, .attempt = 0, .retryable = false, .cause = {}, .data = {}});
  }
  state_.output = *std::move(output);
  state_.status = RunStatus::kCompleted;
  commands_.emplace_back(CompleteRun{std::move(text)});
}

std::string Run::MemoJson() const {
  constexpr std::size_t kPaths = 5;
  constexpr std::size_t kPathBytes = 150;
  auto at = Value::EmptyArray();
  std::map<std::string, int, std::less<>> counts;
  const auto visit = [&](const auto& self, const RegionState& region) -> void {
    for (std::size_t i = 0; i < region.nodes.size(); ++i) {
      const auto& node = region.nodes[i];
      ++counts[std::string(StatusName(node.status))];
      const bool active = node.status != NodeStatus::kPending && !IsSettled(node.status);
      if (active && node.children.empty() && at.size() < kPaths) {
        auto path = region.PathOf(i);
        if (path.size() > kPathBytes) path = "…" + path.substr(path.size() - kPathBytes);
        at.Append(Value(path));
      }
      for (const auto& [index, child] : node.children) self(self, *child);
    }
  };
  visit(visit, state_.root);
  auto totals = Value::EmptyObject();
  for (const auto& [name, count] : counts) totals.Set(name, Value(count));
  return Value::Object({{"at", at}, {"counts", totals}}).Dump();
}

}  // namespace weft::machine
