#include "machine/node_region.h"

namespace weft::machine {

void StartGroup(Run& run, NodeRef ref) {
  auto& node = ref.state();
  node.iterations.emplace();
  run.EnterChild(ref, static_cast<std::uint32_t>(node.attempts));
}

void GroupEnded(Run& run, NodeRef ref, RegionEnd end) {
  const auto& iterations = **ref.state().iterations;
  if (end.failure || end.cancelled || iterations.failure) return run.EndContainer(ref, std::move(end.failure));
  run.ReleaseIterations(ref);
  run.Succeed(ref, std::move(end.output));
}

}  // namespace weft::machine
