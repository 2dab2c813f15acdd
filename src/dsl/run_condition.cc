#include "dsl/run_condition.h"

#include <algorithm>

namespace weft::dsl {
namespace {

// Small: the work for a node grows with their squares.
constexpr std::size_t kMaxAlternatives = 24;
constexpr std::size_t kMaxDecisions = 12;

using Conjunction = std::vector<Decision>;

const Decision* Find(const Conjunction& conjunction, std::uint32_t variable) {
  const auto found = std::ranges::find(conjunction, variable, &Decision::variable);
  return found == conjunction.end() ? nullptr : &*found;
}

bool Contains(const std::vector<Conjunction>& alternatives, const Conjunction& weaker_than) {
  return std::ranges::any_of(alternatives, [&](const Conjunction& c) { return std::ranges::includes(weaker_than, c); });
}

/// Both at once, or nothing if they contradict each other.
std::optional<Conjunction> Both(const Conjunction& a, const Conjunction& b) {
  auto both = a;
  for (const auto& decision : b) {
    const auto* other = Find(a, decision.variable);
    if (other != nullptr && other->value != decision.value) return std::nullopt;
    if (other == nullptr) both.push_back(decision);
  }
  std::ranges::sort(both);
  return both;
}

Conjunction Without(Conjunction conjunction, const Decision& decision) {
  std::erase(conjunction, decision);
  return conjunction;
}

/// What all values of one variable agree on: `{case=a, x}` and `{case=b, x}` of a switch with these two give `{x}`.
std::optional<Conjunction> Merge(const std::vector<Conjunction>& alternatives) {
  for (const auto& conjunction : alternatives) {
    for (const auto& decision : conjunction) {
      if (decision.values > alternatives.size()) continue;
      auto rest = Without(conjunction, decision);
      bool all = true;
      for (std::uint32_t value = 0; all && value < decision.values; ++value) {
        all = Contains(alternatives, *Both(rest, {Decision{decision.variable, value, decision.values}}));
      }
      if (all) return rest;
    }
  }
  return std::nullopt;
}

}  // namespace

RunCondition RunCondition::Simplified(Alternatives alternatives) {
  const auto absorb = [&] {
    std::ranges::sort(alternatives, {}, &Conjunction::size);
    Alternatives kept;
    for (auto& conjunction : alternatives) {
      if (!Contains(kept, conjunction)) kept.push_back(std::move(conjunction));
    }
    alternatives = std::move(kept);
  };
  absorb();
  if (alternatives.size() > kMaxAlternatives) return RunCondition(std::nullopt);
  for (auto merged = Merge(alternatives); merged; merged = Merge(alternatives)) {
    alternatives.push_back(*std::move(merged));
    absorb();
  }
  return RunCondition(std::move(alternatives));
}

RunCondition RunCondition::Or(const RunCondition& other) const {
  if (!alternatives_ || !other.alternatives_) return RunCondition(std::nullopt);
  auto all = *alternatives_;
  all.insert(all.end(), other.alternatives_->begin(), other.alternatives_->end());
  return Simplified(std::move(all));
}

RunCondition RunCondition::And(const RunCondition& other) const {
  if (!alternatives_ || !other.alternatives_) return RunCondition(std::nullopt);
  if (alternatives_->size() * other.alternatives_->size() > 4 * kMaxAlternatives) return RunCondition(std::nullopt);
  Alternatives all;
  for (const auto& a : *alternatives_) {
    for (const auto& b : *other.alternatives_) {
      auto both = Both(a, b);
      if (both && both->size() > kMaxDecisions) return RunCondition(std::nullopt);
      if (both) all.push_back(*std::move(both));
    }
  }
  return Simplified(std::move(all));
}

bool RunCondition::Implies(const RunCondition& other) const {
  if (!alternatives_ || !other.alternatives_) return true;
  return std::ranges::all_of(*alternatives_, [&](const Conjunction& given) {
    Alternatives rest;
    for (const auto& conjunction : *other.alternatives_) {
      if (!Both(given, conjunction)) continue;
      Conjunction open;
      for (const auto& decision : conjunction) {
        if (Find(given, decision.variable) == nullptr) open.push_back(decision);
      }
      rest.push_back(std::move(open));
    }
    const auto simplified = Simplified(std::move(rest));
    return !simplified.alternatives_ || std::ranges::any_of(*simplified.alternatives_, &Conjunction::empty);
  });
}

}  // namespace weft::dsl
