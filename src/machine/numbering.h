#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "machine/command.h"
#include "machine/event.h"

namespace weft::machine {

/// Temporal numbers timers, activities and children each from 1, in the order a worker gives them; this is the one
/// place that does so, for the worker and for the fold. Plain data; copying it copies the numbering.
class Numbering {
 public:
  enum class Sequence { kTimer, kActivity, kChild };

  /// The number of the operation that `command` starts or cancels; a start takes the next one. None for commands
  /// without a number (memo, the end of the run).
  std::optional<std::uint32_t> Number(const Command& command);

  /// The operation behind a number; none if it was never given.
  [[nodiscard]] std::optional<Operation> Find(Sequence sequence, std::uint32_t number) const;

  /// Forgets the operation whose end the event tells, if any; to be called after each event that was applied. Cancelled
  /// timers are forgotten when the command is numbered: nothing comes of them any more.
  void Forget(const Event& event);

 private:
  struct Table {
    std::uint32_t last = 0;
    std::map<std::uint32_t, Operation> by_number;
    std::map<Operation, std::uint32_t> by_operation;
  };
  Table& table(Sequence sequence) { return tables_[static_cast<std::size_t>(sequence)]; }

  void Forget(Sequence sequence, Operation operation);

  Table tables_[3];
};

}  // namespace weft::machine
