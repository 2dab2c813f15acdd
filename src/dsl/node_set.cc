#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadSet(const Fields& node) { return Set{node.Read("set")}; }

}  // namespace weft::dsl
