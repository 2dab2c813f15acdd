#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// Nodes that wait for a person. Uses `database`.
std::vector<Route> ApprovalRoutes(Services& services);

}  // namespace weft::server
