#include "activities/output.h"

#include <utility>

#include <fmt/format.h>

#include "contract/names.h"
#include "expr/expression.h"

namespace weft::activities {

Outcome<std::string> FinishOutput(const contract::ActivityInput& input, expr::Value raw, Timestamp now) {
  if (!input.output.empty()) {
    const auto expression = expr::Expression::Parse(input.output, expr::Mode::kValue);
    if (!expression) return Failure("expression", "output: " + expression.error().message);
    expr::Scope scope;
    scope.dot = std::move(raw);
    scope.vars = input.vars;
    scope.now = now;
    auto output = expression->Evaluate(scope);
    if (!output) return Failure("expression", "output: " + output.error().message);
    raw = *std::move(output);
  }
  auto json = raw.Dump();
  if (json.size() <= contract::kMaxOutput) return json;
  return Failure("too_large",
                 fmt::format("the node's output is {} KB, and at most {} KB fit; keep less of it with `output:`",
                             (json.size() + 1023) / 1024, contract::kMaxOutput / 1024));
}

}  // namespace weft::activities
