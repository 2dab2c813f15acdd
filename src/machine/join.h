#pragma once

#include "machine/state.h"

namespace weft::machine {

/// How an in-edge stands. See docs/reference: edges and joins.
enum class Edge { kUnsettled, kLive, kDead, kBroken };

Edge EdgeOf(const RegionState& region, const dsl::Need& need);

/// What a pending node's in-edges say.
enum class Readiness { kWait, kRun, kSkipDead, kSkipBroken };

Readiness JoinOf(const RegionState& region, std::size_t node);

}  // namespace weft::machine
