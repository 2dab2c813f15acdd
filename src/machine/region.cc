#include "machine/node_region.h"

#include <algorithm>

#include "contract/names.h"
#include "expr/size.h"

namespace weft::machine {

using expr::Value;

const dsl::Region* InnerRegionOf(const dsl::Node& definition) {
  if (const auto* foreach = std::get_if<dsl::Foreach>(&definition.body)) return foreach->region.get();
  if (const auto* loop = std::get_if<dsl::Loop>(&definition.body)) return loop->region.get();
  if (const auto* group = std::get_if<dsl::Group>(&definition.body)) return group->region.get();
  return nullptr;
}

// What an inner region sees and how its nodes are named follows from its container, also after it was carried over.
void Run::Furnish(NodeRef ref, std::uint32_t key, RegionState& child) {
  const auto& node = ref.state();
  const auto& outer = *ref.region;
  const auto& definition = ref.definition();
  const auto segment = definition.kind == dsl::Kind::kGroup ? std::string() : std::to_string(key) + '/';
  child.definition = InnerRegionOf(definition);
  child.address = outer.address;
  child.address.emplace_back(ref.node, key);
  child.path = ref.path() + '/' + segment;
  child.operation_path =
      (node.attempts > 1 ? OperationId(ref.operation_path(), node.attempts) : ref.operation_path()) + '/' + segment;
  child.dot = node.input;
  child.item = outer.item;
  child.index = outer.index;
  child.previous = outer.previous;
  child.aliases = outer.aliases;
  const auto& iterations = **node.iterations;
  if (definition.kind == dsl::Kind::kGroup) return;
  child.index = Value(static_cast<std::int64_t>(key));
  if (const auto* foreach = std::get_if<dsl::Foreach>(&definition.body)) {
    child.dot = child.item = iterations.list.At(key);
    child.aliases.emplace_back(foreach->as, child.item);
  } else {
    child.dot = iterations.last;
    child.previous = key == 0 ? Value() : iterations.last;
  }
}

void Run::EnterChild(NodeRef ref, std::uint32_t key) {
  budget_ -= kStepsPerNode;
  auto& child = *ref.state().children[key];
  Furnish(ref, key, child);
  EnterRegion(child);
}

void Run::DropRegion(NodeRef ref, std::uint32_t key) {
  auto& children = ref.state().children;
  for (const auto& node : children.at(key)->nodes) {
    --state_.counts[static_cast<std::size_t>(node.status)];
    state_.state_size -= node.output_size;
  }
  children.erase(key);
}

void Run::EndContainer(NodeRef ref, std::optional<NodeError> failure) {
  auto& node = ref.state();
  auto& iterations = **node.iterations;
  if (failure && !iterations.failure) iterations.failure = std::move(failure);
  if (!node.children.empty()) {
    for (auto& [key, child] : node.children) StopRegion(*child);
    return;
  }
  if (!iterations.failure) return SettleCancelled(ref);
  const auto error = *iterations.failure;
  const bool timed_out = iterations.timed_out;
  ReleaseIterations(ref);
  FailAttempt(ref, error, timed_out);
}

Result<Value> Run::EvaluateInLoop(const expr::Template& expression, NodeRef ref, const Value& dot,
                                  std::uint32_t index) {
  auto scope = ScopeOf(expression, ref, dot);
  scope.index = Value(static_cast<std::int64_t>(index));
  scope.previous = index == 0 ? Value() : dot;
  return expression.Evaluate(scope);
}

Result<void> Run::KeepList(NodeRef ref, const Value& list) {
  auto& iterations = **ref.state().iterations;
  const auto size = expr::SizeBound(list, contract::kMaxState);
  if (state_.state_size + size > contract::kMaxState)
    return Fail("too_large", "the list and the outputs of this run are larger than 1 MB together");
  state_.state_size += size;
  iterations.list_bytes = size;
  iterations.list = list;
  return {};
}

Result<void> Run::KeepIteration(NodeRef ref, const Value& output) {
  auto& iterations = **ref.state().iterations;
  const auto size = expr::SizeBound(output, contract::kMaxOutput) + 1;
  if (iterations.bytes + size > contract::kMaxOutput)
    return Fail("too_large", "the outputs of the iterations are larger than 256 KB together");
  if (state_.state_size + size > contract::kMaxState)
    return Fail("too_large", "the outputs of this run are larger than 1 MB together");
  iterations.bytes += size;
  state_.state_size += size;
  return {};
}

void Run::ForgetIterations(NodeRef ref) {
  auto& iterations = **ref.state().iterations;
  state_.state_size -= iterations.bytes;
  iterations.bytes = 0;
}

void Run::ReleaseIterations(NodeRef ref) {
  if (!ref.state().iterations) return;
  ForgetIterations(ref);
  state_.state_size -= (*ref.state().iterations)->list_bytes;
  ref.state().iterations.reset();
}

void IterationEnded(Run& run, NodeRef ref, std::uint32_t key, RegionEnd end) {
  switch (ref.definition().kind) {
    case dsl::Kind::kForeach: return ForeachIterationEnded(run, ref, key, std::move(end));
    case dsl::Kind::kLoop: return LoopIterationEnded(run, ref, std::move(end));
    default: return GroupEnded(run, ref, std::move(end));
  }
}

}  // namespace weft::machine
