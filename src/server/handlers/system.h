#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// What operators and tools ask of the server itself: `/healthz`, `/readyz`, `/metrics`, the OpenAPI document. Uses
/// `metrics`, `ready` and, where there is one, `hub`.
std::vector<Route> SystemRoutes(Services& services);

}  // namespace weft::server
