#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "machine/command.h"
#include "temporal/sdk/core/workflow_commands/workflow_commands.pb.h"

namespace weft::worker {

/// The interpreter's command in Core's terms. `number` is its sequence number, for those that have one;
/// `workflow_type` is the run's own, which a continued run keeps, as it does its task queue.
void ToCore(const machine::Command& command, std::optional<std::uint32_t> number, const std::string& workflow_type,
            coresdk::workflow_commands::WorkflowCommand& out);

}  // namespace weft::worker
