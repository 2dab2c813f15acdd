#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// `/api/v1/test`. Uses `database`, `key` and `starter`.
std::vector<Route> TestRoutes(Services& services);

}  // namespace weft::server
