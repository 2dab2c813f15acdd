#pragma once

#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "temporalio/client/client.h"
#include "temporalio/converter/failure.h"

namespace temporalio {

struct Completed {
  std::vector<Payload> result;
};
struct Failed {
  Failure failure;
};
struct Cancelled {
  std::vector<Payload> details;
};
struct Terminated {
  std::string reason;
  std::vector<Payload> details;
};
struct TimedOut {};
/// Only if runs are not followed.
struct ContinuedAsNew {
  std::string new_run_id;
};

/// How a run ended.
struct RunOutcome {
  std::string run_id;
  std::variant<Completed, Failed, Cancelled, Terminated, TimedOut, ContinuedAsNew> how;
};

/// Blocks until the run has closed. With `follow_runs`, and if it was followed by another (continued as new, retried,
/// or the next of a cron series), until the last one has. kCancelled if stop was requested before.
Result<RunOutcome> GetResult(const Client& client, const WorkflowRef& workflow, bool follow_runs = true,
                             std::stop_token stop = {});

}  // namespace temporalio
