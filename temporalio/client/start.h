#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "temporal/api/enums/v1/workflow.pb.h"
#include "temporalio/converter/payload.h"
#include "temporalio/error.h"

namespace temporalio {

using temporal::api::enums::v1::WorkflowIdConflictPolicy;
using temporal::api::enums::v1::WorkflowIdReusePolicy;

struct StartOptions {
  /// At most one run of an id is open at a time.
  std::string workflow_id{};
  std::string workflow_type{};
  std::string task_queue{};
  std::vector<Payload> input{};

  /// What to do when a closed run has the id. Unspecified: start another.
  WorkflowIdReusePolicy id_reuse_policy = temporal::api::enums::v1::WORKFLOW_ID_REUSE_POLICY_UNSPECIFIED;
  /// What to do when an open run has the id. Unspecified: StartWorkflow fails, SignalWithStart signals that run.
  WorkflowIdConflictPolicy id_conflict_policy = temporal::api::enums::v1::WORKFLOW_ID_CONFLICT_POLICY_UNSPECIFIED;
  /// Two starts with one request id are one start. Empty: a random one, made once per call, so that attempts within
  /// the call start nothing twice. A caller that may repeat the call itself gives its own.
  std::string request_id{};

  /// Shown with the run and in lists; not indexed.
  std::map<std::string, Payload> memo{};
  /// Indexed by the server and never encrypted. Each name must be registered with the namespace.
  std::map<std::string, Payload> search_attributes{};

  /// Of the whole chain of runs, of each run, and of each workflow task; zero: none, or the server's default.
  std::chrono::milliseconds execution_timeout{0};
  std::chrono::milliseconds run_timeout{0};
  std::chrono::milliseconds task_timeout{0};
  /// The first workflow task waits that long.
  std::chrono::milliseconds start_delay{0};

  /// One line and a longer text for people, shown by Temporal's web interface; empty: none.
  std::string summary{};
  std::string summary_details{};
};

struct StartedRun {
  std::string run_id;
  /// False if the run was there before: the conflict policy was to use it.
  bool started = true;
};

/// The run that stood in the way, if `error` is StartWorkflow's kAlreadyExists.
std::optional<std::string> ExistingRunId(const Error& error);

}  // namespace temporalio
