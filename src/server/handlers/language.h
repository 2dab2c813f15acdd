#pragma once

#include <string>
#include <vector>

#include "server/route.h"

namespace weft::server {

/// The language as the editor needs it: `/validate`, `/schema`, `/evaluate`. `program` is the path of this binary,
/// which evaluates expressions in a process of its own.
std::vector<Route> LanguageRoutes(const std::string& program);

}  // namespace weft::server
