#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace weft::dsl {

/// What a run decides: which case a switch takes, whether `when` holds, whether a node fails.
struct Decision {
  std::uint32_t variable = 0;
  std::uint32_t value = 0;
  std::uint32_t values = 2;  ///< of the variable: 0 to `values` - 1, one of which is always taken

  friend auto operator<=>(const Decision& a, const Decision& b) = default;
};

/// Under which decisions something happens, as an alternative of conjunctions. Gives up (is unknown) when it grows
/// beyond what small workflows need; unknown conditions are taken to be implied.
class RunCondition {
 public:
  static RunCondition Always() { return RunCondition(Alternatives{Conjunction{}}); }
  static RunCondition Never() { return RunCondition(Alternatives{}); }
  static RunCondition If(Decision decision) { return RunCondition(Alternatives{Conjunction{decision}}); }

  [[nodiscard]] RunCondition And(const RunCondition& other) const;
  [[nodiscard]] RunCondition Or(const RunCondition& other) const;
  /// Whether `other` holds wherever this does.
  [[nodiscard]] bool Implies(const RunCondition& other) const;

 private:
  using Conjunction = std::vector<Decision>;  // sorted
  using Alternatives = std::vector<Conjunction>;

  explicit RunCondition(std::optional<Alternatives> alternatives) : alternatives_(std::move(alternatives)) {}
  static RunCondition Simplified(Alternatives alternatives);

  std::optional<Alternatives> alternatives_;
};

}  // namespace weft::dsl
