#include "tests/progress/history_writer.h"

#include <algorithm>

#include "contract/ids.h"
#include "contract/names.h"
#include "contract/start.h"
#include "progress/translate.h"

namespace weft::testing {
namespace {

namespace enums = temporal::api::enums::v1;

constexpr std::string_view kId = "default.test.manual.1";

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

template <class Payloads>
void SetJson(Payloads* payloads, std::string_view json) {
  payloads->add_payloads()->set_data(std::string(json));
}

}  // namespace

HistoryWriter::HistoryWriter(std::shared_ptr<const dsl::Workflow> workflow, const expr::Value& input)
    : now_(std::chrono::sys_days(std::chrono::year(2026) / 1 / 2)) {
  auto& started =
      *Add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_STARTED).mutable_workflow_execution_started_event_attributes();
  started.set_workflow_id(std::string(kId));
  started.mutable_workflow_type()->set_name(contract::WorkflowType(workflow->ns, workflow->name));
  for (const auto& json : {contract::StartInput{}.ToJson(), workflow->normalised, input.Dump()}) {
    SetJson(started.mutable_input(), json);
  }
  start_.emplace_back(machine::Started{.workflow = std::move(workflow),
                                       .start = {},
                                       .input = input,
                                       .instance_id = std::string(kId),
                                       .started_at = now_,
                                       .scheduled_at = {}});
  NeedTask();
}

HistoryWriter::HistoryEvent& HistoryWriter::Add(enums::EventType type) {
  auto& event = events_.emplace_back();
  event.set_event_id(static_cast<std::int64_t>(events_.size()));
  event.set_event_type(type);
  const auto since = now_.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  event.mutable_event_time()->set_seconds(seconds.count());
  event.mutable_event_time()->set_nanos(static_cast<int>((since - seconds).count() * 1000));
  now_ += std::chrono::milliseconds(1);
  return event;
}

void HistoryWriter::NeedTask() {
  if (task_due_) return;
  task_due_ = true;
  Add(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
}

void HistoryWriter::RunTask() {
  if (!task_due_ || closed_) return;
  task_due_ = false;
  const auto& started = Add(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  machine::Batch batch{.now = progress::FromProto(started.event_time()),
                       .history_length = started.event_id(),
                       .history_size = 0,
                       .continue_suggested = false,
                       .events = std::move(start_)};
  std::ranges::move(signals_, std::back_inserter(batch.events));
  std::ranges::move(others_, std::back_inserter(batch.events));
  start_.clear();
  signals_.clear();
  others_.clear();
  Add(enums::EVENT_TYPE_WORKFLOW_TASK_COMPLETED);
  const auto commands = machine_.Apply(batch);
  for (const auto& event : batch.events) numbering_.Forget(event);
  for (const auto& command : commands) Write(command, numbering_.Number(command).value_or(0));
}

void HistoryWriter::FailTask() {
  if (!task_due_ || closed_) return;
  Add(enums::EVENT_TYPE_WORKFLOW_TASK_STARTED);
  Add(enums::EVENT_TYPE_WORKFLOW_TASK_FAILED)
      .mutable_workflow_task_failed_event_attributes()
      ->set_cause(enums::WORKFLOW_TASK_FAILED_CAUSE_WORKFLOW_WORKER_UNHANDLED_FAILURE);
  Add(enums::EVENT_TYPE_WORKFLOW_TASK_SCHEDULED);
}

void HistoryWriter::Write(const machine::Command& command, std::uint32_t number) {
  std::visit(Overloaded{
                 [&](const machine::StartTimer& c) {
                   auto& event = Add(enums::EVENT_TYPE_TIMER_STARTED);
                   event.mutable_timer_started_event_attributes()->set_timer_id(std::to_string(number));
                   event.mutable_timer_started_event_attributes()->mutable_start_to_fire_timeout()->set_seconds(
                       c.duration.count() / 1000);
                   event.mutable_timer_started_event_attributes()->mutable_start_to_fire_timeout()->set_nanos(
                       static_cast<int>(c.duration.count() % 1000 * 1'000'000));
                   timers_.emplace(c.operation, Timer{event.event_id(), c.operation, now_ + c.duration});
                 },
                 [&](const machine::CancelTimer& c) {
                   timers_.erase(c.operation);
                   Add(enums::EVENT_TYPE_TIMER_CANCELED)
                       .mutable_timer_canceled_event_attributes()
                       ->set_timer_id(std::to_string(number));
                 },
                 [&](const machine::ScheduleActivity& c) {
                   auto& event = Add(enums::EVENT_TYPE_ACTIVITY_TASK_SCHEDULED);
                   auto& attributes = *event.mutable_activity_task_scheduled_event_attributes();
                   attributes.set_activity_id(c.id);
                   attributes.mutable_activity_type()->set_name(c.type);
                   attributes.mutable_task_queue()->set_name(c.queue);
                   SetJson(attributes.mutable_input(), c.input);
                   attributes.mutable_start_to_close_timeout()->set_seconds(c.start_to_close.count() / 1000);
                   attributes.mutable_start_to_close_timeout()->set_nanos(
                       static_cast<int>(c.start_to_close.count() % 1000 * 1'000'000));
                   activities_.emplace(c.id, Activity{event.event_id(), c.operation, false});
                 },
                 [&](const machine::CancelActivity& c) {
                   Add(enums::EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED);
                   for (auto& [id, activity] : activities_) {
                     if (activity.operation == c.operation) activity.cancel_requested = true;
                   }
                 },
                 [&](const machine::UpsertMemo& c) {
                   auto& memo = *Add(enums::EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED)
                                     .mutable_workflow_properties_modified_event_attributes()
                                     ->mutable_upserted_memo();
                   (*memo.mutable_fields())[std::string(contract::kMemoField)].set_data(c.json);
                 },
                 [&](const machine::CompleteRun& c) {
                   closed_ = true;
                   SetJson(Add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED)
                               .mutable_workflow_execution_completed_event_attributes()
                               ->mutable_result(),
                           c.output);
                 },
                 [&](const machine::FailRun& c) {
                   closed_ = true;
                   auto& failure = *Add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_FAILED)
                                        .mutable_workflow_execution_failed_event_attributes()
                                        ->mutable_failure();
                   failure.set_message(c.message);
                   failure.mutable_application_failure_info()->set_type(c.code);
                   SetJson(failure.mutable_application_failure_info()->mutable_details(), c.error);
                 },
                 [&](const machine::CancelRun&) {
                   closed_ = true;
                   Add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED);
                 },
                 [&](const auto&) {},
             },
             command);
}

HistoryWriter::Activity HistoryWriter::TakeActivity(const std::string& id) {
  auto node = activities_.extract(id);
  Add(enums::EVENT_TYPE_ACTIVITY_TASK_STARTED)
      .mutable_activity_task_started_event_attributes()
      ->set_scheduled_event_id(node.mapped().scheduled);
  return node.mapped();
}

void HistoryWriter::CompleteActivity(const std::string& id, std::string_view json) {
  const auto activity = TakeActivity(id);
  auto& completed = *Add(enums::EVENT_TYPE_ACTIVITY_TASK_COMPLETED).mutable_activity_task_completed_event_attributes();
  completed.set_scheduled_event_id(activity.scheduled);
  SetJson(completed.mutable_result(), json);
  others_.emplace_back(machine::ActivityCompleted{activity.operation, std::string(json)});
  NeedTask();
}

void HistoryWriter::FailActivity(const std::string& id, std::string_view code, std::string_view message) {
  const auto activity = TakeActivity(id);
  auto& failed = *Add(enums::EVENT_TYPE_ACTIVITY_TASK_FAILED).mutable_activity_task_failed_event_attributes();
  failed.set_scheduled_event_id(activity.scheduled);
  failed.mutable_failure()->set_message(std::string(message));
  failed.mutable_failure()->mutable_application_failure_info()->set_type(std::string(code));
  others_.emplace_back(machine::ActivityFailed{activity.operation,
                                               progress::NormalFailure(failed.failure(), progress::Origin::kActivity)});
  NeedTask();
}

void HistoryWriter::LoseWorker(const std::string& id) {
  const auto activity = TakeActivity(id);
  auto& lost = *Add(enums::EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT).mutable_activity_task_timed_out_event_attributes();
  lost.set_scheduled_event_id(activity.scheduled);
  lost.mutable_failure()->mutable_timeout_failure_info()->set_timeout_type(enums::TIMEOUT_TYPE_HEARTBEAT);
  others_.emplace_back(machine::ActivityFailed{activity.operation,
                                               progress::NormalFailure(lost.failure(), progress::Origin::kActivity)});
  NeedTask();
}

void HistoryWriter::CancelActivity(const std::string& id) {
  const auto activity = TakeActivity(id);
  Add(enums::EVENT_TYPE_ACTIVITY_TASK_CANCELED)
      .mutable_activity_task_canceled_event_attributes()
      ->set_scheduled_event_id(activity.scheduled);
  others_.emplace_back(machine::ActivityFailed{activity.operation, progress::Cancelled()});
  NeedTask();
}

void HistoryWriter::Signal(std::string_view name, std::string_view json) {
  auto& signal =
      *Add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED).mutable_workflow_execution_signaled_event_attributes();
  signal.set_signal_name(std::string(name));
  SetJson(signal.mutable_input(), json);
  signals_.emplace_back(progress::MakeSignal(std::string(name), json));
  NeedTask();
}

void HistoryWriter::RequestCancel() {
  Add(enums::EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED);
  others_.emplace_back(machine::CancelRequested{});
  NeedTask();
}

bool HistoryWriter::FireTimer() {
  const auto earliest = std::ranges::min_element(timers_, {}, [](const auto& entry) { return entry.second.at; });
  if (earliest == timers_.end()) return false;
  const auto timer = earliest->second;
  timers_.erase(earliest);
  now_ = std::max(now_, timer.at);
  Add(enums::EVENT_TYPE_TIMER_FIRED).mutable_timer_fired_event_attributes()->set_started_event_id(timer.started);
  others_.emplace_back(machine::TimerFired{timer.operation});
  NeedTask();
  return true;
}

std::vector<std::string> HistoryWriter::Activities() const {
  std::vector<std::string> ids;
  for (const auto& [id, activity] : activities_) ids.push_back(id);
  std::ranges::sort(ids, {}, [this](const std::string& id) { return activities_.at(id).scheduled; });
  return ids;
}

}  // namespace weft::testing
