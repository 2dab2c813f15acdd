#include <algorithm>

#include "machine/join.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Name;
using expr::Read;
using expr::Value;

Value TimeValue(Timestamp t) { return t == Timestamp{} ? Value() : Value(FormatTimestamp(t)); }

/// One field of `$nodes.ID`; an unknown one is null.
Value NodeField(const NodeState& node, std::string_view field) {
  if (field == "output") return node.output;
  if (field == "status") return Value(StatusName(node.status));
  if (field == "error") return node.error ? node.error->ToValue() : Value();
  if (field == "attempts") return Value(node.attempts);
  if (field == "startedAt") return TimeValue(node.started_at);
  if (field == "endedAt") return TimeValue(node.ended_at);
  if (field == "case") return node.chosen_case.empty() ? Value() : Value(node.chosen_case);
  return {};
}

constexpr std::string_view kNodeFields[] = {"output", "status", "error", "attempts", "startedAt", "endedAt", "case"};

/// The value that an in-edge brings along.
Value NeedValue(const RegionState& region, const dsl::Need& need) {
  const auto& source = region.nodes[need.source];
  switch (need.port) {
    case dsl::Port::kFailed: return source.error ? source.error->ToValue() : Value();
    case dsl::Port::kDone:
      return Value::Object({{"status", Value(StatusName(source.status))},
                            {"output", source.output},
                            {"error", source.error ? source.error->ToValue() : Value()}});
    case dsl::Port::kSkipped: return {};
    case dsl::Port::kSucceeded:
    case dsl::Port::kCase: return source.output;
  }
  return {};
}

}  // namespace

Result<Value> Run::InputOf(NodeRef ref) {
  const auto& definition = ref.definition();
  const auto& needs = definition.needs;
  Value input;
  if (needs.empty()) {
    input = ref.region->dot;
  } else if (needs.size() == 1) {
    if (EdgeOf(*ref.region, needs.front()) == Edge::kLive) input = NeedValue(*ref.region, needs.front());
  } else {
    input = Value::EmptyObject();
    for (const auto& need : needs) {
      const auto& id = ref.region->definition->nodes[need.source].id;
      if (EdgeOf(*ref.region, need) == Edge::kLive && !input.Has(id)) input.Set(id, NeedValue(*ref.region, need));
    }
  }
  if (definition.with.empty()) return input;
  return Evaluate(definition.with, ref, input);
}

Value Run::ErrorSeenBy(NodeRef ref) const {
  if (ref.state().error) return ref.state().error->ToValue();
  for (const auto& need : ref.definition().needs) {
    if (need.port != dsl::Port::kFailed && need.port != dsl::Port::kDone) continue;
    const auto& source = ref.region->nodes[need.source];
    if (source.error && EdgeOf(*ref.region, need) == Edge::kLive) return source.error->ToValue();
  }
  return {};
}

Value Run::NodesValue(NodeRef ref, const std::vector<const Read*>& reads) {
  auto nodes = Value::EmptyObject();
  const auto add = [&](const RegionState& region, std::size_t index, std::string_view id, std::string_view field) {
    const auto& node = region.nodes[index];
    auto fields = nodes.Get(id);
    if (field.empty()) {
      for (const auto name : kNodeFields) fields.Set(name, NodeField(node, name));
    } else {
      fields.Set(field, NodeField(node, field));
    }
    nodes.Set(id, std::move(fields));
  };
  // Inner regions first: ids are unique in a file, so that the order only decides how soon a node is found.
  std::vector<RegionState*> chain;
  for (std::size_t depth = 0; depth <= ref.region->address.size(); ++depth) {
    const auto end = ref.region->address.end() - static_cast<std::ptrdiff_t>(depth);
    if (auto* region = Find(RegionAddress(ref.region->address.begin(), end))) chain.push_back(region);
  }
  for (const auto* read : reads) {
    if (read->name != Name::kNodes) continue;
    for (const auto* region : chain) {
      if (read->path.empty()) {
        for (std::size_t i = 0; i < region->nodes.size(); ++i) add(*region, i, region->definition->nodes[i].id, "");
        continue;
      }
      const auto found = region->definition->index.find(read->path.front());
      if (found == region->definition->index.end()) continue;
      add(*region, found->second, found->first, read->path.size() > 1 ? std::string_view(read->path[1]) : "");
      break;
    }
  }
  return nodes;
}

Value Run::RunValue() const {
  const auto& workflow = *state_.workflow;
  return Value::Object({{"id", Value(state_.instance_id)},
                        {"workflow", Value(workflow.name)},
                        {"revision", Value(state_.start.revision)},
                        {"namespace", Value(workflow.ns)},
                        {"startedAt", Value(FormatTimestamp(state_.started_at))}});
}

expr::Scope Run::ScopeOf(const expr::Template& expression, NodeRef ref, const Value& dot) {
  expr::Scope scope;
  scope.dot = dot;
  scope.now = state_.now;
  std::vector<const Read*> reads;
  expression.CollectReads(reads);
  const auto uses = [&](Name name) {
    return std::ranges::any_of(reads, [&](const Read* r) { return r->name == name; });
  };
  if (reads.empty()) return scope;
  if (uses(Name::kInput)) scope.input = state_.input;
  if (uses(Name::kVars)) scope.vars = state_.workflow->vars;
  if (uses(Name::kRun)) scope.run = RunValue();
  if (uses(Name::kTrigger)) {
    const auto& trigger = state_.start.trigger;
    scope.trigger = Value::Object({{"kind", Value(trigger.kind)},
                                   {"id", trigger.id.empty() ? Value() : Value(trigger.id)},
                                   {"payload", trigger.payload}});
  }
  if (ref.region == nullptr) return scope;
  if (uses(Name::kNodes)) scope.nodes = NodesValue(ref, reads);
  if (uses(Name::kError) && ref.node < ref.region->nodes.size()) scope.error = ErrorSeenBy(ref);
  if (uses(Name::kItem)) {
    scope.item = ref.region->item;
    scope.aliases = ref.region->aliases;
  }
  if (uses(Name::kIndex)) scope.index = ref.region->index;
  if (uses(Name::kPrevious)) scope.previous = ref.region->previous;
  return scope;
}

Result<Value> Run::Evaluate(const expr::Template& expression, NodeRef ref, const Value& dot) {
  if (const auto* literal = expression.AsLiteral()) return *literal;
  return expression.Evaluate(ScopeOf(expression, ref, dot));
}

Result<expr::Evaluated> Run::EvaluateArguments(const expr::Template& arguments, NodeRef ref, const Value& dot) {
  if (const auto* literal = arguments.AsLiteral()) return expr::Evaluated{*literal, {}};
  return arguments.EvaluateWithSecrets(ScopeOf(arguments, ref, dot));
}

}  // namespace weft::machine
