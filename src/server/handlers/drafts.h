#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// `/api/v1/drafts`. Uses `database`.
std::vector<Route> DraftRoutes(Services& services);

}  // namespace weft::server
