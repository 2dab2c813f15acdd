#include "dsl/load.h"

#include <algorithm>
#include <tuple>

#include "dsl/check.h"
#include "dsl/keys.h"
#include "dsl/loader.h"
#include "dsl/normalise.h"

namespace weft::dsl {
namespace {

/// Reads a parsed file; null if there are errors.
std::shared_ptr<Workflow> Read(const Document& document, const LoadOptions& options, bool normalised,
                               std::vector<Diagnostic>& diagnostics) {
  const auto& root = *document.root();
  Loader loader(document, options, normalised, diagnostics);
  if (!root.IsMap()) {
    loader.problems.Error("type", root, "a workflow is a map with at least `weft`, `name` and `nodes`");
    return nullptr;
  }
  CheckAgainstTables(root, WorkflowObject(), loader.problems);
  auto workflow = ReadWorkflow(loader, root);
  if (LinkRegions(loader)) CheckReads(loader, *workflow);
  if (HasErrors(diagnostics)) return nullptr;
  if (!normalised) {
    workflow->normalised = Normalise(root, loader.inlined);
    if (workflow->normalised.size() > kMaxNormalised) {
      loader.problems.Error("limit", root, "the workflow is larger than 256 KB in its normalised form",
                            "move data or scripts out of it, or split it");
      return nullptr;
    }
  }
  return workflow;
}

}  // namespace

Loaded Load(std::string_view text, const LoadOptions& options) {
  Loaded loaded;
  const auto document = Document::FromYaml(std::string(text.substr(0, Document::kMaxBytes + 1)), loaded.diagnostics);
  if (document.root() != nullptr) {
    if (auto workflow = Read(document, options, false, loaded.diagnostics)) {
      workflow->digest = Digest(workflow->normalised);
      loaded.workflow = std::move(workflow);
    }
  }
  std::ranges::sort(loaded.diagnostics, {}, [](const Diagnostic& d) { return std::tie(d.begin, d.code, d.message); });
  return loaded;
}

Result<std::shared_ptr<const Workflow>> LoadNormalised(std::string_view json) {
  WEFT_TRY(const auto document, Document::FromJson(json));
  std::vector<Diagnostic> diagnostics;
  auto workflow = Read(document, {}, true, diagnostics);
  if (workflow == nullptr) {
    const auto error = std::ranges::find(diagnostics, Severity::kError, &Diagnostic::severity);
    return Fail("validation", "the definition is not valid: " + error->path + ": " + error->message);
  }
  workflow->normalised = json;
  workflow->digest = Digest(json);
  return workflow;
}

}  // namespace weft::dsl
