#pragma once

#include "machine/state.h"

namespace weft::machine {

/// A run's state as JSON, for the run that continues it as new: the last part of contract::StartInput. Only between
/// activities and children: none may be in flight. Times are microseconds since 1970; what the definition, the input or
/// other state gives is left out. Add fields, never rename or reuse them: a carry may be read by a newer binary.
expr::Value ToCarry(const RunState& run);

/// Fills in what ToCarry wrote; `run` holds the definition, the input and an empty root. Counts are made anew; timers,
/// held operations and what expressions gave are left to the machine. Fails with code `internal`.
Result<void> FromCarry(const expr::Value& carry, RunState& run);

}  // namespace weft::machine
