#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// GET /api/v1/instances.
void AddInstanceList(std::vector<Route>& routes, Services& services);

}  // namespace weft::server
