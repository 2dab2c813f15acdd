#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "server/route.h"
#include "server/services.h"

/// What workers ask servers for.
namespace weft::server {

/// Which definition a run was started with.
struct RunOrigin {
  std::string ns, name;
  int revision = 0;                         ///< 0: it was not deployed
  std::vector<std::string> test_secrets{};  ///< of a test run: those its text declares
};

/// Asks Temporal, whose word counts and not the caller's. Fails with `not_found`, `temporal`, `validation`.
using OriginOf = std::function<Result<RunOrigin>(const std::string& workflow_id, const std::string& run_id)>;
/// Uses `client` and `key`.
OriginOf OriginFromTemporal(const Services& services);

/// `/internal/v1/secrets/resolve` and `/internal/v1/logs`. Uses `database`, `definitions` and `key`.
std::vector<Route> WorkerRoutes(Services& services, OriginOf origin);

}  // namespace weft::server
