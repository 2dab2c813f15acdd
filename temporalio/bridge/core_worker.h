#pragma once

#include <memory>
#include <string>

#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/bridge/connection.h"
#include "temporalio/error.h"
#include "temporalio/worker/core_worker.h"
#include "temporalio/worker/worker.h"

namespace temporalio::internal {

/// Core's worker for one task queue, checked against the server.
Result<std::unique_ptr<CoreWorker>> ConnectWorker(std::shared_ptr<Connection> connection, const WorkerOptions& options);

/// Core's worker that is given one history to replay instead of a server. Shut it down after the first activation at
/// the earliest.
Result<std::unique_ptr<CoreWorker>> ReplayWorker(std::shared_ptr<Runtime> runtime, const std::string& workflow_id,
                                                 const temporal::api::history::v1::History& history);

}  // namespace temporalio::internal
