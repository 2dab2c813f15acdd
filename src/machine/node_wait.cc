#include "machine/node_wait.h"

namespace weft::machine {

namespace {

/// A wait that shows in the list of instances.
constexpr Duration kLong{60'000};

/// When the wait is over.
Result<Timestamp> EndOf(Run& run, NodeRef ref) {
  const auto& wait = std::get<dsl::Wait>(ref.definition().body);
  const auto& input = ref.state().input;
  if (!wait.until.empty()) {
    WEFT_TRY(const auto until, run.Evaluate(wait.until, ref, input));
    return ParseTimestamp(until.StringView());
  }
  WEFT_TRY(const auto text, run.Evaluate(wait.duration, ref, input));
  const auto duration = ParseDuration(text.StringView());
  if (!duration) return Fail("validation", duration.error().message);
  return run.now() + *duration;
}

}  // namespace

void StartWait(Run& run, NodeRef ref) {
  const auto end = EndOf(run, ref);
  if (!end) return run.FailAttempt(ref, end.error());
  if (*end <= run.now()) return run.Succeed(ref, ref.state().input);
  if (*end - run.now() >= kLong) run.WriteMemo();
  run.WaitFor(ref, *end);
}

void WaitEnded(Run& run, NodeRef ref) {
  if (run.now() - ref.state().attempt_at >= kLong) run.WriteMemo();
  run.Succeed(ref, ref.state().input);
}

}  // namespace weft::machine
