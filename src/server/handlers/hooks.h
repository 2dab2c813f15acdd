#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// `/hooks/{ns}/{path}` at the root: webhooks, which check their senders themselves. Uses `webhooks`.
std::vector<Route> HookRoutes(Services& services);

}  // namespace weft::server
