#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadFail(const Fields& node) {
  FailNode fail;
  const auto body = node.Inside("fail");
  if (!body) return fail;
  fail.code = body->Read("code");
  fail.message = body->Read("message");
  return fail;
}

}  // namespace weft::dsl
