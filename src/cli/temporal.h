#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "temporalio/bridge/connection.h"
#include "temporalio/testing/dev_server.h"

namespace weft::cli {

/// Sends spdlog's lines, and Core's through it, to stderr: from `level` on (`trace` … `error`). Call once, before any
/// thread is started.
void LogToStderr(const std::string& level);

/// Core's threads, logging to spdlog. Fails with code `temporal`.
Result<std::shared_ptr<temporalio::Runtime>> StartRuntime();

/// Connects to `address` (empty: what Temporal's environment configuration says). Fails with `temporal` and a sentence
/// that names the address and what to check, and with `settings` when no server could ever be reached so.
Result<std::shared_ptr<temporalio::Connection>> Connect(const std::shared_ptr<temporalio::Runtime>& runtime,
                                                        const std::string& address);

/// The same for those who begin without Temporal: see temporalio::Connection::Open. Fails with `settings`.
Result<std::shared_ptr<temporalio::Connection>> OpenConnection(const std::shared_ptr<temporalio::Runtime>& runtime,
                                                               const std::string& address);

/// Whether Temporal's environment configuration names an address.
bool EnvironmentNamesTemporal();

/// A Temporal dev server of this process's own. `database` is its file; empty: in memory. `port` 0: a free one.
/// Fails with code `temporal`.
Result<std::unique_ptr<temporalio::testing::DevServer>> StartPrivateTemporal(
    const std::shared_ptr<temporalio::Runtime>& runtime, const std::string& database = {}, std::uint16_t port = 0);

}  // namespace weft::cli
