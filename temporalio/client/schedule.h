#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "temporal/api/enums/v1/schedule.pb.h"
#include "temporal/api/schedule/v1/message.pb.h"
#include "temporalio/client/client.h"
#include "temporalio/client/start.h"
#include "temporalio/converter/time.h"

namespace temporalio {

using temporal::api::enums::v1::ScheduleOverlapPolicy;
using temporal::api::schedule::v1::Schedule;
using temporal::api::schedule::v1::ScheduleAction;

/// The action that starts a workflow. The workflow id gets the slot's time as a suffix; both id policies, the request
/// id and the start delay do not apply.
ScheduleAction StartWorkflowAction(StartOptions options);

struct CreateScheduleOptions {
  std::string schedule_id{};
  /// When (spec), what (action), with which overlap and catch-up (policies), and whether paused (state).
  Schedule schedule{};
  std::map<std::string, Payload> memo{};
  std::map<std::string, Payload> search_attributes{};
  /// Also act once right away.
  bool trigger_immediately = false;
};

struct ScheduleDescription {
  /// The spec comes back in the server's form: cron strings and calendars as structured calendars.
  Schedule schedule;
  /// Running workflows, recent and coming actions, counts.
  temporal::api::schedule::v1::ScheduleInfo info;
  std::map<std::string, Payload> memo;
  std::map<std::string, Payload> search_attributes;
  /// Names this version of the schedule, for Update.
  std::string conflict_token;
};

/// All times between the two at which the schedule would have acted.
struct BackfillRange {
  Time start;
  Time end;
  ScheduleOverlapPolicy overlap = temporal::api::enums::v1::SCHEDULE_OVERLAP_POLICY_UNSPECIFIED;
};

struct SchedulePage {
  std::vector<temporal::api::schedule::v1::ScheduleListEntry> schedules;
  /// For the next page; empty after the last.
  std::string next_page_token;
};

/// Schedules of the client's namespace. Threads, errors and copies as with Client.
class ScheduleClient {
 public:
  explicit ScheduleClient(Client client) : client_(std::move(client)) {}

  /// kAlreadyExists if there is a schedule of that id.
  Result<void> Create(CreateScheduleOptions options) const;
  Result<ScheduleDescription> Describe(std::string schedule_id, CallOptions call = {}) const;

  /// Replaces spec, action, policies and state; a `memo` replaces the whole memo, but servers before it could be
  /// changed (1.29 is one) ignore it: what must change with the schedule belongs in its action's memo. With the
  /// conflict token of a description, leaves the schedule alone if anything, a pause included, has changed since;
  /// without, overwrites. The server applies it a moment later and may not report a conflict (1.29 does not): a caller
  /// that must know describes the schedule again.
  Result<void> Update(std::string schedule_id, Schedule schedule, std::string conflict_token = {},
                      std::optional<std::map<std::string, Payload>> memo = std::nullopt) const;

  /// The note stands beside the state until the next one.
  Result<void> Pause(std::string schedule_id, std::string note) const;
  Result<void> Unpause(std::string schedule_id, std::string note) const;

  /// Acts now, paused or not. Unspecified: the schedule's own overlap policy. The time in the workflow id has seconds,
  /// so two calls within one second start one run.
  Result<void> Trigger(
      std::string schedule_id,
      ScheduleOverlapPolicy overlap = temporal::api::enums::v1::SCHEDULE_OVERLAP_POLICY_UNSPECIFIED) const;
  Result<void> Backfill(std::string schedule_id, std::vector<BackfillRange> ranges) const;

  /// Runs that it started go on.
  Result<void> Delete(std::string schedule_id) const;

  /// The index is written a moment after the change. A memo that cannot be decoded stays encoded.
  Result<SchedulePage> List(std::string query = {}, int page_size = 0, std::string page_token = {}) const;

 private:
  Result<void> Patch(std::string schedule_id, temporal::api::schedule::v1::SchedulePatch patch) const;

  Client client_;
};

}  // namespace temporalio
