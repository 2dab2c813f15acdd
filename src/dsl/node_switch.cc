#include <set>

#include "dsl/node_kinds.h"

namespace weft::dsl {

Body ReadSwitch(const Fields& node) {
  Switch body;
  std::set<std::string> names;
  const auto items = node.Items("switch");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto& item = items[i];
    const auto* name = item.Get("case");
    if (name == nullptr || !name->IsString()) continue;
    if (name->text.empty() || name->text == "failed" || name->text == "done" || name->text == "skipped") {
      node.problems().Error("value", *name, Quoted(name->text) + " cannot name a case",
                            "`failed`, `done` and `skipped` are ports that every node has");
    } else if (!names.insert(name->text).second) {
      node.problems().Error("duplicate-id", *name, "the switch has a case " + Quoted(name->text) + " already");
    }
    if (item.Get("when") == nullptr && i + 1 < items.size()) {
      node.problems().Error("value", *name, "a case without `when` is the default and comes last",
                            "move it behind the others, or give it a `when`");
    }
    body.cases.push_back({name->text, item.Read("when")});
  }
  return body;
}

}  // namespace weft::dsl
