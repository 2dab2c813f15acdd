#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "progress/fold.h"

namespace weft::progress {

/// From so many iterations on a foreach or loop is shown by counts, with at most so many of its iterations: those that
/// are active or failed.
inline constexpr std::size_t kMostIterations = 100;

/// An execution of an inner region that has ended. The machine forgets it; people want to look at it.
struct EndedRegion {
  machine::RegionState state;
  bool succeeded = false;
  bool omitted = false;  ///< inputs and outputs were too large to be kept
};

/// What a foreach, loop or group went through in its present attempt.
struct EndedRegions {
  std::string attempt;  ///< RegionState::operation_path up to the iteration: tells attempts apart
  std::uint32_t succeeded = 0;
  std::uint32_t failed = 0;  ///< or cancelled
  std::uint32_t total = 0;   ///< of a foreach; 0: not known beforehand
  std::map<std::uint32_t, EndedRegion> kept;
};
/// By the container's path.
using EndedByPath = std::map<std::string, EndedRegions, std::less<>>;

/// The path of the node whose attempt has that id: `each#2/7/ship#1` → `each/7/ship`; empty if it is no node's.
std::string PathOfOperation(std::string_view id);
int NumberOfOperation(std::string_view id);

/// One attempt of a node whose work is an activity, as the history tells it.
struct Attempt {
  int number = 0;
  Timestamp scheduled_at{}, started_at{}, ended_at{};  ///< the epoch: not (yet)
  std::string worker;                                  ///< who took it; known at its end
  std::string outcome;                                 ///< `completed`, `failed`, `timed_out`, `cancelled`; empty: none
  std::string code, message;                           ///< of a failure
};

/// A run's history through the fold, together with what the machine's state does not hold: iterations that ended,
/// attempts that were made, why the run's own task fails. Memory is bounded by the definition and kMostIterations.
/// Not thread-safe; not to be moved once events were fed.
class Track {
 public:
  /// Of the regions below `whole` (`each/7`) all is kept.
  Track(Definitions& definitions, std::string workflow_id, std::string whole = {}, FoldOptions options = {});
  Track(const Track&) = delete;
  Track& operator=(const Track&) = delete;

  Result<void> Feed(const api::history::v1::HistoryEvent& event);

  [[nodiscard]] const Fold& fold() const { return fold_; }
  [[nodiscard]] const EndedByPath& ended() const { return ended_; }
  [[nodiscard]] const std::string& whole() const { return whole_; }
  /// Of a node by its path, the latest ones, oldest first.
  [[nodiscard]] const std::vector<Attempt>& AttemptsOf(std::string_view path) const;

  /// The state with what no worker has taken yet, and the regions that ended in it; null when there is nothing.
  struct Ahead {
    machine::Machine machine;
    EndedByPath ended;
  };
  [[nodiscard]] std::unique_ptr<Ahead> LookAhead() const;

  /// Why the run's task failed or timed out last; empty once one was completed.
  [[nodiscard]] const std::string& task_failure() const { return task_failure_; }
  /// A workflow task waits for a worker, or is with one.
  [[nodiscard]] bool task_pending() const { return task_pending_; }
  /// Of the run that this one continues, if it does.
  [[nodiscard]] const std::string& continued_from() const { return continued_from_; }
  [[nodiscard]] const std::string& first_run_id() const { return first_run_id_; }
  [[nodiscard]] const std::string& workflow_id() const { return workflow_id_; }
  [[nodiscard]] const std::string& workflow_type() const { return workflow_type_; }
  [[nodiscard]] Timestamp started_at() const { return started_at_; }  ///< the run itself

 private:
  void NoteEnd(EndedByPath& ended, const dsl::Node& definition, const machine::NodeState& container,
               const machine::RegionState& region, bool succeeded) const;
  void NoteActivity(const api::history::v1::HistoryEvent& event);
  void EndAttempt(std::int64_t scheduled, const api::history::v1::HistoryEvent& event, const char* outcome,
                  std::string code = {}, std::string message = {});
  void NoteTask(const api::history::v1::HistoryEvent& event);

  Fold fold_;
  std::string whole_;
  EndedByPath ended_;
  std::map<std::string, std::vector<Attempt>, std::less<>> attempts_;
  struct InFlight {
    std::string path;
    Attempt attempt;
  };
  std::map<std::int64_t, InFlight> in_flight_;  ///< by the event that scheduled it
  std::string task_failure_;
  bool task_pending_ = false;
  Timestamp started_at_{};
  std::string workflow_id_, workflow_type_, continued_from_, first_run_id_;
};

}  // namespace weft::progress
