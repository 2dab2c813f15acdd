#pragma once

#include <string>

#include "base/error.h"
#include "temporalio/client/client.h"

namespace weft::triggers {

/// Whether the chain of runs to which `run` of `instance` belongs is still going on. Fails with `temporal`: cannot be
/// told now.
Result<bool> IsAlive(const temporalio::Client& client, const std::string& instance, const std::string& run);

}  // namespace weft::triggers
