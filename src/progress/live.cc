#include "progress/live.h"

namespace weft::progress {

Live LiveOf(const api::workflowservice::v1::DescribeWorkflowExecutionResponse& description) {
  Live live;
  for (const auto& activity : description.pending_activities()) {
    live.activities.emplace(activity.activity_id(),
                            Live::Activity{.taken = activity.state() == api::enums::v1::PENDING_ACTIVITY_STATE_STARTED,
                                           .paused = activity.paused(),
                                           .worker = activity.last_worker_identity(),
                                           .heartbeat = JsonOf(activity.heartbeat_details())});
  }
  live.workflow_task_attempt = description.pending_workflow_task().attempt();
  live.paused = description.workflow_extended_info().has_pause_info();
  live.task_queue = description.execution_config().task_queue().name();
  return live;
}

}  // namespace weft::progress
