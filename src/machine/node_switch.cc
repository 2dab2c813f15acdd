#include "machine/node_activity.h"

namespace weft::machine {

void StartSwitch(Run& run, NodeRef ref) {
  auto& node = ref.state();
  for (const auto& branch : std::get<dsl::Switch>(ref.definition().body).cases) {
    if (!branch.when.empty()) {
      const auto chosen = run.Evaluate(branch.when, ref, node.input);
      if (!chosen) return run.FailAttempt(ref, chosen.error());
      if (!chosen->Truthy()) continue;
    }
    node.chosen_case = branch.name;
    return run.Succeed(ref, node.input);
  }
  run.FailAttempt(
      ref, Run::MakeError(ref, "no_case", "no case matched and there is no default; add an entry without `when`"));
}

}  // namespace weft::machine
