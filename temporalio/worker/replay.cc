#include "temporalio/worker/replay.h"

#include <utility>

#include "temporalio/bridge/core_worker.h"
#include "temporalio/worker/in_flight.h"
#include "temporalio/worker/workflow_cache.h"

namespace temporalio {
namespace {

using coresdk::workflow_activation::RemoveFromCache;

void Note(const RemoveFromCache& eviction, ReplayResult& result) {
  switch (eviction.reason()) {
    case RemoveFromCache::NONDETERMINISM: result.nondeterminism = eviction.message(); break;
    // Core's way to end a replay.
    case RemoveFromCache::LANG_REQUESTED:
    case RemoveFromCache::WORKFLOW_EXECUTION_ENDING: break;
    default:
      if (!result.failure) result.failure = eviction.message();
  }
}

}  // namespace

Result<ReplayResult> Replay(const std::shared_ptr<Runtime>& runtime, const std::string& workflow_id,
                            const temporal::api::history::v1::History& history, const WorkflowFactory& workflows,
                            const ReplayObserver& observer) {
  auto core = internal::ReplayWorker(runtime, workflow_id, history);
  if (!core) return std::unexpected(std::move(core).error());
  internal::InFlight in_flight;
  internal::WorkflowCache cache(workflows);
  ReplayResult result;
  for (;;) {
    auto polled = (*core)->PollWorkflow();
    if (!polled) return std::unexpected(std::move(polled).error());
    if (!*polled) break;
    const auto& activation = **polled;
    const RemoveFromCache* eviction = internal::EvictionOf(activation);
    if (eviction) {
      Note(*eviction, result);
    } else if (observer) {
      observer(activation);
    }
    const auto completion = cache.Handle(activation);
    if (completion.has_failed() && !result.failure) result.failure = completion.failed().failure().message();
    (*core)->CompleteWorkflow(completion, in_flight.Begin());
    if (eviction) (*core)->InitiateShutdown();
  }
  in_flight.Wait();
  if (auto finalized = (*core)->FinalizeShutdown(); !finalized) return std::unexpected(std::move(finalized).error());
  return result;
}

}  // namespace temporalio
