#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>

#include "dsl/definition.h"

namespace weft::dsl {

/// How a workflow is tried out. Nodes are those of the outermost region.
struct TestForm {
  std::optional<std::size_t> only;           ///< this node alone runs
  std::set<std::string, std::less<>> given;  ///< nodes that do not run, since their results are given
};

/// Nodes from which edges lead to this one.
std::set<std::size_t> AncestorsOf(const Region& region, std::size_t node);

/// The normalised form of a workflow for a test run: itself a workflow, which notifies nobody, starts no
/// `error_workflow`, takes no slot of `concurrency` and undoes nothing that it has not done. With `only` it is that
/// node and its ancestors, whose results must all be given: its edges ask for nothing but that, its own cases excepted,
/// and any input fits.
std::string NormaliseForTest(const Workflow& workflow, const TestForm& form);

}  // namespace weft::dsl
