#include <algorithm>

#include "machine/node_wait.h"

namespace weft::machine {
namespace {

using expr::Value;

/// Whether some node goes on from a rejection.
bool TakesRejection(NodeRef ref) {
  return std::ranges::any_of(ref.definition().dependents, [&](std::size_t dependent) {
    return std::ranges::any_of(ref.region->definition->nodes[dependent].needs, [&](const dsl::Need& need) {
      if (need.source != ref.node) return false;
      return need.port == dsl::Port::kDone || (need.port == dsl::Port::kCase && need.case_name == "rejected");
    });
  });
}

Result<Value> ApprovalSubscription(Run& run, NodeRef ref) {
  const auto& definition = std::get<dsl::Approval>(ref.definition().body);
  const auto& node = ref.state();
  auto subscription = Value::Object({{"kind", Value("approval")}, {"attempt", Value(node.attempts)}});
  for (const auto& [name, part] :
       {std::pair{"title", &definition.title}, std::pair{"assignees", &definition.assignees}}) {
    if (part->empty()) continue;
    WEFT_TRY(auto value, run.Evaluate(*part, ref, node.input));
    subscription.Set(name, std::move(value));
  }
  if (!definition.form.IsNull()) subscription.Set("form", definition.form);
  return subscription;
}

}  // namespace

Result<Value> SubscriptionOf(Run& run, NodeRef ref) {
  if (ref.definition().kind == dsl::Kind::kApproval) return ApprovalSubscription(run, ref);
  return EventSubscription(ref);
}

void StartApproval(Run& run, NodeRef ref) {
  run.BeginWait(ref, {});
  run.Subscribe(ref);
}

void Answer(Run& run, NodeRef ref, std::string_view decision, const Value& answer) {
  const auto result =
      Value::Object({{"decision", Value(decision)}, {"by", answer.Get("by")}, {"data", answer.Get("data")}});
  if (decision == "rejected" && !TakesRejection(ref)) {
    auto error = Run::MakeError(ref, "rejected", "rejected by a person");
    error.data = result;
    return run.FailAttempt(ref, std::move(error));
  }
  ref.state().chosen_case = decision;
  run.Succeed(ref, result);
}

}  // namespace weft::machine
