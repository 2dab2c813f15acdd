#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "machine/machine.h"
#include "machine/numbering.h"
#include "progress/translate.h"
#include "temporal/api/history/v1/message.pb.h"

namespace weft::progress {

/// How a run was closed, by its closing event.
struct Closing {
  enum class Kind { kCompleted, kFailed, kTimedOut, kCancelled, kTerminated, kContinued };
  Kind kind = Kind::kCompleted;
  Timestamp at{};
  std::string reason;      ///< of a termination
  std::string new_run_id;  ///< of a continuation
};

struct FoldOptions {
  /// Also compares what the commands say (inputs, durations, results), not only which they are. For replays: a live
  /// view must survive a newer version that words an input differently.
  bool strict = false;
  /// Called after each batch with what the machine was given and what it gave.
  std::function<void(const machine::Batch&, const std::vector<machine::Command>&)> on_batch;
};

/// A run's history, event by event, through the interpreter: the state of every node, exactly as the run's worker had
/// it, without a worker. A batch ends at each workflow task that was completed; its jobs are in the order in which Core
/// delivers them. (The proof and the traps: docs/adr/0003-fold.md.)
///
/// Memory is that of the machine's state: events are not kept. Not thread-safe.
class Fold {
 public:
  Fold(Definitions& definitions, std::string workflow_id, FoldOptions options = {});

  /// The next event. Fails with code `replay` when the history holds something else than this version would have done,
  /// or with the code of a damaged start. After a failure the state stays as it was, and only the run's end is noted.
  Result<void> Feed(const api::history::v1::HistoryEvent& event);

  /// At the end of a closed history: fails when a command left no event.
  [[nodiscard]] Result<void> CheckEnd() const;

  /// After the last completed workflow task. Before the first one nothing is in there but defaults.
  [[nodiscard]] const machine::Machine& machine() const { return machine_; }
  [[nodiscard]] bool started() const { return machine_.state().workflow != nullptr; }

  /// Told of inner regions that end, before their state is dropped.
  void ObserveEnds(machine::RegionObserver observer) { machine_.ObserveEnds(std::move(observer)); }
  /// Told of compensations that are over.
  void ObserveCompensations(machine::CompensationObserver observer) {
    machine_.ObserveCompensations(std::move(observer));
  }

  /// What happened since, applied to a copy. The copy's commands were never given: what it started is not started.
  [[nodiscard]] machine::Machine Ahead(machine::RegionObserver ends = {},
                                       machine::CompensationObserver compensations = {}) const;
  [[nodiscard]] bool HasNews() const { return !jobs_.empty(); }

  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] const std::optional<Closing>& closing() const { return closing_; }
  [[nodiscard]] std::int64_t last_event_id() const { return last_event_id_; }
  [[nodiscard]] Timestamp last_event_time() const { return last_event_time_; }

 private:
  using HistoryEvent = api::history::v1::HistoryEvent;
  struct Given {
    machine::Command command;
    std::optional<std::uint32_t> number;
  };
  struct Job {
    int rank = 0;
    machine::Event event;
  };

  Result<void> FeedSound(const HistoryEvent& event);
  Result<void> FeedCommand(const HistoryEvent& event);
  Result<void> FeedJob(const HistoryEvent& event);
  void FeedClosing(const HistoryEvent& event);
  Result<void> Cut();
  void Resolve(std::int64_t event_id, machine::Numbering::Sequence sequence,
               const std::function<machine::Event(machine::Operation)>& make);
  [[nodiscard]] machine::Batch BatchOf(Timestamp now) const;

  Definitions& definitions_;
  std::string workflow_id_;
  FoldOptions options_;
  machine::Machine machine_;
  machine::Numbering numbering_;
  std::deque<Given> given_;                        ///< commands whose events have not been seen
  std::map<std::int64_t, std::uint32_t> numbers_;  ///< of operations in flight, by the event that started them
  std::vector<Job> jobs_;                          ///< since the last completed workflow task
  std::optional<HistoryEvent> task_started_;       ///< if it is the latest event
  Timestamp now_{};
  std::optional<Closing> closing_;
  std::optional<Error> failure_;
  std::int64_t last_event_id_ = 0;
  Timestamp last_event_time_{};
};

}  // namespace weft::progress
