#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadEmit(const Fields& node) {
  Emit emit;
  const auto body = node.Inside("emit");
  if (!body) return emit;
  emit.type = body->Read("type");
  emit.source = body->Read("source");
  emit.subject = body->Read("subject");
  emit.data = body->Read("data");
  emit.key = body->Read("key");
  return emit;
}

}  // namespace weft::dsl
