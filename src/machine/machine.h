#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "machine/command.h"
#include "machine/event.h"
#include "machine/state.h"

namespace weft::machine {

/// Whether this version runs nodes of that kind.
bool Runs(dsl::Kind kind);

/// The first node, nested ones included, of a kind that this version does not run; null if there is none. A definition
/// with such nodes is refused before it starts.
const dsl::Node* FindNotRun(const dsl::Workflow& workflow);

/// Told of every change of a node's status during Apply, also in regions that are entered and dropped within it. The
/// node's state is complete but for its times. Must not change the machine.
using Observer = std::function<void(const RegionState& region, std::uint32_t node)>;

/// Told of every execution of an inner region (an iteration or attempt) that has ended, before its container takes
/// note and it is dropped. `succeeded` is false when it failed or was cancelled. Must not change the machine.
using RegionObserver = std::function<void(const dsl::Node& definition, const NodeState& container,
                                          const RegionState& region, bool succeeded)>;

/// Told of every compensation that is over, with its node's error if it failed. Where the region of the node has ended
/// before, its state is what RegionObserver was given. Must not change the machine.
using CompensationObserver = std::function<void(const Compensation& paid, const std::optional<NodeError>& error)>;

/// The interpreter: a pure state machine. Given the same batches it gives the same commands, on every machine, in
/// every process and for ever (for one value of `semantics`). It reads no clock, random source, environment or file,
/// starts no thread, and knows nothing of Temporal.
///
/// The first batch holds Started. A batch with events always gives at least one command (the guard: see
/// docs/adr/), and a terminal command, if any, is the last; after it nothing is applied.
///
/// Not thread-safe. Copyable: a copy is a scratch machine that can be driven on without touching the original.
class Machine {
 public:
  Machine();
  Machine(const Machine& other);
  Machine(Machine&&) noexcept;
  Machine& operator=(Machine other) noexcept;
  ~Machine();

  /// Applies all events, then drives once.
  std::vector<Command> Apply(const Batch& batch);

  /// Not part of the state; copies have none.
  void Observe(Observer observer);
  void ObserveEnds(RegionObserver observer);
  void ObserveCompensations(CompensationObserver observer);

  [[nodiscard]] const RunState& state() const;

  /// Things worth a log line that happened in the last Apply: late results, unknown signals. Not to be logged during
  /// replay.
  [[nodiscard]] const std::vector<std::string>& notices() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace weft::machine
