#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadEvent(const Fields& node) {
  Event event;
  event.types = node.Texts("event");
  event.key = node.Read("key");
  event.match = node.Read("match");
  event.counted = node.Get("count") != nullptr;
  event.count = node.Integer("count", 1);
  event.source = node.Text("source").value_or("");
  return event;
}

}  // namespace weft::dsl
