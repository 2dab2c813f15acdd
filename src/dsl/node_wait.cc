#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadWait(const Fields& node) {
  Wait wait;
  if (const auto body = node.Inside("wait")) {
    // A time written out is no expression.
    const auto* until = body->Get("until");
    wait.until = TimeOf(until) ? expr::Template::Literal(until->ToValue()) : body->Read("until");
  } else if (const auto duration = node.Time("wait")) {
    wait.duration = expr::Template::Literal(expr::Value(FormatDuration(*duration)));
  } else {
    wait.duration = node.Read("wait");
  }
  return wait;
}

}  // namespace weft::dsl
