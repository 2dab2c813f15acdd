#include "temporalio/client/run_info.h"

namespace temporalio {

RunInfo ToRunInfo(const temporal::api::workflow::v1::WorkflowExecutionInfo& info) {
  RunInfo run;
  run.workflow_id = info.execution().workflow_id();
  run.run_id = info.execution().run_id();
  run.workflow_type = info.type().name();
  run.task_queue = info.task_queue();
  run.status = info.status();
  run.start_time = FromTimestamp(info.start_time());
  if (info.has_close_time()) run.close_time = FromTimestamp(info.close_time());
  run.history_length = info.history_length();
  run.history_bytes = info.history_size_bytes();
  run.parent_workflow_id = info.parent_execution().workflow_id();
  run.parent_run_id = info.parent_execution().run_id();
  run.first_run_id = info.first_run_id();
  run.memo.insert(info.memo().fields().begin(), info.memo().fields().end());
  run.search_attributes.insert(info.search_attributes().indexed_fields().begin(),
                               info.search_attributes().indexed_fields().end());
  return run;
}

}  // namespace temporalio
