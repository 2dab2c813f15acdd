#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// `/api/v1/channels` and `/api/v1/notifications`. Uses database, key and outbox.
std::vector<Route> ChannelRoutes(Services& services);

}  // namespace weft::server
