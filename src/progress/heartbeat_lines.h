#pragma once

#include <string_view>
#include <vector>

#include "progress/hub.h"

namespace weft::progress {

/// The lines that an activity wrote between two heartbeats, whose details (contract::kHeartbeatLog) hold the last ones
/// each. Only stream and text are filled in.
std::vector<LogLine> NewLines(std::string_view before, std::string_view now);

}  // namespace weft::progress
