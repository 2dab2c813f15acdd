#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// The inbox: what webhooks, events and hand starts with an Idempotency-Key brought, and what became of it. Uses
/// `database`, `starter` and `inbox`.
std::vector<Route> DeliveryRoutes(Services& services);

}  // namespace weft::server
