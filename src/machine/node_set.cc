#include "machine/node_activity.h"

namespace weft::machine {

void StartSet(Run& run, NodeRef ref) {
  auto value = run.Evaluate(std::get<dsl::Set>(ref.definition().body).value, ref, ref.state().input);
  if (!value) return run.FailAttempt(ref, value.error());
  run.Succeed(ref, *std::move(value));
}

}  // namespace weft::machine
