#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "temporal/api/history/v1/message.pb.h"
#include "temporalio/bridge/runtime.h"
#include "temporalio/error.h"
#include "temporalio/worker/workflow.h"

namespace temporalio {

namespace internal {
class CoreReplayer;
}

/// What a replay found. Neither: the code gives what the history holds.
struct ReplayResult {
  /// The code no longer gives what the history holds: Core's words, which name the event.
  std::optional<std::string> nondeterminism;
  /// The replay did not get that far: a workflow task failed, or the history cannot be replayed.
  std::optional<std::string> failure;

  bool ok() const { return !nondeterminism && !failure; }
};

/// Called with each activation before its Workflow, evictions excepted.
using ReplayObserver = std::function<void(const coresdk::workflow_activation::WorkflowActivation&)>;

/// Replays recorded histories, one after the other, without a server. For one thread at a time.
class Replayer {
 public:
  static Result<std::unique_ptr<Replayer>> Create(std::shared_ptr<Runtime> runtime, WorkflowFactory workflows);
  ~Replayer();
  Replayer(const Replayer&) = delete;
  Replayer& operator=(const Replayer&) = delete;

  /// `history` holds all events of one run, from its start. Fails only if Core itself does.
  Result<ReplayResult> Replay(const std::string& workflow_id, const temporal::api::history::v1::History& history,
                              const ReplayObserver& observer = {});

 private:
  Replayer(std::unique_ptr<internal::CoreReplayer> core, WorkflowFactory workflows);

  std::unique_ptr<internal::CoreReplayer> core_;
  WorkflowFactory workflows_;
};

}  // namespace temporalio
