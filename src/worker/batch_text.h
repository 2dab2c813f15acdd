#pragma once

#include <string>

#include "machine/event.h"

namespace weft::worker {

/// All that a batch holds, as text, to compare batches and to show how they differ.
std::string BatchText(const machine::Batch& batch);

}  // namespace weft::worker
