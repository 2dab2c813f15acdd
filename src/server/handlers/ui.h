#pragma once

#include <vector>

#include "server/embedded.h"
#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// The web interface: its files, index.html for every page's address, and the one-time address that makes a session.
/// Uses `auth`.
std::vector<Route> UiRoutes(Services& services, const std::vector<EmbeddedFile>& files);

}  // namespace weft::server
