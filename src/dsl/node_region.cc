#include <algorithm>
#include <array>

#include "dsl/node_kinds.h"

namespace weft::dsl {
namespace {

/// A region inside of `node`, which sees the names that the node's own region sees.
RegionScope& AddScope(const Fields& node) {
  auto& scope = node.loader().regions.emplace_back();
  scope.parent = node.site().region;
  scope.owner = node.site().node;
  scope.aliases = scope.parent->aliases;
  scope.has_item = scope.parent->has_item;
  scope.has_index = scope.parent->has_index;
  scope.has_previous = scope.parent->has_previous;
  scope.region->item_alias = scope.parent->region->item_alias;
  return scope;
}

void ReadNodes(Loader& loader, const DocumentNode* nodes, RegionScope& scope) {
  if (nodes != nullptr && nodes->IsMap()) ReadRegion(loader, *nodes, scope);
}

}  // namespace

Body ReadForeach(const Fields& node) {
  constexpr std::array<std::string_view, 9> kTaken{"input",    "nodes", "trigger", "vars", "index",
                                                   "previous", "error", "secrets", "run"};
  Foreach body;
  body.list = node.Read("foreach");
  const auto* as = node.Get("as");
  body.as = TextOf(as).value_or("item");
  if (std::ranges::find(kTaken, body.as) != kTaken.end()) {
    node.problems().Error("value", *as, "`$" + body.as + "` has a meaning already", "choose another name for the item");
  }
  body.concurrency = node.Integer("concurrency", body.concurrency);
  body.continue_on_item_error = node.Text("on_item_error") == "continue";
  auto& scope = AddScope(node);
  scope.has_item = scope.has_index = true;
  if (body.as != "item") scope.aliases.push_back(body.as);
  scope.region->item_alias = body.as;
  ReadNodes(node.loader(), node.Get("nodes"), scope);
  body.region = scope.region;
  return body;
}

Body ReadLoop(const Fields& node) {
  Loop body;
  auto& scope = AddScope(node);
  scope.has_index = scope.has_previous = true;
  if (const auto* loop = node.Get("loop"); loop != nullptr && loop->IsMap()) {
    // The tests belong to the node, and know the iteration's names.
    auto site = node.site();
    site.names = &scope;
    body.while_condition = node.loader().ReadCondition(loop->Get("while"), site);
    body.until_condition = node.loader().ReadCondition(loop->Get("until"), site);
    body.max = static_cast<int>(IntegerOf(loop->Get("max")).value_or(body.max));
    body.delay = DurationOf(loop->Get("delay")).value_or(body.delay);
  }
  ReadNodes(node.loader(), node.Get("nodes"), scope);
  body.region = scope.region;
  return body;
}

Body ReadGroup(const Fields& node) {
  auto& scope = AddScope(node);
  const auto body = node.Inside("group");
  ReadNodes(node.loader(), body ? body->Get("nodes") : nullptr, scope);
  return Group{scope.region};
}

}  // namespace weft::dsl
