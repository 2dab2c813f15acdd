#include "machine/node_activity.h"

namespace weft::machine {

using expr::Value;

Result<void> PythonArguments(const dsl::Python& python, const Value& dot, Arguments& arguments) {
  arguments.Set("code", Value(python.code));
  if (!python.requirements.empty()) {
    auto list = Value::EmptyArray();
    for (const auto& requirement : python.requirements) list.Append(Value(requirement));
    arguments.Set("requirements", std::move(list));
  }
  if (!dot.IsNull()) arguments.Set("input", dot);
  return {};
}

}  // namespace weft::machine
