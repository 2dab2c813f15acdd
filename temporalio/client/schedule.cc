#include "temporalio/client/schedule.h"

#include <utility>

#include "temporalio/client/fill.h"

namespace temporalio {

using namespace temporal::api::workflowservice::v1;
using temporal::api::schedule::v1::SchedulePatch;

ScheduleAction StartWorkflowAction(StartOptions options) {
  ScheduleAction action;
  internal::FillStart(std::move(options), action.mutable_start_workflow());
  // The server refuses any policy in a schedule.
  action.mutable_start_workflow()->clear_workflow_id_reuse_policy();
  return action;
}

Result<void> ScheduleClient::Create(CreateScheduleOptions options) const {
  auto request = client_.NewRequest<CreateScheduleRequest>();
  request.set_schedule_id(std::move(options.schedule_id));
  *request.mutable_schedule() = std::move(options.schedule);
  if (!options.memo.empty()) internal::MoveInto(std::move(options.memo), request.mutable_memo()->mutable_fields());
  if (!options.search_attributes.empty()) {
    internal::MoveInto(std::move(options.search_attributes),
                       request.mutable_search_attributes()->mutable_indexed_fields());
  }
  if (options.trigger_immediately) request.mutable_initial_patch()->mutable_trigger_immediately();
  request.set_request_id(internal::RandomRequestId());
  auto response = client_.Call<CreateScheduleResponse>("CreateSchedule", std::move(request));
  if (!response) return std::unexpected(response.error());
  return {};
}

Result<ScheduleDescription> ScheduleClient::Describe(std::string schedule_id, CallOptions call) const {
  auto request = client_.NewRequest<DescribeScheduleRequest>();
  request.set_schedule_id(std::move(schedule_id));
  auto response = client_.Call<DescribeScheduleResponse>("DescribeSchedule", std::move(request), std::move(call));
  if (!response) return std::unexpected(response.error());
  const auto& attributes = response->search_attributes().indexed_fields();
  return ScheduleDescription{std::move(*response->mutable_schedule()),
                             std::move(*response->mutable_info()),
                             {response->memo().fields().begin(), response->memo().fields().end()},
                             {attributes.begin(), attributes.end()},
                             response->conflict_token()};
}

Result<void> ScheduleClient::Update(std::string schedule_id, Schedule schedule, std::string conflict_token,
                                    std::optional<std::map<std::string, Payload>> memo) const {
  auto request = client_.NewRequest<UpdateScheduleRequest>();
  request.set_schedule_id(std::move(schedule_id));
  *request.mutable_schedule() = std::move(schedule);
  request.set_conflict_token(std::move(conflict_token));
  if (memo) internal::MoveInto(std::move(*memo), request.mutable_memo()->mutable_fields());
  request.set_request_id(internal::RandomRequestId());
  auto response = client_.Call<UpdateScheduleResponse>("UpdateSchedule", std::move(request));
  if (!response) return std::unexpected(response.error());
  return {};
}

Result<void> ScheduleClient::Patch(std::string schedule_id, SchedulePatch patch) const {
  auto request = client_.NewRequest<PatchScheduleRequest>();
  request.set_schedule_id(std::move(schedule_id));
  *request.mutable_patch() = std::move(patch);
  request.set_request_id(internal::RandomRequestId());
  auto response = client_.Call<PatchScheduleResponse>("PatchSchedule", std::move(request));
  if (!response) return std::unexpected(response.error());
  return {};
}

Result<void> ScheduleClient::Pause(std::string schedule_id, std::string note) const {
  SchedulePatch patch;
  // To the server an empty note is no pause at all.
  patch.set_pause(note.empty() ? "Paused" : std::move(note));
  return Patch(std::move(schedule_id), std::move(patch));
}

Result<void> ScheduleClient::Unpause(std::string schedule_id, std::string note) const {
  SchedulePatch patch;
  patch.set_unpause(note.empty() ? "Unpaused" : std::move(note));
  return Patch(std::move(schedule_id), std::move(patch));
}

Result<void> ScheduleClient::Trigger(std::string schedule_id, ScheduleOverlapPolicy overlap) const {
  SchedulePatch patch;
  patch.mutable_trigger_immediately()->set_overlap_policy(overlap);
  return Patch(std::move(schedule_id), std::move(patch));
}

Result<void> ScheduleClient::Backfill(std::string schedule_id, std::vector<BackfillRange> ranges) const {
  SchedulePatch patch;
  for (const BackfillRange& range : ranges) {
    auto* request = patch.add_backfill_request();
    *request->mutable_start_time() = ToTimestamp(range.start);
    *request->mutable_end_time() = ToTimestamp(range.end);
    request->set_overlap_policy(range.overlap);
  }
  return Patch(std::move(schedule_id), std::move(patch));
}

Result<void> ScheduleClient::Delete(std::string schedule_id) const {
  auto request = client_.NewRequest<DeleteScheduleRequest>();
  request.set_schedule_id(std::move(schedule_id));
  auto response = client_.Call<DeleteScheduleResponse>("DeleteSchedule", std::move(request));
  if (!response) return std::unexpected(response.error());
  return {};
}

Result<SchedulePage> ScheduleClient::List(std::string query, int page_size, std::string page_token) const {
  auto request = client_.NewRequest<ListSchedulesRequest>();
  request.set_query(std::move(query));
  request.set_maximum_page_size(page_size);
  request.set_next_page_token(std::move(page_token));
  auto response = client_.Call<ListSchedulesResponse>("ListSchedules", std::move(request), {}, Undecodable::kKeep);
  if (!response) return std::unexpected(response.error());
  auto& entries = *response->mutable_schedules();
  return SchedulePage{{std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end())},
                      response->next_page_token()};
}

}  // namespace temporalio
