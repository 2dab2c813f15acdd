#include "progress/fold.h"

#include <algorithm>
#include <utility>

#include "progress/match.h"

namespace weft::progress {
namespace {

namespace enums = api::enums::v1;
using machine::Numbering;

// Core's order of the jobs of one activation.
constexpr int kRankStart = 0;
constexpr int kRankSeed = 2;
constexpr int kRankSignal = 3;
constexpr int kRankOther = 4;

std::string Where(const api::history::v1::HistoryEvent& event) {
  return "event " + std::to_string(event.event_id()) + ": ";
}

}  // namespace

Fold::Fold(Definitions& definitions, std::string workflow_id, FoldOptions options)
    : definitions_(definitions), workflow_id_(std::move(workflow_id)), options_(std::move(options)) {}

Result<void> Fold::Feed(const HistoryEvent& event) {
  last_event_id_ = event.event_id();
  last_event_time_ = FromProto(event.event_time());
  if (failure_) {
    FeedClosing(event);
    return {};
  }
  auto fed = FeedSound(event);
  if (!fed) {
    failure_ = fed.error();
    jobs_.clear();
  }
  return fed;
}

Result<void> Fold::FeedSound(const HistoryEvent& event) {
  if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED && task_started_) {
    WEFT_TRY_VOID(Cut());
    return {};
  }
  task_started_.reset();
  if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_TASK_STARTED) {
    task_started_ = event;
    return {};
  }
  FeedClosing(event);
  if (IsCommandEvent(event)) return FeedCommand(event);
  return FeedJob(event);
}

Result<void> Fold::FeedCommand(const HistoryEvent& event) {
  if (given_.empty()) {
    return Fail("replay", Where(event) + "the history has " + enums::EventType_Name(event.event_type()) +
                              ", now nothing would be done there");
  }
  auto given = std::move(given_.front());
  given_.pop_front();
  const auto difference = Difference(given.command, given.number, event, options_.strict);
  if (!difference.empty()) return Fail("replay", Where(event) + difference);
  if (given.number && machine::IsStart(given.command)) numbers_.emplace(event.event_id(), *given.number);
  return {};
}

void Fold::Resolve(std::int64_t event_id, Numbering::Sequence sequence,
                   const std::function<machine::Event(machine::Operation)>& make) {
  const auto number = numbers_.find(event_id);
  if (number == numbers_.end()) return;
  if (const auto operation = numbering_.Find(sequence, number->second)) jobs_.push_back({kRankOther, make(*operation)});
}

Result<void> Fold::FeedJob(const HistoryEvent& event) {
  using machine::ActivityFailed;
  using machine::ChildFailed;
  using machine::Operation;
  const auto activity_failed = [&](std::int64_t scheduled, machine::Failure failure) {
    Resolve(scheduled, Numbering::Sequence::kActivity,
            [&](Operation operation) { return ActivityFailed{operation, std::move(failure)}; });
  };
  const auto child_failed = [&](std::int64_t initiated, machine::Failure failure) {
    Resolve(initiated, Numbering::Sequence::kChild,
            [&](Operation operation) { return ChildFailed{operation, std::move(failure)}; });
  };
  switch (event.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: {
      const auto& started = event.workflow_execution_started_event_attributes();
      if (!started.workflow_id().empty()) workflow_id_ = started.workflow_id();
      now_ = last_event_time_;
      WEFT_TRY(auto first, MakeStarted(started.input().payloads(), workflow_id_, started.first_execution_run_id(),
                                       last_event_time_, started.search_attributes(), definitions_));
      jobs_.push_back({kRankStart, std::move(first)});
      return {};
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: {
      const auto& signal = event.workflow_execution_signaled_event_attributes();
      jobs_.push_back({kRankSignal, MakeSignal(signal.signal_name(), JsonOf(signal.input()))});
      return {};
    }
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
      jobs_.push_back(
          {kRankOther, machine::CancelRequested{event.workflow_execution_cancel_requested_event_attributes().cause()}});
      return {};
    case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED:
      // A reset puts a new random seed into the batch; everything before belongs to the run that was reset.
      if (event.workflow_task_failed_event_attributes().cause() == enums::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW) {
        jobs_.push_back({kRankSeed, machine::Ignored{}});
      }
      return {};
    case enums::EVENT_TYPE_TIMER_FIRED:
      Resolve(event.timer_fired_event_attributes().started_event_id(), Numbering::Sequence::kTimer,
              [](Operation operation) { return machine::TimerFired{operation}; });
      return {};
    case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED: {
      const auto& completed = event.activity_task_completed_event_attributes();
      Resolve(completed.scheduled_event_id(), Numbering::Sequence::kActivity,
              [&](Operation operation) { return machine::ActivityCompleted{operation, JsonOf(completed.result())}; });
      return {};
    }
    case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED: {
      const auto& failed = event.activity_task_failed_event_attributes();
      activity_failed(failed.scheduled_event_id(), NormalFailure(failed.failure(), Origin::kActivity));
      return {};
    }
    case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: {
      const auto& timed_out = event.activity_task_timed_out_event_attributes();
      activity_failed(timed_out.scheduled_event_id(), NormalFailure(timed_out.failure(), Origin::kActivity));
      return {};
    }
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      activity_failed(event.activity_task_canceled_event_attributes().scheduled_event_id(), Cancelled());
      return {};
    case enums::EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED: {
      const auto& failed = event.start_child_workflow_execution_failed_event_attributes();
      child_failed(
          failed.initiated_event_id(),
          NotStarted(failed.cause() == enums::START_CHILD_WORKFLOW_EXECUTION_FAILED_CAUSE_WORKFLOW_ALREADY_EXISTS));
      return {};
    }
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED: {
      const auto& started = event.child_workflow_execution_started_event_attributes();
      Resolve(started.initiated_event_id(), Numbering::Sequence::kChild, [&](Operation operation) {
        return machine::ChildStarted{operation, started.workflow_execution().run_id()};
      });
      return {};
    }
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED: {
      const auto& completed = event.child_workflow_execution_completed_event_attributes();
      Resolve(completed.initiated_event_id(), Numbering::Sequence::kChild,
              [&](Operation operation) { return machine::ChildCompleted{operation, JsonOf(completed.result())}; });
      return {};
    }
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED: {
      const auto& failed = event.child_workflow_execution_failed_event_attributes();
      child_failed(failed.initiated_event_id(), NormalFailure(failed.failure(), Origin::kChild));
      return {};
    }
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED:
      child_failed(event.child_workflow_execution_canceled_event_attributes().initiated_event_id(), Cancelled());
      return {};
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT:
      child_failed(event.child_workflow_execution_timed_out_event_attributes().initiated_event_id(), TimedOut());
      return {};
    case enums::EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED:
      child_failed(event.child_workflow_execution_terminated_event_attributes().initiated_event_id(), Terminated());
      return {};
    default: return {};
  }
}

void Fold::FeedClosing(const HistoryEvent& event) {
  using Kind = Closing::Kind;
  const auto close = [&](Kind kind, std::string reason = {}, std::string new_run_id = {}) {
    closing_ = Closing{kind, last_event_time_, std::move(reason), std::move(new_run_id)};
  };
  switch (event.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: return close(Kind::kCompleted);
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: return close(Kind::kFailed);
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: return close(Kind::kCancelled);
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: return close(Kind::kTimedOut);
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
      return close(Kind::kTerminated, event.workflow_execution_terminated_event_attributes().reason());
    case enums::EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
      return close(Kind::kContinued, {},
                   event.workflow_execution_continued_as_new_event_attributes().new_execution_run_id());
    default: return;
  }
}

machine::Batch Fold::BatchOf(Timestamp now) const {
  machine::Batch batch;
  batch.now = now;
  for (const int rank : {kRankStart, kRankSeed, kRankSignal, kRankOther}) {
    for (const auto& job : jobs_) {
      if (job.rank == rank) batch.events.push_back(job.event);
    }
  }
  return batch;
}

Result<void> Fold::Cut() {
  const auto& task = *task_started_;
  const auto& attributes = task.workflow_task_started_event_attributes();
  now_ = std::max(now_, FromProto(task.event_time()));
  if (!jobs_.empty()) {
    if (!given_.empty()) {
      return Fail("replay",
                  Where(task) + "the history has nothing where now it would: " + Describe(given_.front().command));
    }
    auto batch = BatchOf(now_);
    batch.history_length = task.event_id();
    batch.history_size = attributes.history_size_bytes();
    batch.continue_suggested = attributes.suggest_continue_as_new();
    jobs_.clear();
    const auto commands = machine_.Apply(batch);
    for (const auto& event : batch.events) numbering_.Forget(event);
    if (options_.on_batch) options_.on_batch(batch, commands);
    for (const auto& command : commands) given_.push_back({command, numbering_.Number(command)});
  }
  task_started_.reset();
  return {};
}

Result<void> Fold::CheckEnd() const {
  if (given_.empty()) return {};
  return Fail("replay", "the history ends where now it would go on: " + Describe(given_.front().command));
}

machine::Machine Fold::Ahead(machine::RegionObserver ends, machine::CompensationObserver compensations) const {
  auto copy = machine_;
  copy.ObserveEnds(std::move(ends));
  copy.ObserveCompensations(std::move(compensations));
  if (!jobs_.empty()) copy.Apply(BatchOf(std::max(now_, last_event_time_)));
  copy.ObserveEnds({});
  copy.ObserveCompensations({});
  return copy;
}

}  // namespace weft::progress
