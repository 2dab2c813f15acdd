#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "dsl/definition.h"
#include "dsl/load.h"
#include "dsl/problems.h"

/// What the readers of one file share. A file is checked against the tables (dsl/check.h), read by parse_*.cc and
/// node_<kind>.cc, linked (link.cc: needs, cycles) and then its expressions' reads are checked (reads.cc).
namespace weft::dsl {

/// A region while it is read.
struct RegionScope {
  const RegionScope* parent = nullptr;
  std::size_t owner = 0;  ///< the node in `parent` to which it belongs
  std::shared_ptr<Region> region = std::make_shared<Region>();
  std::vector<const DocumentNode*> nodes;               ///< by node index
  std::vector<std::vector<const DocumentNode*>> needs;  ///< by node index, beside Node::needs once linked
  /// Names that expressions inside may use.
  std::vector<std::string> aliases;
  bool has_item = false, has_index = false, has_previous = false;
  /// All edges are known and none lead round, so that what is upstream can be judged.
  bool linked = false;
};

/// When a text's expressions are evaluated, which decides what they may read.
enum class Moment {
  kTrigger,       ///< before or at the start, over the payload
  kStart,         ///< at the start, over the input
  kNode,          ///< when the node runs
  kCompensation,  ///< after the node succeeded
  kEnd,           ///< when the run completes
};

/// The place of an expression in the workflow.
struct Site {
  Moment moment = Moment::kNode;
  const RegionScope* region = nullptr;  ///< whose nodes, and those around it, may be read; null in triggers
  std::size_t node = 0;                 ///< the reader in `region`, for kNode and kCompensation
  const RegionScope* names = nullptr;   ///< the innermost region whose $item, $index, $previous are known
  bool secrets = false;                 ///< `$secrets.NAME` may stand there
};

/// A string with expressions and where it stands.
struct SitedText {
  const DocumentNode* text = nullptr;
  expr::Template content;
  Site site;
  expr::Mode mode = expr::Mode::kValue;
  bool bare = false;  ///< EXPR: `${ }` may be omitted
};

struct Loader {
  Loader(const Document& document, const LoadOptions& load_options, bool is_normalised, std::vector<Diagnostic>& out)
      : problems(document, out), options(load_options), normalised(is_normalised) {}

  Problems problems;
  const LoadOptions& options;
  /// The text was checked when it was deployed: what depends on this machine (time zones, schemas) and warnings are
  /// left out.
  bool normalised;

  std::set<std::string, std::less<>> secrets;  ///< declared
  std::optional<Retry> default_retry;
  std::optional<Duration> default_timeout;
  std::deque<RegionScope> regions;  ///< outer ones first
  std::vector<SitedText> texts;
  /// Every node of the file by its id.
  std::map<std::string_view, std::pair<const RegionScope*, std::size_t>> ids;
  /// What `python.file` holds, by the `python` value.
  std::map<const DocumentNode*, std::string> inlined;

  /// A value with `${ … }` inside, or nothing for null pointers.
  expr::Template ReadTemplate(const DocumentNode* node, const Site& site, expr::Place place = expr::Place::kPlain);
  /// A field marked EXPR.
  expr::Template ReadExpr(const DocumentNode* node, const Site& site, expr::Mode mode = expr::Mode::kValue);
  expr::Template ReadCondition(const DocumentNode* node, const Site& site) {
    return ReadExpr(node, site, expr::Mode::kCondition);
  }
  void CheckSecretDeclared(const DocumentNode& at, std::string_view name);
};

// parse_workflow.cc, parse_triggers.cc
std::shared_ptr<Workflow> ReadWorkflow(Loader& loader, const DocumentNode& root);
std::vector<Trigger> ReadTriggers(Loader& loader, const DocumentNode* list);

// parse_node.cc
/// Reads `nodes`, nested regions included. `scope` is in loader.regions.
void ReadRegion(Loader& loader, const DocumentNode& nodes, RegionScope& scope);
/// An integer of attempts, or an object.
std::optional<Retry> ReadRetry(const DocumentNode* node);

// link.cc
/// Resolves `needs` and finds cycles. False if there are too many nodes to go on.
bool LinkRegions(Loader& loader);

// reads.cc
void CheckReads(Loader& loader, const Workflow& workflow);

}  // namespace weft::dsl
