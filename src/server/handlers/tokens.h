#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// API tokens: create (the only time that the text is shown), list, revoke. Uses `database`.
std::vector<Route> TokenRoutes(Services& services);

}  // namespace weft::server
