#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadApproval(const Fields& node) {
  Approval approval;
  const auto body = node.Inside("approval");
  if (!body) return approval;
  approval.title = body->Read("title");
  approval.form = ReadSchema(node.loader(), body->Get("form"));
  approval.assignees = body->Read("assignees");
  return approval;
}

}  // namespace weft::dsl
