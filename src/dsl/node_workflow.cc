#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadWorkflowCall(const Fields& node) {
  WorkflowCall call;
  call.name = node.Text("workflow").value_or("");
  if (const auto revision = IntegerOf(node.Get("revision"))) call.revision = static_cast<int>(*revision);
  call.detach = node.Bool("detach");
  return call;
}

}  // namespace weft::dsl
