#pragma once

#include <memory>
#include <vector>

#include "server/instance_documents.h"
#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// POST /api/v1/instances/{id}/rerun.
void AddInstanceRerun(std::vector<Route>& routes, Services& services,
                      std::shared_ptr<const InstanceDocuments> documents);

}  // namespace weft::server
