#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "activities/activity.h"

namespace weft::activities {

/// The virtual environment that has `requirements`, made and filled if this worker has none yet: one per set, shared by
/// all nodes, under a lock that other processes respect. Installing happens in a sandbox of its own, with network and
/// the worker's pip settings.
Outcome<std::filesystem::path> PreparePython(const Call& call, const std::vector<std::string>& requirements);

}  // namespace weft::activities
