#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dsl/definition.h"
#include "dsl/run_condition.h"

namespace weft::dsl {

/// What is known of a linked region's nodes without running it. The region must outlive it and have no cycles.
class RegionFacts {
 public:
  explicit RegionFacts(const Region& region);

  /// Whether edges lead from `source` to `node`.
  bool IsUpstream(std::size_t source, std::size_t node);
  /// Whether `source`, which is upstream, has certainly run (and, with `succeeded`, not failed) when `node` runs. False
  /// only where a way is known on which it has not.
  bool HasRun(std::size_t source, std::size_t node, bool succeeded);
  /// The same for the region's end, if it ends well.
  bool HasRunAtEnd(std::size_t source, bool succeeded);

 private:
  const RunCondition& ConditionOf(std::size_t node);
  RunCondition Compute(const Node& definition) const;
  [[nodiscard]] RunCondition LiveIf(const Need& need) const;
  [[nodiscard]] RunCondition SucceedsIf(std::size_t node) const;
  RunCondition TargetOf(std::size_t source, bool succeeded);

  const Region& region_;
  std::vector<bool> can_be_rejected_;  ///< approvals with a `.rejected` edge
  /// When a search last saw each node, so that searches need not be cleared.
  std::vector<std::uint32_t> seen_;
  std::uint32_t search_ = 0;
  std::vector<std::optional<RunCondition>> conditions_;
};

}  // namespace weft::dsl
