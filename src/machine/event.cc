#include "machine/event.h"

namespace weft::machine {

FailureReason ReasonOf(const Failure& failure) {
  switch (failure.kind) {
    case Failure::Kind::kFailed:
    case Failure::Kind::kNotStarted: break;
    case Failure::Kind::kTimeout:
    case Failure::Kind::kDeadline: return {"timeout", "the attempt did not end within its `timeout`"};
    case Failure::Kind::kWorkerLost: return {"worker_lost", "the worker that ran this attempt was lost"};
    case Failure::Kind::kCancelled: return {"cancelled", "cancelled before it was finished"};
    case Failure::Kind::kTerminated: return {"terminated", "terminated before it was finished"};
  }
  return {failure.code.empty() ? "internal" : failure.code, failure.message};
}

}  // namespace weft::machine
