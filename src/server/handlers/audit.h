#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// Who did what. Uses `database`.
std::vector<Route> AuditRoutes(Services& services);

}  // namespace weft::server
