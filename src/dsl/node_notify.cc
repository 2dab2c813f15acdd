#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadNotifyNode(const Fields& node) {
  Notify notify;
  const auto body = node.Inside("notify");
  if (!body) return notify;
  notify.to = body->Texts("to");
  notify.title = body->Read("title");
  notify.text = body->Read("text");
  return notify;
}

}  // namespace weft::dsl
