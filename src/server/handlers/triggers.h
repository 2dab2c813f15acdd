#pragma once

#include <vector>

#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// Triggers of a workflow and what people do with them: list, pause, resume, fire, backfill; and the preview of a cron.
/// Uses `database`, `client`, `definitions` and `schedules`.
std::vector<Route> TriggerRoutes(Services& services);

}  // namespace weft::server
