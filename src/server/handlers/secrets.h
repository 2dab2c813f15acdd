#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// Secrets: set, list, delete; never shown. Uses `database` and `key`.
std::vector<Route> SecretRoutes(Services& services);

}  // namespace weft::server
