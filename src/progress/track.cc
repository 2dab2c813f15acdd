#include "progress/track.h"

#include <algorithm>
#include <utility>

#include "contract/names.h"
#include "expr/size.h"

namespace weft::progress {
namespace {

namespace enums = api::enums::v1;
using HistoryEvent = api::history::v1::HistoryEvent;

constexpr std::size_t kMostAttempts = 20;
/// Of inputs and outputs of one ended region; beyond it they are left out until somebody asks for that region.
constexpr std::size_t kMostBytes = std::size_t{64} * 1024;

/// What follows the container's own part in the paths of a region: `7/`; nothing in a group.
std::string SegmentOf(const dsl::Node& container, const machine::RegionState& region) {
  return container.kind == dsl::Kind::kGroup ? std::string() : std::to_string(region.address.back().second) + '/';
}

bool IsBelow(std::string_view path, std::string_view whole) {
  return !whole.empty() && path.starts_with(whole) && (path.size() == whole.size() || path[whole.size()] == '/');
}

std::size_t BytesOf(const machine::RegionState& region) {
  std::size_t bytes = 0;
  for (const auto& node : region.nodes) {
    bytes += expr::SizeBound(node.input, kMostBytes) + expr::SizeBound(node.output, kMostBytes);
  }
  return bytes;
}

template <class Map>
void EraseBelow(Map& map, const std::string& prefix) {
  auto first = map.lower_bound(prefix);
  auto last = first;
  while (last != map.end() && last->first.starts_with(prefix)) ++last;
  map.erase(first, last);
}

/// What was undone after its region had ended.
void NoteCompensation(EndedByPath& ended, const machine::Compensation& paid,
                      const std::optional<machine::NodeError>& error) {
  for (auto& [container, regions] : ended) {
    for (auto& [key, one] : regions.kept) {
      auto& region = one.state;
      if (region.address != paid.region || region.entered >= paid.completion) continue;
      auto& node = region.nodes[paid.node];
      if (error) {
        node.error = error;
      } else {
        node.status = machine::NodeStatus::kCompensated;
      }
    }
  }
}

}  // namespace

std::string PathOfOperation(std::string_view id) {
  const auto end = id.rfind('#');
  if (end == std::string_view::npos || id.substr(end).contains(':')) return {};
  std::string path;
  bool skip = false;
  for (const char c : id.substr(0, end)) {
    if (c == '#') skip = true;
    if (c == '/') skip = false;
    if (!skip) path += c;
  }
  return path;
}

int NumberOfOperation(std::string_view id) {
  int number = 0;
  for (const char c : id.substr(id.rfind('#') + 1)) number = number * 10 + (c - '0');
  return number;
}

Track::Track(Definitions& definitions, std::string workflow_id, std::string whole, FoldOptions options)
    : fold_(definitions, std::move(workflow_id), std::move(options)), whole_(std::move(whole)) {
  fold_.ObserveEnds([this](const dsl::Node& definition, const machine::NodeState& container,
                           const machine::RegionState& region, bool succeeded) {
    NoteEnd(ended_, definition, container, region, succeeded);
    const auto container_path = region.path.substr(0, region.path.size() - SegmentOf(definition, region).size() - 1);
    if (!ended_.at(container_path).kept.contains(region.address.back().second)) EraseBelow(attempts_, region.path);
  });
  fold_.ObserveCompensations([this](const auto& paid, const auto& error) { NoteCompensation(ended_, paid, error); });
}

void Track::NoteEnd(EndedByPath& ended, const dsl::Node& definition, const machine::NodeState& container,
                    const machine::RegionState& region, bool succeeded) const {
  const auto segment = SegmentOf(definition, region).size();
  auto& regions = ended[region.path.substr(0, region.path.size() - segment - 1)];
  const auto attempt = region.operation_path.substr(0, region.operation_path.size() - segment);
  if (regions.attempt != attempt) {
    regions = {};
    regions.attempt = attempt;
  }
  const auto& iterations = **container.iterations;
  regions.succeeded = iterations.succeeded + (succeeded ? 1 : 0);
  regions.failed = iterations.failed + (succeeded ? 0 : 1);
  regions.total = static_cast<std::uint32_t>(iterations.outputs.size());
  const auto seen = std::max<std::size_t>(regions.total, regions.succeeded + regions.failed);
  const auto is_wanted = [this](std::string_view path) {
    path.remove_suffix(1);
    return IsBelow(path, whole_) || IsBelow(whole_, path);
  };
  const bool wanted = is_wanted(region.path);
  if (seen > kMostIterations && !wanted) {
    std::erase_if(regions.kept,
                  [&](const auto& entry) { return entry.second.succeeded && !is_wanted(entry.second.state.path); });
    if (succeeded || regions.kept.size() >= kMostIterations) return EraseBelow(ended, region.path);
  }
  EndedRegion one{.state = region, .succeeded = succeeded, .omitted = false};
  if (!wanted && BytesOf(region) > kMostBytes) {
    one.omitted = true;
    for (auto& node : one.state.nodes) node.input = node.output = expr::Value();
  }
  regions.kept.insert_or_assign(region.address.back().second, std::move(one));
}

std::unique_ptr<Track::Ahead> Track::LookAhead() const {
  if (!fold_.HasNews()) return nullptr;
  auto ahead = std::make_unique<Ahead>();
  ahead->ended = ended_;
  ahead->machine = fold_.Ahead(
      [this, &ended = ahead->ended](const dsl::Node& definition, const machine::NodeState& container,
                                    const machine::RegionState& region,
                                    bool succeeded) { NoteEnd(ended, definition, container, region, succeeded); },
      [&ended = ahead->ended](const auto& paid, const auto& error) { NoteCompensation(ended, paid, error); });
  return ahead;
}

const std::vector<Attempt>& Track::AttemptsOf(std::string_view path) const {
  static const std::vector<Attempt> kNone;
  const auto found = attempts_.find(path);
  return found == attempts_.end() ? kNone : found->second;
}

Result<void> Track::Feed(const HistoryEvent& event) {
  if (event.event_type() == enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED) {
    const auto& started = event.workflow_execution_started_event_attributes();
    continued_from_ = started.continued_execution_run_id();
    first_run_id_ = started.first_execution_run_id();
    workflow_id_ = started.workflow_id();
    started_at_ = FromProto(event.event_time());
    workflow_type_ = started.workflow_type().name();
  }
  NoteTask(event);
  NoteActivity(event);
  return fold_.Feed(event);
}

void Track::NoteTask(const HistoryEvent& event) {
  switch (event.event_type()) {
    case enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED: task_pending_ = true; return;
    case enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
      task_pending_ = false;
      task_failure_.clear();
      return;
    case enums::EVENT_TYPE_WORKFLOW_TASK_FAILED: {
      task_pending_ = false;
      const auto& failed = event.workflow_task_failed_event_attributes();
      if (failed.cause() != enums::WORKFLOW_TASK_FAILED_CAUSE_RESET_WORKFLOW)
        task_failure_ = failed.failure().message();
      return;
    }
    case enums::EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
      task_pending_ = false;
      task_failure_ = "no worker ended the task in time";
      return;
    default: return;
  }
}

void Track::EndAttempt(std::int64_t scheduled, const HistoryEvent& event, const char* outcome, std::string code,
                       std::string message) {
  const auto found = in_flight_.find(scheduled);
  if (found == in_flight_.end()) return;
  auto& attempts = attempts_[found->second.path];
  auto& attempt = attempts.emplace_back(std::move(found->second.attempt));
  in_flight_.erase(found);
  attempt.ended_at = FromProto(event.event_time());
  attempt.outcome = outcome;
  attempt.code = std::move(code);
  attempt.message = std::move(message);
  if (attempts.size() > kMostAttempts) attempts.erase(attempts.begin());
}

void Track::NoteActivity(const HistoryEvent& event) {
  switch (event.event_type()) {
    case enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: {
      const auto& scheduled = event.activity_task_scheduled_event_attributes();
      const auto& type = scheduled.activity_type().name();
      if (type == contract::kSubscribeActivity || type == contract::kUnsubscribeActivity) return;
      auto path = PathOfOperation(scheduled.activity_id());
      if (path.empty()) return;
      auto& in_flight = in_flight_[event.event_id()];
      in_flight.path = std::move(path);
      in_flight.attempt.number = NumberOfOperation(scheduled.activity_id());
      in_flight.attempt.scheduled_at = FromProto(event.event_time());
      return;
    }
    case enums::EVENT_TYPE_ACTIVITY_TASK_STARTED: {
      const auto& started = event.activity_task_started_event_attributes();
      const auto found = in_flight_.find(started.scheduled_event_id());
      if (found == in_flight_.end()) return;
      found->second.attempt.started_at = FromProto(event.event_time());
      found->second.attempt.worker = started.identity();
      return;
    }
    case enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
      return EndAttempt(event.activity_task_completed_event_attributes().scheduled_event_id(), event, "completed");
    case enums::EVENT_TYPE_ACTIVITY_TASK_FAILED: {
      const auto& failed = event.activity_task_failed_event_attributes();
      auto failure = NormalFailure(failed.failure(), Origin::kActivity);
      return EndAttempt(failed.scheduled_event_id(), event, "failed", std::move(failure.code),
                        std::move(failure.message));
    }
    case enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: {
      const auto& timed_out = event.activity_task_timed_out_event_attributes();
      const bool lost =
          NormalFailure(timed_out.failure(), Origin::kActivity).kind == machine::Failure::Kind::kWorkerLost;
      return EndAttempt(timed_out.scheduled_event_id(), event, "timed_out", lost ? "worker_lost" : "timeout");
    }
    case enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED:
      return EndAttempt(event.activity_task_canceled_event_attributes().scheduled_event_id(), event, "cancelled");
    default: return;
  }
}

}  // namespace weft::progress
