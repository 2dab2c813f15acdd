#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// The browser's session: who am I, sign in with a token (or by the address that `weft dev` prints), sign out. Uses
/// `auth`.
std::vector<Route> SessionRoutes(Services& services);

}  // namespace weft::server
