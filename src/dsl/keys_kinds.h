#pragma once

#include <vector>

#include "dsl/keys.h"

namespace weft::dsl {

/// The keys that name a node's kind, with their bodies, in the order of the documentation.
std::vector<Key> KindKeys();

}  // namespace weft::dsl
