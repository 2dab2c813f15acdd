#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/seal.h"
#include "dsl/definition.h"
#include "expr/value.h"
#include "triggers/start.h"

/// Test runs: real instances of a text that is not deployed, as a whole or of one node.
namespace weft::server {

/// What shall be tried.
struct TestWish {
  std::string node;   ///< of the outermost region: it alone runs; empty: the whole workflow
  expr::Value input;  ///< of the run
  bool has_input = false;
  /// Results of nodes that do not run, by id: the output itself, of a switch or an approval `{ case, output }`.
  expr::Value outputs;
};

/// The start of a test run, without request id. Fails with `validation` when a node is not there, its result has not
/// the right form, one that is read is missing, or the input does not fit.
Result<triggers::StartRequest> PlanTest(const dsl::Workflow& workflow, const TestWish& wish);

/// The secrets that a tried text declares, so that only a server can have written them: what a run may read is told by
/// nothing else when no revision does.
std::string SealTestSecrets(const SealingKey& key, const std::string& instance, const std::vector<std::string>& names);
/// None when they were not sealed for this instance.
std::vector<std::string> UnsealTestSecrets(const SealingKey& key, const std::string& instance, std::string_view sealed);

}  // namespace weft::server
