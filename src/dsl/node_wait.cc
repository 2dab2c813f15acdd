#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadWait(const Fields& node) {
  Wait wait;
  if (const auto body = node.Inside("wait")) {
    wait.until = body->Read("until");
  } else if (const auto duration = node.Time("wait")) {
    wait.duration = expr::Template::Literal(expr::Value(FormatDuration(*duration)));
  } else {
    wait.duration = node.Read("wait");
  }
  return wait;
}

}  // namespace weft::dsl
