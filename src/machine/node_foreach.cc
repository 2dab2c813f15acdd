#include "machine/node_region.h"

namespace weft::machine {
namespace {

using expr::Value;

constexpr std::size_t kMaxItems = 10'000;

void StartIterations(Run& run, NodeRef ref) {
  auto& node = ref.state();
  auto& iterations = **node.iterations;
  const auto concurrency = static_cast<std::size_t>(std::get<dsl::Foreach>(ref.definition().body).concurrency);
  while (iterations.next < iterations.outputs.size() && node.children.size() < concurrency) {
    run.EnterChild(ref, iterations.next++);
  }
}

}  // namespace

void StartForeach(Run& run, NodeRef ref) {
  auto& node = ref.state();
  const auto list = run.Evaluate(std::get<dsl::Foreach>(ref.definition().body).list, ref, node.input);
  if (!list) return run.FailAttempt(ref, list.error());
  if (!list->IsArray()) return run.FailAttempt(ref, Run::MakeError(ref, "validation", "`foreach` needs a list"));
  if (list->size() > kMaxItems)
    return run.FailAttempt(ref, Run::MakeError(ref, "too_large", "`foreach` takes at most 10,000 items"));
  if (list->size() == 0) return run.Succeed(ref, Value::EmptyArray());
  node.iterations.emplace();
  if (const auto kept = run.KeepList(ref, *list); !kept) {
    return run.EndContainer(ref, Run::MakeError(ref, kept.error().code, kept.error().message));
  }
  (*node.iterations)->outputs.resize(list->size());
  StartIterations(run, ref);
}

void ForeachIterationEnded(Run& run, NodeRef ref, std::uint32_t key, RegionEnd end) {
  auto& node = ref.state();
  auto& iterations = **node.iterations;
  ++(end.failure || end.cancelled ? iterations.failed : iterations.succeeded);
  if (iterations.failure || node.cancel_requested) return run.EndContainer(ref);
  const bool goes_on = std::get<dsl::Foreach>(ref.definition().body).continue_on_item_error;
  if (!end.failure) {
    if (const auto kept = run.KeepIteration(ref, end.output); !kept) {
      end.failure = Run::MakeError(ref, kept.error().code, kept.error().message);
      end.failure->node += '/' + std::to_string(key);
      --iterations.succeeded;
      ++iterations.failed;
    }
  }
  if (end.failure) {
    if (!goes_on) return run.EndContainer(ref, std::move(end.failure));
    end.output = Value::Object({{"error", end.failure->ToValue()}});
    if (const auto kept = run.KeepIteration(ref, end.output); !kept) {
      return run.EndContainer(ref, Run::MakeError(ref, kept.error().code, kept.error().message));
    }
  }
  iterations.outputs[key] = std::move(end.output);
  StartIterations(run, ref);
  if (!node.children.empty()) return;
  auto outputs = Value::Array(std::move(iterations.outputs));
  run.ReleaseIterations(ref);
  run.Succeed(ref, std::move(outputs));
}

}  // namespace weft::machine
