#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/definition.h"
#include "dsl/diagnostic.h"

namespace weft::dsl {

struct LoadOptions {
  /// Reads `python.file`, relative to the workflow's directory; the text is inlined. Without it `file:` is an error.
  std::function<Result<std::string>(std::string_view path)> read_file;
};

/// A file's workflow, if it has no errors, and everything there is to say about it, sorted by position.
struct Loaded {
  std::shared_ptr<const Workflow> workflow;
  std::vector<Diagnostic> diagnostics;
};

/// Reads YAML or JSON and reports every problem at once. Bounds (size, depth, aliases, nodes) make hostile input fail
/// quickly. Pure but for `read_file`; safe to call from any thread.
Loaded Load(std::string_view text, const LoadOptions& options = {});

/// Reads what Workflow::normalised holds. Fails with code `validation` when it is not a valid normalised definition.
Result<std::shared_ptr<const Workflow>> LoadNormalised(std::string_view json);

}  // namespace weft::dsl
