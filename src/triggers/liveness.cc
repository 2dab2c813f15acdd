#include "triggers/liveness.h"

namespace weft::triggers {

using temporal::api::enums::v1::WORKFLOW_EXECUTION_STATUS_RUNNING;
using Code = temporalio::Error::Code;

Result<bool> IsAlive(const temporalio::Client& client, const std::string& instance, const std::string& run) {
  const auto described = client.Describe({instance, run});
  const bool found = described || described.error().code != Code::kNotFound;
  if (!described && found) return Fail("temporal", described.error().message);
  if (found && described->info.status == WORKFLOW_EXECUTION_STATUS_RUNNING) return true;
  // It may have continued as new, or been reset. One that Temporal has forgotten since gets the benefit of the doubt.
  const auto newest = client.Describe({instance, {}});
  if (!newest && newest.error().code == Code::kNotFound) return false;
  if (!newest) return Fail("temporal", newest.error().message);
  return newest->info.status == WORKFLOW_EXECUTION_STATUS_RUNNING &&
         (!found || newest->info.first_run_id == described->info.first_run_id);
}

}  // namespace weft::triggers
