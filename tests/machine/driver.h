#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "machine/machine.h"

namespace weft::machine::testing {

/// Plays Temporal to a machine: remembers what was started, by the names in its commands, and checks on every drive
/// what must hold for each: the guard, one terminal command at the end, nothing cancelled twice, in the task that
/// started it or after it ended, numbers that were given, copies that behave like the original, the bounds.
class Driver {
 public:
  /// Of a workflow's text, which must be valid.
  Driver(std::string_view workflow, expr::Value input, contract::StartInput start = {});

  /// Everything until Step goes into one batch.
  void Add(Event event) { batch_.events.push_back(std::move(event)); }
  void AddStart();
  /// What the next batches say of the history.
  void SuggestContinuing(bool suggested) { batch_.continue_suggested = suggested; }
  void SetHistoryLength(std::int64_t length) { batch_.history_length = length; }
  /// After ContinueAsNew: a new machine with what that carries; its start is the next batch's first event.
  void Continue();
  /// Applies the batch at that time after the start (never earlier than the last one).
  const std::vector<Command>& Step(Duration at);
  const std::vector<Command>& Step() { return Step(at_); }

  /// What is in flight, by activity id, timer's summary or child's workflow id, in the order of starting.
  [[nodiscard]] std::vector<std::string> Open(char kind = 0) const;
  /// Activities and children.
  [[nodiscard]] std::vector<std::string> OpenWork() const;
  /// Of an activity; empty: a timer or child.
  [[nodiscard]] const std::string& TypeOf(const std::string& name) const { return Find(name).type; }
  [[nodiscard]] bool IsOpen(const std::string& name) const { return open_.contains(name); }
  /// Names of activities and children whose cancellation was asked for.
  [[nodiscard]] bool IsCancelled(const std::string& name) const { return cancelled_.contains(OperationOf(name)); }
  [[nodiscard]] Operation OperationOf(const std::string& name) const;
  [[nodiscard]] std::string NameOf(Operation operation) const;
  /// When a timer will fire, after the start.
  [[nodiscard]] Duration DueOf(const std::string& timer) const;
  /// As an event's: the operation is over.
  Operation End(const std::string& name);

  [[nodiscard]] Duration at() const { return at_; }
  [[nodiscard]] const Machine& machine() const { return machine_; }
  [[nodiscard]] const RunState& state() const { return machine_.state(); }
  [[nodiscard]] const std::vector<std::string>& notices() const { return notices_; }
  /// What broke the rules so far; empty: nothing.
  [[nodiscard]] const std::vector<std::string>& broken() const { return broken_; }
  /// The node at a path, if its region still exists.
  [[nodiscard]] const NodeState* Node(std::string_view path) const;
  /// The input of an activity that is in flight.
  [[nodiscard]] const std::string& InputOf(const std::string& name) const { return Find(name).input; }
  /// Everything so far again, in a new machine: whether it gives the same commands.
  [[nodiscard]] bool ReplaysEqually() const;

 private:
  struct InFlight {
    Operation operation = 0;
    char kind = 'a';  ///< activity, timer, child
    Timestamp due{};
    std::string input = {};
    std::string type = {};
  };

  [[nodiscard]] const InFlight& Find(const std::string& name) const;
  void Check(const std::vector<Command>& commands);
  void Break(std::string what) { broken_.push_back(std::move(what)); }

  Event start_;
  Machine machine_;
  Batch batch_;
  Duration at_{0};
  std::vector<Batch> batches_;
  std::vector<std::vector<Command>> commands_;
  std::map<std::string, InFlight> open_;
  std::map<Operation, std::string> names_;
  std::set<Operation> cancelled_, ended_;
  std::vector<std::string> notices_, broken_;
  std::vector<std::string> next_inputs_;
  std::size_t in_flight_ = 0;
  bool closed_ = false;
};

/// YAML as a value. Aborts the test on bad YAML.
expr::Value ReadYaml(std::string_view text);

/// A command for people and for comparing: `{ schedule: ID, type, queue, args, … }`, `{ timer: SUMMARY, after: 1s }`,
/// ….
expr::Value Show(const Command& command, const Driver& driver);

}  // namespace weft::machine::testing
