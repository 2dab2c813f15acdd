#pragma once

#include "progress/view.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"

namespace weft::progress {

/// What a Describe tells beyond the history.
Live LiveOf(const api::workflowservice::v1::DescribeWorkflowExecutionResponse& description);

}  // namespace weft::progress
