#include "server/rerun_plan.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace weft::server {
namespace {

using dsl::Kind;
using expr::Value;
using machine::NodeStatus;
using progress::NodeView;

const dsl::Region* InnerOf(const dsl::Node& node) {
  if (const auto* foreach = std::get_if<dsl::Foreach>(&node.body)) return foreach->region.get();
  if (const auto* loop = std::get_if<dsl::Loop>(&node.body)) return loop->region.get();
  if (const auto* group = std::get_if<dsl::Group>(&node.body)) return group->region.get();
  return nullptr;
}

bool Acts(Kind kind) {
  switch (kind) {
    case Kind::kShell:
    case Kind::kPython:
    case Kind::kHttp:
    case Kind::kEmit:
    case Kind::kNotify:
    case Kind::kWorkflow: return true;
    default: return false;
  }
}

std::string_view TakeSegment(std::string_view& path) {
  const auto slash = path.find('/');
  const auto segment = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return segment;
}

/// The node and all that can only run after it.
std::set<std::size_t> After(const dsl::Region& region, std::size_t node) {
  std::set<std::size_t> after;
  std::vector<std::size_t> open{node};
  while (!open.empty()) {
    const auto one = open.back();
    open.pop_back();
    if (!after.insert(one).second) continue;
    open.insert(open.end(), region.nodes[one].dependents.begin(), region.nodes[one].dependents.end());
  }
  return after;
}

class Planner {
 public:
  explicit Planner(const std::vector<NodeView>& nodes) {
    for (const auto& node : nodes) nodes_.emplace(node.path, &node);
  }

  /// `from`: the rest of the path inside this region; nothing is taken over without one.
  Result<void> Region(const dsl::Region& region, const std::string& prefix, std::string_view from) {
    auto rest = from;
    const auto id = TakeSegment(rest);
    const auto found = region.index.find(id);
    if (found == region.index.end()) {
      return Fail("validation", "there is no node `" + prefix + std::string(id) + "` in the workflow that would run");
    }
    auto again = After(region, found->second);
    for (std::size_t i = 0; i < region.nodes.size(); ++i) {
      if (i != found->second && !IsSettledWell(prefix + region.nodes[i].id)) again.merge(After(region, i));
    }
    for (std::size_t i = 0; i < region.nodes.size(); ++i) {
      const auto& node = region.nodes[i];
      if (i == found->second && !rest.empty()) {
        WEFT_TRY_VOID(Inside(node, prefix + node.id + '/', rest));
      } else if (again.contains(i)) {
        Again(node, prefix);
      } else {
        Keep(node, prefix);
      }
    }
    return {};
  }

  void All(const dsl::Region& region, const std::string& prefix) {
    for (const auto& node : region.nodes) Again(node, prefix);
  }

  RerunPlan Take() && { return std::move(plan_); }

 private:
  /// A container that is entered again, for the sake of one node inside.
  Result<void> Inside(const dsl::Node& node, const std::string& prefix, std::string_view from) {
    const auto* inner = InnerOf(node);
    if (inner == nullptr)
      return Fail("validation", "`" + prefix + std::string(from) + "` is no node: nothing is inside");
    if (node.kind == Kind::kGroup) return Region(*inner, prefix, from);
    const auto key_text = TakeSegment(from);
    std::uint32_t key = 0;
    const auto [end, problem] = std::from_chars(key_text.data(), key_text.data() + key_text.size(), key);
    if (problem != std::errc() || end != key_text.data() + key_text.size() || from.empty()) {
      return Fail("validation",
                  "name the iteration and a node in it, such as `" + prefix + "0/" + inner->nodes.front().id + "`");
    }
    for (const auto iteration : IterationsOf(prefix)) {
      const auto below = prefix + std::to_string(iteration) + '/';
      if (iteration == key) {
        WEFT_TRY_VOID(Region(*inner, below, from));
      } else if (node.kind == Kind::kLoop && iteration > key) {
        // What came after it in the loop follows from it.
        continue;
      } else {
        Others(*inner, below);
      }
    }
    if (node.kind == Kind::kLoop) All(*inner, prefix + "*/");
    return {};
  }

  [[nodiscard]] std::set<std::uint32_t> IterationsOf(const std::string& prefix) const {
    std::set<std::uint32_t> iterations;
    for (auto at = nodes_.lower_bound(prefix); at != nodes_.end() && at->first.starts_with(prefix); ++at) {
      std::uint32_t key = 0;
      std::from_chars(at->first.data() + prefix.size(), at->first.data() + at->first.size(), key);
      iterations.insert(key);
    }
    return iterations;
  }

  /// Succeeded, or skipped because of what came before it.
  [[nodiscard]] bool IsSettledWell(const std::string& path) const {
    const auto found = nodes_.find(path);
    if (found == nodes_.end()) return false;
    const auto status = found->second->status;
    return status == NodeStatus::kSucceeded || status == NodeStatus::kSkipped;
  }

  /// Another iteration than the one that runs again: only what did not succeed there runs, and what comes after it.
  void Others(const dsl::Region& region, const std::string& prefix) {
    std::set<std::size_t> again;
    for (std::size_t i = 0; i < region.nodes.size(); ++i) {
      if (!IsSettledWell(prefix + region.nodes[i].id)) again.merge(After(region, i));
    }
    for (std::size_t i = 0; i < region.nodes.size(); ++i) {
      if (again.contains(i)) {
        Again(region.nodes[i], prefix);
      } else {
        Keep(region.nodes[i], prefix);
      }
    }
  }

  /// What was skipped is decided again, by the same outputs.
  void Keep(const dsl::Node& node, const std::string& prefix) {
    const auto& view = *nodes_.at(prefix + node.id);
    if (view.status != NodeStatus::kSucceeded) return;
    auto kept = Value::Object({{"output", view.output}});
    if (!view.chosen_case.empty()) kept.Set("case", Value(view.chosen_case));
    plan_.reuse.emplace(view.path, std::move(kept));
  }

  void Again(const dsl::Node& node, const std::string& prefix) {
    const bool effects = Acts(node.kind);
    plan_.again.push_back({.path = prefix + node.id, .kind = node.kind, .effects = effects, .once = node.once});
    if (const auto* inner = InnerOf(node)) {
      All(*inner, prefix + node.id + (node.kind == Kind::kGroup ? "/" : "/*/"));
    }
  }

  std::map<std::string, const NodeView*, std::less<>> nodes_;
  RerunPlan plan_;
};

}  // namespace

std::string OutermostContainerOf(const std::string& from) {
  const auto slash = from.find('/');
  return slash == std::string::npos ? std::string() : from.substr(0, slash);
}

Result<RerunPlan> PlanRerun(const dsl::Workflow& workflow, const std::vector<NodeView>& nodes,
                            const std::string& from) {
  Planner planner(nodes);
  if (from.empty()) {
    planner.All(*workflow.root, {});
  } else {
    WEFT_TRY_VOID(planner.Region(*workflow.root, {}, from));
  }
  return std::move(planner).Take();
}

}  // namespace weft::server
