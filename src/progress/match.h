#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "machine/command.h"
#include "temporal/api/history/v1/message.pb.h"

namespace weft::progress {

/// Whether an event is what a command leaves in a history, other than those of updates, which the machine never sees.
bool IsCommandEvent(const temporal::api::history::v1::HistoryEvent& event);

/// What differs between a command and the event it should have left; empty: it is that event. `number` is the command's
/// sequence number. `strict` also compares what was said, not only to whom.
std::string Difference(const machine::Command& command, std::optional<std::uint32_t> number,
                       const temporal::api::history::v1::HistoryEvent& event, bool strict);

/// A command in words, for people: `schedule activity stock#1`.
std::string Describe(const machine::Command& command);

}  // namespace weft::progress
