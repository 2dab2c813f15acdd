#pragma once

#include <map>
#include <string>
#include <vector>

#include "dsl/definition.h"
#include "progress/view.h"

namespace weft::server {

/// What a rerun takes over from an earlier run, and what it does again.
struct RerunPlan {
  std::map<std::string, expr::Value> reuse;  ///< contract::StartInput::reuse
  struct Again {
    std::string path;  ///< `each/*/ship`: in all iterations
    dsl::Kind kind = dsl::Kind::kSet;
    bool effects = false;  ///< it acts on the world outside
    bool once = false;     ///< and says itself that it must not be repeated
  };
  std::vector<Again> again;
};

/// The container of `from` (`each/7/ship` → `each`), of which a view has to hold all iterations; empty: the whole run.
std::string OutermostContainerOf(const std::string& from);

/// Takes over every node that succeeded, except `from` (a path; empty: nothing is taken over) and what lies after it.
/// `workflow` is what will run, `nodes` are those of the earlier run. Fails with `validation` when there is no such
/// node.
Result<RerunPlan> PlanRerun(const dsl::Workflow& workflow, const std::vector<progress::NodeView>& nodes,
                            const std::string& from);

}  // namespace weft::server
