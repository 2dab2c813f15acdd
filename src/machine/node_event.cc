#include <algorithm>

#include "machine/node_wait.h"

namespace weft::machine {
namespace {

using expr::Value;

/// Who takes events here: a node takes an event once, in whatever iteration of a loop or attempt it is, while the
/// iterations of a foreach are nodes of their own.
std::string TakerOf(Run& run, NodeRef ref) {
  std::string taker;
  const auto* region = &run.state().root;
  for (const auto& [node, key] : ref.region->address) {
    const auto& definition = region->definition->nodes[node];
    taker += definition.id + '/';
    if (definition.kind == dsl::Kind::kForeach) taker += std::to_string(key) + '/';
    region = &*region->nodes[node].children.at(key);
  }
  return taker + ref.definition().id;
}

/// What `match` reads besides the event, for the server that tests it before it sends a signal.
Value NamesOf(const expr::Template& match, const expr::Scope& names) {
  std::vector<const expr::Read*> reads;
  match.CollectReads(reads);
  auto values = Value::EmptyObject();
  for (const auto* read : reads) {
    switch (read->name) {
      case expr::Name::kInput: values.Set("input", names.input); break;
      case expr::Name::kNodes: values.Set("nodes", names.nodes); break;
      case expr::Name::kTrigger: values.Set("trigger", names.trigger); break;
      case expr::Name::kVars: values.Set("vars", names.vars); break;
      case expr::Name::kIndex: values.Set("index", names.index); break;
      case expr::Name::kPrevious: values.Set("previous", names.previous); break;
      case expr::Name::kError: values.Set("error", names.error); break;
      case expr::Name::kRun: values.Set("run", names.run); break;
      case expr::Name::kItem:
        if (read->alias.empty()) {
          values.Set("item", names.item);
        } else if (const auto found =
                       std::ranges::find(names.aliases, read->alias, &std::pair<std::string, Value>::first);
                   found != names.aliases.end()) {
          values.Set(read->alias, found->second);
        }
        break;
      case expr::Name::kDot:
      case expr::Name::kSecrets: break;
    }
  }
  return values;
}

}  // namespace

Value EventSubscription(NodeRef ref) {
  const auto& definition = std::get<dsl::Event>(ref.definition().body);
  const auto& wait = **ref.state().wait;
  auto types = Value::EmptyArray();
  for (const auto& type : definition.types) types.Append(Value(type));
  auto subscription =
      Value::Object({{"kind", Value("event")}, {"types", std::move(types)}, {"taker", Value(wait.taker)}});
  if (wait.key) subscription.Set("key", Value(*wait.key));
  if (!definition.source.empty()) subscription.Set("source", Value(definition.source));
  if (const auto* match = definition.match.AsExpression()) {
    subscription.Set("match", Value(match->text()));
    subscription.Set("names", NamesOf(definition.match, wait.names));
  }
  return subscription;
}

void StartEvent(Run& run, NodeRef ref) {
  const auto& definition = std::get<dsl::Event>(ref.definition().body);
  auto& node = ref.state();
  Wait wait;
  wait.taker = TakerOf(run, ref);
  if (!definition.key.empty()) {
    const auto key = run.Evaluate(definition.key, ref, node.input);
    if (!key) return run.FailAttempt(ref, key.error());
    if (key->IsNull())
      return run.FailAttempt(ref,
                             Run::MakeError(ref, "expression", "`key` is null; events cannot be told apart by it"));
    wait.key = key->IsString() ? key->AsString() : key->Dump();
  }
  if (!definition.match.empty()) wait.names = run.ScopeOf(definition.match, ref, {});
  run.BeginWait(ref, std::move(wait));
  for (const auto& event : run.state().events) {
    run.Offer(ref, event);
    if (!node.wait) return;
  }
  run.Subscribe(ref);
}

}  // namespace weft::machine
