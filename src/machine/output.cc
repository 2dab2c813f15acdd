#include "machine/run.h"

namespace weft::machine {

using expr::Value;

Value OutputOf(const RegionState& region) {
  const auto& nodes = region.definition->nodes;
  // Edges to `always` nodes and from `.failed` and `.skipped` ports are no way on for the main path; what is reached by
  // such edges alone is beside it.
  std::vector<bool> has_out(nodes.size(), false);
  std::vector<bool> is_side(nodes.size(), false);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const bool always = nodes[i].join == dsl::Join::kAlways;
    is_side[i] = always || !nodes[i].needs.empty();
    for (const auto& need : nodes[i].needs) {
      if (always || need.port == dsl::Port::kFailed || need.port == dsl::Port::kSkipped) continue;
      has_out[need.source] = true;
      is_side[i] = false;
    }
  }
  std::vector<std::size_t> ends;
  for (const bool side : {false, true}) {
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!has_out[i] && is_side[i] == side) ends.push_back(i);
    }
    if (!ends.empty()) break;
  }
  if (ends.size() == 1) return region.nodes[ends.front()].output;
  auto output = Value::EmptyObject();
  for (const auto i : ends) {
    if (region.nodes[i].status == NodeStatus::kSucceeded) output.Set(nodes[i].id, region.nodes[i].output);
  }
  return output;
}

}  // namespace weft::machine
