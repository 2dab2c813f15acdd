#include "cli/test_simulation.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "activities/output.h"
#include "cli/event_router.h"
#include "contract/activity.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "dsl/load.h"

namespace weft::cli {
namespace {

using expr::Value;
using machine::Failure;
using machine::NodeStatus;
using machine::Operation;
using machine::Target;

/// More than any run of use takes; a test is not to hang.
constexpr int kMaxSteps = 1'000'000;

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

const machine::RegionState* FindRegion(const machine::RunState& state, const machine::RegionAddress& address) {
  const auto* region = &state.root;
  for (const auto& [node, key] : address) region = &*region->nodes[node].children.at(key);
  return region;
}

/// Plays Temporal, its workers and a server to one machine, on a clock of its own.
class Simulation {
 public:
  explicit Simulation(const TestFile& test, Timestamp now) : test_(test), now_(now) {}

  Trace Run();

 private:
  using Key = std::pair<Timestamp, std::uint64_t>;
  /// What comes: something for the machine, or the entry of the test's `events`.
  using Item = std::variant<machine::Event, std::size_t>;

  Key Queue(Timestamp at, Item item) {
    const Key key{at, ++last_item_};
    queue_.emplace(key, std::move(item));
    return key;
  }
  /// What may be cancelled until then.
  void QueueEnd(Operation operation, Timestamp at, machine::Event event) {
    ends_[operation] = Queue(at, std::move(event));
  }
  /// Whether there was something to cancel.
  bool Unqueue(Operation operation);

  void Apply(machine::Event event);
  void Changed(const machine::RegionState& region, std::uint32_t node);
  void QueueTestEvents();
  void Send(const TestEvent& event, std::size_t index);
  void AnswerWaits(const TestEvent& answer);
  void Publish(Value event, std::string_view id);
  void Deliver(const std::string& json);

  void Begin(const machine::ScheduleActivity& command);
  void Begin(const machine::StartChild& command);
  std::string System(const machine::ScheduleActivity& command);
  void Act(const machine::ScheduleActivity& command, const MockAttempt& mock);
  /// What the test says of the next attempt of the operation; null (and a problem) if it says nothing.
  const MockAttempt* NextAttempt(Operation operation);
  void RunReporter(const machine::StartChild& command);
  Trace Finish();

  const TestFile& test_;
  Timestamp now_;
  machine::Machine machine_;
  Trace trace_;
  EventRouter router_;
  std::map<Key, Item> queue_;
  std::uint64_t last_item_ = 0;
  std::map<Operation, Key> ends_;
  std::map<std::string, std::size_t> attempts_;  ///< made so far, by path
  std::vector<std::string> settled_, waiting_;   ///< what became so in this step
  std::vector<bool> sent_;                       ///< by index in `events`
};

bool Simulation::Unqueue(Operation operation) {
  const auto found = ends_.find(operation);
  if (found == ends_.end()) return false;
  queue_.erase(found->second);
  ends_.erase(found);
  return true;
}

Trace Simulation::Run() {
  sent_.resize(test_.events.size());
  machine_.Observe([this](const auto& region, std::uint32_t node) { Changed(region, node); });
  const auto& workflow = *test_.workflow;
  contract::StartInput start;
  start.trigger = test_.trigger;
  Apply(machine::Started{.workflow = test_.workflow,
                         .start = std::move(start),
                         .input = test_.input,
                         .instance_id = contract::InstanceId(workflow.ns, workflow.name, "test", "1"),
                         .started_at = now_,
                         .scheduled_at = {},
                         .run_id = "1"});
  for (std::size_t i = 0; i < test_.events.size(); ++i) {
    const auto& event = test_.events[i];
    const bool waits = event.after || (event.kind == TestEvent::Kind::kAnswer && !event.at);
    if (!waits) Queue(now_ + event.at.value_or(Duration(0)), i);
  }
  int steps = 0;
  while (machine_.state().status == machine::RunStatus::kRunning && trace_.problems.empty() && !queue_.empty()) {
    if (++steps > kMaxSteps) {
      trace_.problems.emplace_back("the run did not end within a million steps; it seems to go round for ever");
      break;
    }
    auto next = queue_.extract(queue_.begin());
    now_ = std::max(now_, next.key().first);
    if (const auto* index = std::get_if<std::size_t>(&next.mapped())) {
      Send(test_.events[*index], *index);
    } else {
      Apply(std::get<machine::Event>(std::move(next.mapped())));
    }
  }
  return Finish();
}

void Simulation::Apply(machine::Event event) {
  machine::Batch batch{
      .now = now_, .history_length = 0, .history_size = 0, .continue_suggested = false, .events = {std::move(event)}};
  const auto commands = machine_.Apply(batch);
  std::ranges::copy(machine_.notices(), std::back_inserter(trace_.notices));
  for (const auto& command : commands) {
    std::visit(Overloaded{
                   [&](const machine::StartTimer& c) {
                     QueueEnd(c.operation, now_ + c.duration, machine::TimerFired{c.operation});
                   },
                   [&](const machine::CancelTimer& c) { Unqueue(c.operation); },
                   [&](const machine::ScheduleActivity& c) { Begin(c); },
                   [&](const machine::CancelActivity& c) {
                     if (!Unqueue(c.operation)) return;
                     Queue(now_,
                           machine::ActivityFailed{c.operation, {Failure::Kind::kCancelled, "cancelled", "", ""}});
                   },
                   [&](const machine::StartChild& c) { Begin(c); },
                   [&](const machine::CancelChild& c) {
                     if (!Unqueue(c.operation)) return;
                     Queue(now_, machine::ChildFailed{c.operation, {Failure::Kind::kCancelled, "cancelled", "", ""}});
                   },
                   [](const auto&) {},
               },
               command);
  }
  QueueTestEvents();
}

void Simulation::Changed(const machine::RegionState& region, std::uint32_t index) {
  const auto& node = region.nodes[index];
  const auto path = region.PathOf(index);
  auto& trace = trace_.nodes[path];
  const bool begins = node.status == NodeStatus::kRunning && node.attempts == 0;
  if (begins) trace_.started.push_back(path);
  const bool answered =
      node.status == NodeStatus::kWaiting && node.wait && region.definition->nodes[index].kind == dsl::Kind::kApproval;
  if (answered) waiting_.push_back(path);
  if (machine::IsSettled(node.status)) settled_.push_back(path);
  trace = {.status = node.status,
           .attempts = node.attempts,
           .output = node.output,
           .error = node.error,
           .chosen_case = node.chosen_case};
}

void Simulation::QueueTestEvents() {
  for (std::size_t i = 0; i < test_.events.size(); ++i) {
    const auto& event = test_.events[i];
    const auto is = [](const NodePattern& pattern) {
      return [&pattern](const std::string& path) { return pattern.Matches(path); };
    };
    if (event.after) {
      if (sent_[i] || std::ranges::none_of(settled_, is(*event.after))) continue;
      sent_[i] = true;
      Queue(now_, i);
    } else if (event.kind == TestEvent::Kind::kAnswer && !event.at) {
      if (std::ranges::any_of(waiting_, is(event.node))) Queue(now_, i);
    }
  }
  settled_.clear();
  waiting_.clear();
}

void Simulation::Send(const TestEvent& event, std::size_t index) {
  sent_[index] = true;
  switch (event.kind) {
    case TestEvent::Kind::kCancel: return Apply(machine::CancelRequested{"asked by the test"});
    case TestEvent::Kind::kAnswer: return AnswerWaits(event);
    case TestEvent::Kind::kEvent: return Publish(event.content, "event-" + std::to_string(index + 1));
  }
}

void Simulation::AnswerWaits(const TestEvent& answer) {
  std::vector<std::string> paths;
  for (const auto& [order, target] : machine_.state().waits) {
    const auto& region = *FindRegion(machine_.state(), target.region);
    const auto path = region.PathOf(target.node);
    const bool approval = region.definition->nodes[target.node].kind == dsl::Kind::kApproval;
    if (approval && answer.node.Matches(path)) paths.push_back(path);
  }
  if (paths.empty()) {
    trace_.problems.push_back("the answer to `" + answer.node.text() + "` came at " +
                              FormatDuration(std::chrono::floor<Duration>(now_ - machine_.state().started_at)) +
                              ", when it was not waiting for one");
  }
  for (const auto& path : paths) {
    auto payload = answer.content;
    payload.Set("node", Value(path));
    Apply(machine::SignalReceived{std::string(contract::kApprovalSignal), std::move(payload)});
  }
}

void Simulation::Publish(Value content, std::string_view id) {
  const auto event = EventRouter::Complete(std::move(content), id);
  if (!event) return trace_.problems.push_back(event.error().message);
  if (!router_.Publish(*event).empty()) Deliver(event->json);
}

void Simulation::Deliver(const std::string& json) {
  auto payload = Value::Object({{"addressed", Value(false)}, {"event", Value::Parse(json).value_or(Value())}});
  Queue(now_, machine::SignalReceived{std::string(contract::kEventSignal), std::move(payload)});
}

void Simulation::Begin(const machine::ScheduleActivity& command) {
  if (command.queue == contract::kSystemQueue) {
    QueueEnd(command.operation, now_, machine::ActivityCompleted{command.operation, System(command)});
  } else if (const auto* mock = NextAttempt(command.operation)) {
    Act(command, *mock);
  }
}

std::string Simulation::System(const machine::ScheduleActivity& command) {
  const auto args = Value::Parse(command.input).value_or(Value()).Get("args");
  if (command.type == contract::kSubscribeActivity && args.Get("kind").StringView() == "event") {
    for (const auto& event : router_.Subscribe(args.Get("id").AsString(), args)) Deliver(event.json);
  } else if (command.type == contract::kUnsubscribeActivity) {
    router_.Unsubscribe(args.Get("id").AsString());
  } else if (command.type == contract::kEmitActivity) {
    auto event = args;
    event.Set("specversion", Value("1.0"));
    trace_.emitted.Append(event);
    Publish(event, "");
    return event.Dump();
  } else if (command.type == contract::kNotifyActivity) {
    trace_.notified.Append(args);
    return R"({"delivered":true})";
  } else if (command.type == contract::kResolveWorkflowActivity) {
    // The mock is what runs.
    return Value::Object({{"definition", Value("{}")}, {"revision", Value(1)}}).Dump();
  }
  return "null";
}

const MockAttempt* Simulation::NextAttempt(Operation operation) {
  const auto& state = machine_.state();
  const auto& target = state.operations.at(operation);
  std::string path;
  if (target.purpose == Target::Purpose::kCompensation) {
    const auto owed = std::ranges::find(state.compensations, target.compensation, &machine::Compensation::completion);
    path = owed->path + std::string(NodePattern::kCompensation);
  } else {
    path = FindRegion(state, target.region)->PathOf(target.node);
  }
  const Mock* best = nullptr;
  for (const auto& mock : test_.mocks) {
    if (!mock.node.Matches(path)) continue;
    if (best == nullptr || mock.node.Precision(path) > best->node.Precision(path)) best = &mock;
  }
  if (best == nullptr) {
    trace_.problems.push_back("`" + path + "` acts and has no mock; add what it gives: `mocks: { \"" + path +
                              "\": { output: … } }`");
    return nullptr;
  }
  return &best->attempts[std::min(attempts_[path]++, best->attempts.size() - 1)];
}

void Simulation::Act(const machine::ScheduleActivity& command, const MockAttempt& mock) {
  const auto input = contract::ActivityInput::FromJson(command.input).value_or(contract::ActivityInput{});
  const auto operation = command.operation;
  const auto limit =
      command.start_to_close - Duration(contract::kStartToCloseMarginMs) - contract::InstallAllowance(input.args);
  auto after = std::min(mock.takes, limit);
  auto end = machine::Event(machine::ActivityCompleted{operation, ""});
  const auto fail = [&](const contract::ActivityFailure& failure) {
    end = machine::ActivityFailed{operation,
                                  {Failure::Kind::kFailed, failure.code, failure.message, failure.DetailsJson()}};
  };
  if (mock.kind == MockAttempt::Kind::kLost) {
    after += command.heartbeat.value_or(Duration(0));
    end = machine::ActivityFailed{operation, {Failure::Kind::kWorkerLost, "", "no heartbeat came", ""}};
  } else if (mock.takes > limit) {
    fail({.code = "timeout", .message = "not done within " + FormatDuration(limit), .data = {}, .retry_after_ms = 0});
  } else if (mock.kind == MockAttempt::Kind::kError) {
    fail({.code = mock.code, .message = mock.message, .data = mock.data, .retry_after_ms = 0});
  } else if (auto result = activities::FinishOutput(input, mock.output, now_ + after); result) {
    end = machine::ActivityCompleted{operation, *std::move(result)};
  } else {
    fail(result.error());
  }
  if (command.schedule_to_close && *command.schedule_to_close < after) {
    after = *command.schedule_to_close;
    end = machine::ActivityFailed{operation, {Failure::Kind::kDeadline, "", "", ""}};
  }
  QueueEnd(operation, now_ + after, std::move(end));
}

void Simulation::Begin(const machine::StartChild& command) {
  const auto& target = machine_.state().operations.at(command.operation);
  const bool reports = target.purpose == Target::Purpose::kNotification;
  if (reports) RunReporter(command);
  if (reports || command.abandon) {
    Queue(now_, machine::ChildStarted{command.operation, "child"});
    return;
  }
  const auto* mock = NextAttempt(command.operation);
  if (mock == nullptr) return;
  Queue(now_, machine::ChildStarted{command.operation, "child"});
  const auto end = now_ + mock->takes;
  if (mock->kind == MockAttempt::Kind::kOutput) {
    return QueueEnd(command.operation, end, machine::ChildCompleted{command.operation, mock->output.Dump()});
  }
  const auto error =
      Value::Object({{"code", Value(mock->code)}, {"message", Value(mock->message)}, {"data", mock->data}});
  QueueEnd(command.operation, end,
           machine::ChildFailed{command.operation, {Failure::Kind::kFailed, mock->code, mock->message, error.Dump()}});
}

// The workflow that tells of the run's end is one like any other, with nothing in it that acts.
void Simulation::RunReporter(const machine::StartChild& command) {
  const auto workflow = dsl::LoadNormalised(command.inputs[1]);
  if (!workflow) return trace_.problems.push_back("the report of the run's end: " + workflow.error().message);
  TestFile reporter{.path = {},
                    .title = {},
                    .workflow = *workflow,
                    .input = Value::Parse(command.inputs[2]).value_or(Value()),
                    .trigger = {.kind = std::string(contract::kNotificationTrigger), .id = {}, .payload = {}},
                    .now = now_,
                    .mocks = {},
                    .events = {},
                    .expect = {}};
  const auto trace = Simulation(reporter, now_).Run();
  for (std::size_t i = 0; i < trace.notified.size(); ++i) trace_.notified.Append(trace.notified.At(i));
  if (trace.nodes.contains("error_workflow")) {
    trace_.notified.Append(
        Value::Object({{"workflow", Value(test_.workflow->error_workflow)}, {"report", reporter.input}}));
  }
}

Trace Simulation::Finish() {
  const auto& state = machine_.state();
  const bool running = state.status == machine::RunStatus::kRunning;
  trace_.whole = trace_.problems.empty();
  for (std::size_t i = 0; trace_.whole && i < sent_.size(); ++i) {
    if (sent_[i]) continue;
    trace_.problems.push_back("number " + std::to_string(i + 1) + " of `events` was never sent: " +
                              (running ? "what it is to follow did not come" : "the run had ended before"));
  }
  trace_.status = running ? "waiting" : std::string(StatusName(state.status));
  trace_.output = state.output;
  if (state.error) trace_.error = state.error->ToValue();
  for (std::uint32_t i = 0; i < state.root.nodes.size(); ++i) trace_.nodes.try_emplace(state.root.PathOf(i));
  trace_.duration = std::chrono::floor<Duration>((running ? now_ : state.ended_at) - state.started_at);
  return std::move(trace_);
}

}  // namespace

Value NodeTrace::ToValue() const {
  auto value =
      Value::Object({{"status", Value(StatusName(status))}, {"attempts", Value(attempts)}, {"output", output}});
  if (error) value.Set("error", error->ToValue());
  if (!chosen_case.empty()) value.Set("case", Value(chosen_case));
  return value;
}

Trace Simulate(const TestFile& test) { return Simulation(test, test.now).Run(); }

}  // namespace weft::cli
