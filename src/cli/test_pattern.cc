#include "cli/test_pattern.h"

#include <algorithm>

#include "machine/run.h"

namespace weft::cli {
namespace {

/// The first segment of a path, which is left with the rest.
std::string_view TakeSegment(std::string_view& path) {
  const auto slash = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, slash);
  path.remove_prefix(std::min(slash + 1, path.size()));
  return segment;
}

bool IsIteration(std::string_view segment) {
  return segment == "*" ||
         (!segment.empty() && std::ranges::all_of(segment, [](char c) { return c >= '0' && c <= '9'; }));
}

const dsl::Node* FindAnywhere(const dsl::Region& region, std::string_view id) {
  if (const auto found = region.index.find(id); found != region.index.end()) return &region.nodes[found->second];
  for (const auto& node : region.nodes) {
    const auto* inner = machine::InnerRegionOf(node);
    if (const auto* found = inner == nullptr ? nullptr : FindAnywhere(*inner, id)) return found;
  }
  return nullptr;
}

}  // namespace

bool NodePattern::Matches(std::string_view path) const {
  std::string_view pattern = text_;
  if (!pattern.contains('/')) return path.substr(path.rfind('/') + 1) == pattern;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = TakeSegment(pattern);
    const auto segment = TakeSegment(path);
    if (wanted != segment && !(wanted == "*" && IsIteration(segment))) return false;
  }
  return pattern.empty() && path.empty();
}

int NodePattern::Precision(std::string_view path) const {
  if (text_ == path) return 2;
  return text_.contains('/') ? 1 : 0;
}

const dsl::Node* NodePattern::Find(const dsl::Workflow& workflow) const {
  std::string_view path = text_;
  if (IsCompensation()) path.remove_suffix(kCompensation.size());
  const auto* region = workflow.root.get();
  if (!path.contains('/')) return FindAnywhere(*region, path);
  if (path.ends_with('/')) return nullptr;
  for (;;) {
    const auto found = region->index.find(TakeSegment(path));
    if (found == region->index.end()) return nullptr;
    const auto* node = &region->nodes[found->second];
    if (path.empty()) return node;
    region = machine::InnerRegionOf(*node);
    if (region == nullptr) return nullptr;
    if (node->kind != dsl::Kind::kGroup && !IsIteration(TakeSegment(path))) return nullptr;
  }
}

}  // namespace weft::cli
