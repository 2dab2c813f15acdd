#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "dsl/definition.h"

namespace weft::dsl {

/// Ids of the region's nodes whose results a node's expressions read when it runs: by `$nodes`, or as its input `.`.
/// Its compensation is left out, which runs later.
std::set<std::string, std::less<>> NodesReadBy(const Region& region, std::size_t node);

}  // namespace weft::dsl
