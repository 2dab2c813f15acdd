#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// Everything the server answers, in one table: method, pattern and the permission that each call needs. The OpenAPI
/// document says the same, and a test compares the two. `services` must outlive it.
std::vector<Route> AllRoutes(Services& services);

}  // namespace weft::server
