#include "driver.h"

#include <libfyaml.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "contract/names.h"
#include "dsl/load.h"

namespace weft::machine::testing {
namespace {

using expr::Value;

constexpr Timestamp kStart{std::chrono::seconds(1'767'225'600)};  // 2026-01-01

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

[[noreturn]] void Die(const std::string& what) {
  std::cerr << what << '\n';
  std::abort();
}

std::vector<std::string> Texts(const std::vector<Command>& commands, const Driver& driver) {
  std::vector<std::string> texts;
  for (const auto& command : commands) texts.push_back(Show(command, driver).Dump());
  return texts;
}

}  // namespace

Value ReadYaml(std::string_view text) {
  const std::unique_ptr<fy_document, decltype(&fy_document_destroy)> document(
      fy_document_build_from_string(nullptr, text.data(), text.size()), fy_document_destroy);
  if (!document) Die("not YAML: " + std::string(text));
  const std::unique_ptr<char, decltype(&std::free)> json(
      fy_emit_document_to_string(document.get(), FYECF_MODE_JSON_ONELINE), std::free);
  auto value = Value::Parse(json ? json.get() : "");
  if (!value) Die("not JSON: " + value.error().message);
  return *std::move(value);
}

Driver::Driver(std::string_view workflow, Value input, contract::StartInput start) {
  const auto loaded = dsl::Load(workflow);
  if (!loaded.workflow) Die(dsl::FormatDiagnostics("workflow", workflow, loaded.diagnostics));
  start_ = machine::Started{.workflow = loaded.workflow,
                            .start = std::move(start),
                            .input = std::move(input),
                            .instance_id = "default.w.manual.1",
                            .started_at = kStart,
                            .scheduled_at = {}};
}

void Driver::AddStart() { Add(start_); }

void Driver::Continue() {
  if (next_inputs_.size() != 3) Die("there is nothing to continue");
  auto& started = std::get<machine::Started>(start_);
  started.start = contract::StartInput::FromJson(next_inputs_[0]).value();
  started.started_at = kStart + at_;
  started.run_id = "another";
  machine_ = Machine();
  batches_.clear();
  commands_.clear();
  open_.clear();
  names_.clear();
  cancelled_.clear();
  ended_.clear();
  next_inputs_.clear();
  if (in_flight_ != 0) Break("continued as new with operations in flight");
  closed_ = false;
  batch_.history_length = 0;
  batch_.continue_suggested = false;
  AddStart();
}

const std::vector<Command>& Driver::Step(Duration at) {
  at_ = std::max(at_, at);
  batch_.now = kStart + at_;
  batch_.history_length += 3;
  const bool was_closed = closed_;
  auto copy = machine_;
  batches_.push_back(batch_);
  commands_.push_back(machine_.Apply(batch_));
  const auto& commands = commands_.back();
  notices_ = machine_.notices();
  if (!batch_.events.empty() && commands.empty() && !was_closed) Break("a batch with events gave no command");
  Check(commands);
  if (Texts(copy.Apply(batch_), *this) != Texts(commands, *this)) Break("a copy gave other commands");
  batch_.events.clear();
  return commands;
}

void Driver::Check(const std::vector<Command>& commands) {
  if (closed_ && !commands.empty()) Break("a command after the end");
  std::set<Operation> now_started;
  std::size_t starts = 0;
  std::size_t bytes = 0;
  const auto start = [&](Operation operation, const std::string& name, InFlight started) {
    started.operation = operation;
    if (open_.contains(name)) Break("started twice at once: " + name);
    if (names_.contains(operation)) Break("an operation's number given twice");
    now_started.insert(operation);
    names_[operation] = name;
    open_[name] = std::move(started);
  };
  const auto begin = [&](std::size_t size) {
    ++starts;
    ++in_flight_;
    bytes += size;
  };
  const auto cancel = [&](Operation operation) {
    if (!names_.contains(operation)) Break("cancelled what never was: " + std::to_string(operation));
    if (now_started.contains(operation)) Break("cancelled in the task that started it: " + names_[operation]);
    if (ended_.contains(operation)) Break("cancelled after its end: " + names_[operation]);
    if (!cancelled_.insert(operation).second) Break("cancelled twice: " + names_[operation]);
  };
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (IsTerminal(commands[i])) {
      if (i + 1 != commands.size()) Break("a command after the terminal one");
      closed_ = true;
    }
    std::visit(Overloaded{
                   [&](const StartTimer& c) {
                     start(c.operation, c.summary, {.kind = 't', .due = kStart + at_ + c.duration});
                   },
                   [&](const ScheduleActivity& c) {
                     begin(c.input.size());
                     start(c.operation, c.id, {.kind = 'a', .input = c.input, .type = c.type});
                   },
                   [&](const StartChild& c) {
                     begin(0);
                     start(c.operation, c.workflow_id,
                           {.kind = 'c', .input = c.inputs.empty() ? "" : c.inputs.front()});
                   },
                   [&](const CancelTimer& c) {
                     cancel(c.operation);
                     End(names_[c.operation]);
                   },
                   [&](const CancelActivity& c) { cancel(c.operation); },
                   [&](const CancelChild& c) { cancel(c.operation); },
                   [&](const UpsertMemo& c) {
                     if (c.json.size() > 1024) Break("a memo of more than 1 KB");
                   },
                   [&](const ContinueAsNew& c) {
                     next_inputs_ = c.inputs;
                     if (c.inputs[0].size() > 2'000'000) Break("a carry of more than 2 MB");
                   },
                   [](const auto&) {},
               },
               commands[i]);
  }
  if (starts > contract::kMaxCommandsPerTask) Break("more than 500 starts in one task");
  if (bytes > contract::kMaxBytesPerTask) Break("more than 1.5 MB in one task");
  if (in_flight_ > contract::kMaxInFlight) Break("more than 1,000 operations in flight");
}

std::vector<std::string> Driver::Open(char kind) const {
  std::vector<std::pair<Operation, std::string>> open;
  for (const auto& [name, started] : open_) {
    if (kind == 0 || started.kind == kind) open.emplace_back(started.operation, name);
  }
  std::ranges::sort(open);
  std::vector<std::string> names;
  for (const auto& [operation, name] : open) names.push_back(name);
  return names;
}

const Driver::InFlight& Driver::Find(const std::string& name) const {
  const auto found = open_.find(name);
  if (found == open_.end()) Die("`" + name + "` is not in flight");
  return found->second;
}

Operation Driver::OperationOf(const std::string& name) const { return Find(name).operation; }

std::vector<std::string> Driver::OpenWork() const {
  auto names = Open('a');
  const auto children = Open('c');
  names.insert(names.end(), children.begin(), children.end());
  return names;
}

std::string Driver::NameOf(Operation operation) const {
  const auto found = names_.find(operation);
  return found == names_.end() ? "?" : found->second;
}

Duration Driver::DueOf(const std::string& timer) const { return std::chrono::ceil<Duration>(Find(timer).due - kStart); }

Operation Driver::End(const std::string& name) {
  const auto operation = OperationOf(name);
  if (open_.at(name).kind != 't') --in_flight_;
  open_.erase(name);
  ended_.insert(operation);
  return operation;
}

const NodeState* Driver::Node(std::string_view path) const {
  const RegionState* region = &state().root;
  for (;;) {
    const auto slash = path.find('/');
    const auto found = region->definition->index.find(path.substr(0, slash));
    if (found == region->definition->index.end()) return nullptr;
    const auto& node = region->nodes[found->second];
    if (slash == std::string_view::npos) return &node;
    path.remove_prefix(slash + 1);
    const RegionState* inner = nullptr;
    for (const auto& [index, child] : node.children) {
      const auto prefix = child->path.substr(region->path.size() + found->first.size() + 1);
      if (!path.starts_with(prefix)) continue;
      inner = &*child;
      path.remove_prefix(prefix.size());
      break;
    }
    if (inner == nullptr) return nullptr;
    region = inner;
  }
}

bool Driver::ReplaysEqually() const {
  Machine machine;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    if (Texts(machine.Apply(batches_[i]), *this) != Texts(commands_[i], *this)) return false;
  }
  return true;
}

namespace {

Value Length(Duration duration) { return Value(FormatDuration(duration)); }

Value ShowActivity(const ScheduleActivity& c) {
  const auto input = Value::Parse(c.input).value_or(Value());
  auto shown = Value::Object({{"schedule", Value(c.id)},
                              {"type", Value(c.type)},
                              {"queue", Value(c.queue)},
                              {"args", input.Get("args")},
                              {"start_to_close", Length(c.start_to_close)}});
  if (c.schedule_to_close) shown.Set("schedule_to_close", Length(*c.schedule_to_close));
  if (c.heartbeat) shown.Set("heartbeat", Length(*c.heartbeat));
  if (c.durable) shown.Set("durable", Value(true));
  for (const auto* extra : {"secrets", "output", "vars"}) {
    if (input.Has(extra)) shown.Set(extra, input.Get(extra));
  }
  return shown;
}

Value ShowChild(const StartChild& c) {
  auto shown = Value::Object({{"child", Value(c.workflow_id)},
                              {"abandon", Value(c.abandon)},
                              {"reject_duplicate", Value(c.reject_duplicate)}});
  auto inputs = Value::EmptyArray();
  for (const auto& input : c.inputs) inputs.Append(Value::Parse(input).value_or(Value()));
  shown.Set("inputs", std::move(inputs));
  return shown;
}

}  // namespace

Value Show(const Command& command, const Driver& driver) {
  const auto name = [&](Operation operation) { return Value(driver.NameOf(operation)); };
  return std::visit(
      Overloaded{
          [](const StartTimer& c) {
            return Value::Object({{"timer", Value(c.summary)}, {"after", Length(c.duration)}});
          },
          [&](const CancelTimer& c) { return Value::Object({{"cancel_timer", name(c.operation)}}); },
          [](const ScheduleActivity& c) { return ShowActivity(c); },
          [&](const CancelActivity& c) { return Value::Object({{"cancel_activity", name(c.operation)}}); },
          [](const StartChild& c) { return ShowChild(c); },
          [&](const CancelChild& c) { return Value::Object({{"cancel_child", name(c.operation)}}); },
          [](const UpsertMemo& c) { return Value::Object({{"memo", Value::Parse(c.json).value_or(Value())}}); },
          [](const CompleteRun& c) { return Value::Object({{"complete", Value::Parse(c.output).value_or(Value())}}); },
          [](const FailRun& c) {
            return Value::Object({{"fail", Value(c.code)},
                                  {"message", Value(c.message)},
                                  {"error", Value::Parse(c.error).value_or(Value())}});
          },
          [](const CancelRun&) { return Value("cancelled"); },
          [](const ContinueAsNew&) { return Value("continue_as_new"); },
      },
      command);
}

}  // namespace weft::machine::testing
