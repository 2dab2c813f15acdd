#include "machine/node_region.h"

namespace weft::machine {
namespace {

using expr::Value;

const dsl::Loop& LoopOf(NodeRef ref) { return std::get<dsl::Loop>(ref.definition().body); }

void EnterIteration(Run& run, NodeRef ref) { run.EnterChild(ref, (*ref.state().iterations)->next++); }

void SucceedWithLast(Run& run, NodeRef ref) {
  auto last = (*ref.state().iterations)->last;
  run.ReleaseIterations(ref);
  run.Succeed(ref, std::move(last));
}

void GoOn(Run& run, NodeRef ref) {
  auto& node = ref.state();
  auto& iterations = **node.iterations;
  const auto& loop = LoopOf(ref);
  if (!loop.while_condition.empty()) {
    const auto again = run.EvaluateInLoop(loop.while_condition, ref, iterations.last, iterations.next);
    if (!again) return run.EndContainer(ref, Run::MakeError(ref, again.error().code, again.error().message));
    if (!again->Truthy()) return SucceedWithLast(run, ref);
  }
  if (iterations.next >= static_cast<std::uint32_t>(loop.max)) {
    return run.EndContainer(ref, Run::MakeError(ref, "loop.max",
                                                "the loop has run its `max` of " + std::to_string(loop.max) +
                                                    " iterations and wants to go on"));
  }
  if (iterations.next == 0 || loop.delay <= Duration(0)) return EnterIteration(run, ref);
  run.WaitFor(ref, run.now() + loop.delay);
}

}  // namespace

void StartLoop(Run& run, NodeRef ref) {
  auto& node = ref.state();
  node.iterations.emplace();
  (*node.iterations)->last = node.input;
  GoOn(run, ref);
}

void LoopIterationEnded(Run& run, NodeRef ref, RegionEnd end) {
  auto& node = ref.state();
  auto& iterations = **node.iterations;
  ++(end.failure || end.cancelled ? iterations.failed : iterations.succeeded);
  if (end.failure || end.cancelled || iterations.failure || node.cancel_requested) {
    return run.EndContainer(ref, std::move(end.failure));
  }
  run.ForgetIterations(ref);
  if (const auto kept = run.KeepIteration(ref, end.output); !kept) {
    return run.EndContainer(ref, Run::MakeError(ref, kept.error().code, kept.error().message));
  }
  iterations.last = std::move(end.output);
  const auto& until = LoopOf(ref).until_condition;
  if (!until.empty()) {
    const auto done = run.EvaluateInLoop(until, ref, iterations.last, iterations.next - 1);
    if (!done) return run.EndContainer(ref, Run::MakeError(ref, done.error().code, done.error().message));
    if (done->Truthy()) return SucceedWithLast(run, ref);
  }
  GoOn(run, ref);
}

void LoopDelayEnded(Run& run, NodeRef ref) { EnterIteration(run, ref); }

}  // namespace weft::machine
