#include "dsl/region_facts.h"

#include <algorithm>
#include <utility>

namespace weft::dsl {
namespace {

/// The variables of a node.
enum class Variable : std::uint32_t { kWhen, kFailure, kCase };
constexpr std::uint32_t kVariables = 3;

Decision Chosen(std::size_t node, Variable variable, std::uint32_t value, std::size_t values = 2) {
  return {.variable = static_cast<std::uint32_t>(node) * kVariables + static_cast<std::uint32_t>(variable),
          .value = value,
          .values = static_cast<std::uint32_t>(values)};
}

}  // namespace

RegionFacts::RegionFacts(const Region& region)
    : region_(region),
      can_be_rejected_(region.nodes.size(), false),
      seen_(region.nodes.size(), 0),
      conditions_(region.nodes.size()) {
  for (const auto& node : region.nodes) {
    for (const auto& need : node.needs) {
      if (need.port == Port::kCase && need.case_name == "rejected") can_be_rejected_[need.source] = true;
    }
  }
}

bool RegionFacts::IsUpstream(std::size_t source, std::size_t node) {
  // Nearest first: most reads are of nodes close by.
  ++search_;
  std::vector<std::size_t> found{node};
  for (std::size_t next = 0; next < found.size(); ++next) {
    for (const auto& need : region_.nodes[found[next]].needs) {
      if (need.source == source) return true;
      if (std::exchange(seen_[need.source], search_) != search_) found.push_back(need.source);
    }
  }
  return false;
}

RunCondition RegionFacts::SucceedsIf(std::size_t node) const {
  const auto& definition = region_.nodes[node];
  // An unhandled failure ends the run: what comes after need not think of it.
  const bool may_fail = definition.has_handler && definition.continue_with.empty();
  return may_fail ? RunCondition::If(Chosen(node, Variable::kFailure, 0)) : RunCondition::Always();
}

RunCondition RegionFacts::LiveIf(const Need& need) const {
  const auto& source = region_.nodes[need.source];
  const auto& runs = *conditions_[need.source];
  switch (need.port) {
    case Port::kDone: return runs;
    case Port::kFailed: return runs.And(RunCondition::If(Chosen(need.source, Variable::kFailure, 1)));
    case Port::kSkipped: return RunCondition::Always();  // at most
    case Port::kSucceeded: return runs.And(SucceedsIf(need.source));
    case Port::kCase: break;
  }
  const auto succeeds = runs.And(SucceedsIf(need.source));
  if (const auto* branches = std::get_if<Switch>(&source.body)) {
    const auto chosen =
        std::ranges::find(branches->cases, need.case_name, &Switch::Case::name) - branches->cases.begin();
    return succeeds.And(RunCondition::If(
        Chosen(need.source, Variable::kCase, static_cast<std::uint32_t>(chosen), branches->cases.size())));
  }
  if (!can_be_rejected_[need.source]) return succeeds;
  return succeeds.And(RunCondition::If(Chosen(need.source, Variable::kCase, need.case_name == "rejected" ? 1 : 0)));
}

RunCondition RegionFacts::Compute(const Node& definition) const {
  if (definition.disabled) return RunCondition::Never();
  auto condition = RunCondition::Always();
  if (!definition.needs.empty() && definition.join != Join::kAlways) {
    condition = LiveIf(definition.needs.front());
    for (std::size_t i = 1; i < definition.needs.size(); ++i) {
      const auto live = LiveIf(definition.needs[i]);
      condition = definition.join == Join::kAll ? condition.And(live) : condition.Or(live);
    }
  }
  if (definition.when.empty()) return condition;
  if (const auto* constant = definition.when.AsLiteral()) return constant->Truthy() ? condition : RunCondition::Never();
  const auto node = static_cast<std::size_t>(&definition - region_.nodes.data());
  return condition.And(RunCondition::If(Chosen(node, Variable::kWhen, 1)));
}

const RunCondition& RegionFacts::ConditionOf(std::size_t node) {
  // Sources first, without recursion: chains may be thousands of nodes long.
  std::vector<std::size_t> open{node};
  while (!open.empty()) {
    const auto at = open.back();
    const auto& needs = region_.nodes[at].needs;
    const auto missing = std::ranges::find_if(needs, [&](const Need& need) { return !conditions_[need.source]; });
    if (missing != needs.end()) {
      open.push_back(missing->source);
      continue;
    }
    if (!conditions_[at]) conditions_[at] = Compute(region_.nodes[at]);
    open.pop_back();
  }
  return *conditions_[node];
}

RunCondition RegionFacts::TargetOf(std::size_t source, bool succeeded) {
  const auto& runs = ConditionOf(source);
  return succeeded ? runs.And(SucceedsIf(source)) : runs;
}

bool RegionFacts::HasRun(std::size_t source, std::size_t node, bool succeeded) {
  const auto& reader = region_.nodes[node];
  if (reader.join == Join::kAlways) return false;  // it runs whatever failed
  if (reader.join == Join::kFirst) {
    const auto behind = [&](const Need& need) { return need.source == source || IsUpstream(source, need.source); };
    if (!std::ranges::all_of(reader.needs, behind)) return false;
  }
  return ConditionOf(node).Implies(TargetOf(source, succeeded));
}

bool RegionFacts::HasRunAtEnd(std::size_t source, bool succeeded) {
  return RunCondition::Always().Implies(TargetOf(source, succeeded));
}

}  // namespace weft::dsl
