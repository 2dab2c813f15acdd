#pragma once

#include <vector>

#include "base/error.h"
#include "expr/value.h"
#include "server/route.h"
#include "server/services.h"

namespace weft::server {

/// CloudEvents over HTTP in binary, structured and batched mode. Uses `correlator`.
std::vector<Route> EventRoutes(Services& services);

/// Whether the request is an event in binary mode: its attributes in `ce-` headers, its data the body.
bool IsBinaryEvent(const Request& request);
/// That event, not yet checked. Fails with `validation` when its data is not what its content type says.
Result<expr::Value> ReadBinaryEvent(const Request& request);

}  // namespace weft::server
