#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "dsl/definition.h"
#include "machine/reporter.h"
#include "progress/translate.h"
#include "temporalio/client/client.h"

/// What servers find out about a closed run to tell people of it. A run that ends by itself says the same; this is for
/// those that could not, and for rules that the run does not know.
namespace weft::server {

struct EndedRun {
  std::shared_ptr<const dsl::Workflow> workflow;
  machine::RunEnd end;
};

/// Of a run that failed, timed out, was cancelled or was terminated: from its history, folded, so that the report names
/// the node that was at work. Fails with `validation` when the run is none of Weft's, `not_found`, `temporal`.
Result<EndedRun> ReadEnd(const temporalio::Client& client, const temporalio::RunInfo& run,
                         progress::Definitions& definitions);

/// Of any run, from its first event alone: no node and no error. The event is the caller's.
Result<EndedRun> ReadStart(const temporalio::Client& client, const temporalio::RunInfo& run,
                           progress::Definitions& definitions);

/// Whether the run's chain goes on in another run: it was reset, or continued as new.
Result<bool> GoesOn(const temporalio::Client& client, const temporalio::RunInfo& run);

/// Why a closed run is left aside: other workflows of the namespace, and runs that are gone meanwhile, concern nobody.
bool IsNobodys(const Error& error);

/// Workflows that report others, which nobody is told of.
bool IsReporter(const temporalio::RunInfo& run);

}  // namespace weft::server
