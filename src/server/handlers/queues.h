#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// The task queues that deployed workflows need, and who works on them. Uses `database`, `definitions` and `client`.
std::vector<Route> QueueRoutes(Services& services);

}  // namespace weft::server
