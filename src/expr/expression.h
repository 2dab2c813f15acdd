#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "expr/value.h"

namespace weft::expr {

/// One of the names an expression may read. `kNodes` reads are reported with the node's id.
enum class Name { kDot, kInput, kNodes, kTrigger, kVars, kItem, kIndex, kPrevious, kError, kRun, kSecrets };

/// What an expression reads, found without running it. `path` is the part that is certain (`$nodes.a.output.x` gives
/// {"a","output","x"}); a dynamic use (`$nodes[.k]`, `$nodes | keys`) has an empty path. Offsets are bytes in the text
/// that was compiled.
struct Read {
  Name name;
  std::vector<std::string> path;
  std::size_t offset = 0;
  std::size_t length = 0;
  /// The alias that `foreach … as:` gave to the item; empty otherwise.
  std::string alias;
};

/// A problem in an expression's text, at a byte offset of that text.
struct ParseProblem {
  std::string message;
  std::string hint;
  std::size_t offset = 0;
  std::size_t length = 0;
};

/// The values of the names while an expression runs. `now` is the time of the current workflow task; the machine gives
/// it, nothing else does. The names an expression does not read may be left null.
struct Scope {
  Value dot;
  Value input;
  Value nodes;  ///< object by node id; only the ids that the expression reads need be there
  Value trigger;
  Value vars;
  Value item;
  Value index;
  Value previous;
  Value error;
  Value run;
  /// Items of the enclosing foreach regions that were renamed by `as:`, outermost first.
  std::vector<std::pair<std::string, Value>> aliases;
  Timestamp now{};
};

/// How comparisons and insertions behave. In a condition (`when`, `switch`, `while`, `until`) `<` and its kin between
/// different types are a failure; jq would order the types and take a silent wrong turn.
enum class Mode { kValue, kCondition };

/// What an evaluation used of its bounds: 16 ticks are one step. Zero for paths such as `.a.b`, which cannot run away.
struct Spent {
  std::uint64_t ticks = 0;
  std::uint64_t bytes = 0;

  friend bool operator==(const Spent&, const Spent&) = default;
};

/// A jq program, checked. Pure: same text, scope and limits give the same result, the same failure and the same count
/// of steps on every machine. Compiling to byte code happens on first use, once per thread and text; Parse alone is
/// cheap (well below 20 µs for a short text), so that a file of thousands of expressions validates quickly.
///
/// Immutable; threads may share one, as long as the values of their scopes are their own.
class Expression {
 public:
  /// `item_alias` is the name that stands for `$item` here, if a `foreach` renamed it.
  static std::expected<Expression, ParseProblem> Parse(std::string_view text, Mode mode,
                                                       std::span<const std::string> item_aliases = {});

  /// The first result; null when there is none. Fails with code `expression` (error raised by the program, or a bound
  /// was hit: steps, requested bytes, depth, size of a single operation). Never aborts the process.
  [[nodiscard]] Result<Value> Evaluate(const Scope& scope, Spent* spent = nullptr) const;

  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] const std::vector<Read>& reads() const;
  /// True if the program reads nothing but `.` and `$vars`.
  [[nodiscard]] bool ReadsOnlyDotAndVars() const;
  /// False if the program only follows a path from a variable, which certainly leaves `.` alone.
  [[nodiscard]] bool MayReadDot() const;
  /// Calls `now`.
  [[nodiscard]] bool UsesNow() const;

 private:
  struct Impl;
  explicit Expression(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Bounds of one evaluation. Part of `semantics`: changing one changes what old histories replay to.
struct Limits {
  static constexpr std::size_t kText = std::size_t{32} * 1024;
  static constexpr std::uint64_t kSteps = 1'000'000;
  static constexpr std::uint64_t kRequestedBytes = std::uint64_t{64} * 1024 * 1024;
  static constexpr std::uint64_t kParseBytes = std::uint64_t{8} * 1024 * 1024;
  static constexpr std::size_t kResultBytes = std::size_t{16} * 1024 * 1024;  ///< as JSON text
  static constexpr int kNesting = 200;                                        ///< brackets of the program's text
};

}  // namespace weft::expr
