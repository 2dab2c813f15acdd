#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// CloudEvents over HTTP in binary, structured and batched mode. Uses `correlator`.
std::vector<Route> EventRoutes(Services& services);

}  // namespace weft::server
