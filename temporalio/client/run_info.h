#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "temporal/api/enums/v1/workflow.pb.h"
#include "temporal/api/workflow/v1/message.pb.h"
#include "temporalio/converter/payload.h"
#include "temporalio/converter/time.h"

namespace temporalio {

using temporal::api::enums::v1::WorkflowExecutionStatus;

/// What lists and descriptions tell about a run.
struct RunInfo {
  std::string workflow_id;
  std::string run_id;
  std::string workflow_type;
  std::string task_queue;
  WorkflowExecutionStatus status = temporal::api::enums::v1::WORKFLOW_EXECUTION_STATUS_UNSPECIFIED;
  Time start_time;
  /// Unset while the run is open.
  std::optional<Time> close_time;
  /// Events, and their bytes.
  std::int64_t history_length = 0;
  std::int64_t history_bytes = 0;
  /// Empty if it is nobody's child.
  std::string parent_workflow_id;
  std::string parent_run_id;
  /// The first run of the chain that this one belongs to.
  std::string first_run_id;
  std::map<std::string, Payload> memo;
  std::map<std::string, Payload> search_attributes;
};

RunInfo ToRunInfo(const temporal::api::workflow::v1::WorkflowExecutionInfo& info);

}  // namespace temporalio
