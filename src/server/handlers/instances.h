#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// Under /api/v1/instances: list, document, stream, history, logs, and what can be done to an instance.
std::vector<Route> InstanceRoutes(Services& services);

}  // namespace weft::server
