#pragma once

#include "machine/run.h"

/// The kinds with inner regions.
namespace weft::machine {

void StartForeach(Run& run, NodeRef ref);
void ForeachIterationEnded(Run& run, NodeRef ref, std::uint32_t key, RegionEnd end);

void StartLoop(Run& run, NodeRef ref);
void LoopIterationEnded(Run& run, NodeRef ref, RegionEnd end);
/// The delay between two iterations is over.
void LoopDelayEnded(Run& run, NodeRef ref);

void StartGroup(Run& run, NodeRef ref);
void GroupEnded(Run& run, NodeRef ref, RegionEnd end);

}  // namespace weft::machine
