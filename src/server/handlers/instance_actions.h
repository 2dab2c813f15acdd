#pragma once

#include <memory>
#include <vector>

#include "server/instance_documents.h"
#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// cancel, terminate, event, approve.
void AddInstanceActions(std::vector<Route>& routes, Services& services,
                        std::shared_ptr<const InstanceDocuments> documents);

/// The body of a call: a JSON object, or nothing.
Result<expr::Value> ObjectOf(const Request& request);

}  // namespace weft::server
