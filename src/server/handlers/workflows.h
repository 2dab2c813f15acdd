#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// Workflows and their revisions: deploy, list, show, delete; and starting an instance by hand. Uses `database`,
/// `starter` and `inbox`.
std::vector<Route> WorkflowRoutes(Services& services);

}  // namespace weft::server
