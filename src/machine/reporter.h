#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "contract/start.h"
#include "dsl/definition.h"
#include "expr/value.h"

/// The workflow that reports a run's end. The run starts it itself; servers start the same for runs that could not.
namespace weft::machine {

/// The name of such workflows.
inline constexpr std::string_view kReporter = "weft-notify";

/// How a run ended.
struct RunEnd {
  std::string event;  ///< `failed`, `timed_out`, `terminated`, `cancelled`, `completed`
  std::string instance_id;
  std::string run_id;  ///< the first run's
  int revision = 0;
  contract::TriggerInfo trigger;
  std::string node;   ///< path, or empty
  expr::Value error;  ///< the error object, or null
  int attempts = 0;
  Timestamp started_at{}, ended_at{};
};

/// The report: what channels and the `error_workflow` get.
expr::Value ReportOf(const dsl::Workflow& workflow, const RunEnd& end);

/// A child to be started with ids that reject duplicates: each end is reported once.
struct Reporter {
  std::string workflow_id, type;
  std::vector<std::string> inputs;  ///< JSON texts, one payload each
};

/// nullopt: the workflow wants nobody to know.
std::optional<Reporter> ReporterOf(const dsl::Workflow& workflow, const RunEnd& end);

}  // namespace weft::machine
