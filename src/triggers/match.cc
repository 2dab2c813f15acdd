#include "triggers/match.h"

#include <string>
#include <utility>
#include <vector>

#include "expr/expression.h"

namespace weft::triggers {

using expr::Value;

Result<bool> Matches(std::string_view match, std::string_view names, const Value& event, Timestamp now) {
  expr::Scope scope;
  scope.dot = event;
  scope.now = now;
  std::vector<std::string> aliases;
  if (!names.empty()) {
    WEFT_TRY(const auto values, Value::Parse(names));
    values.ForEachField([&](std::string_view name, const Value& value) {
      if (name == "input") {
        scope.input = value;
      } else if (name == "nodes") {
        scope.nodes = value;
      } else if (name == "trigger") {
        scope.trigger = value;
      } else if (name == "vars") {
        scope.vars = value;
      } else if (name == "item") {
        scope.item = value;
      } else if (name == "index") {
        scope.index = value;
      } else if (name == "previous") {
        scope.previous = value;
      } else if (name == "error") {
        scope.error = value;
      } else if (name == "run") {
        scope.run = value;
      } else {
        aliases.emplace_back(name);
        scope.aliases.emplace_back(name, value);
      }
    });
  }
  const auto expression = expr::Expression::Parse(match, expr::Mode::kValue, aliases);
  if (!expression) return Fail("expression", expression.error().message);
  WEFT_TRY(const auto matches, expression->Evaluate(scope));
  return matches.Truthy();
}

}  // namespace weft::triggers
