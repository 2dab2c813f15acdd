#include "temporalio/bridge/core_worker.h"

#include <temporal-sdk-core-c-bridge.h>

#include <algorithm>
#include <cstring>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/bridge/core.h"

namespace temporalio::internal {
namespace {

using coresdk::activity_task::ActivityTask;
using coresdk::workflow_activation::WorkflowActivation;

struct Polled {
  std::optional<std::string> task;
  std::optional<std::string> failure;
};

void OnPolled(void* user_data, const TemporalCoreByteArray* success, const TemporalCoreByteArray* fail) {
  static_cast<Handover<Polled>*>(user_data)->Put({Take(success), Take(fail)});
}

using Failure = std::optional<std::string>;

void OnFinished(void* user_data, const TemporalCoreByteArray* fail) {
  static_cast<Handover<Failure>*>(user_data)->Put(Take(fail));
}

void OnCompleted(void* user_data, const TemporalCoreByteArray* fail) {
  const std::unique_ptr<std::function<void()>> done(static_cast<std::function<void()>*>(user_data));
  // Core itself deals with and logs what goes wrong on the way to the server; this is a completion it cannot accept.
  if (auto failure = Take(fail)) Log(LogLevel::kError, "Core refused what the worker reported: " + *failure);
  (*done)();
}

class BridgeWorker : public CoreWorker {
 public:
  BridgeWorker(std::shared_ptr<Runtime> runtime, std::shared_ptr<Connection> connection, TemporalCoreWorker* worker,
               TemporalCoreWorkerReplayPusher* pusher)
      : runtime_(std::move(runtime)), connection_(std::move(connection)), worker_(worker), pusher_(pusher) {}

  ~BridgeWorker() override {
    runtime_->core().Retire([worker = worker_] { temporal_core_worker_free(worker); });
  }

  Result<std::optional<WorkflowActivation>> PollWorkflow() override {
    return Poll<WorkflowActivation>(&temporal_core_worker_poll_workflow_activation);
  }

  Result<std::optional<ActivityTask>> PollActivity() override {
    return Poll<ActivityTask>(&temporal_core_worker_poll_activity_task);
  }

  void CompleteWorkflow(const coresdk::workflow_completion::WorkflowActivationCompletion& completion,
                        std::function<void()> done) override {
    Complete(&temporal_core_worker_complete_workflow_activation, completion.SerializeAsString(), std::move(done));
  }

  void CompleteActivity(const coresdk::ActivityTaskCompletion& completion, std::function<void()> done) override {
    Complete(&temporal_core_worker_complete_activity_task, completion.SerializeAsString(), std::move(done));
  }

  void RecordHeartbeat(const coresdk::ActivityHeartbeat& heartbeat) override {
    const std::string bytes = heartbeat.SerializeAsString();
    if (auto failure = Take(temporal_core_worker_record_activity_heartbeat(worker_, Borrow(bytes))))
      Log(LogLevel::kError, "Core refused a heartbeat: " + *failure);
  }

  void InitiateShutdown() override {
    // Ends the stream of histories. The push borrows the pusher until the first activation.
    if (pusher_) temporal_core_worker_replay_pusher_free(std::exchange(pusher_, nullptr));
    temporal_core_worker_initiate_shutdown(worker_);
  }

  Result<void> FinalizeShutdown() override {
    Handover<Failure> handover;
    temporal_core_worker_finalize_shutdown(worker_, &handover, &OnFinished);
    if (auto failure = handover.Take())
      return Fail(Error::Code::kInternal, "The worker did not shut down in order: " + *failure);
    return {};
  }

  Result<void> Validate() {
    Handover<Failure> handover;
    temporal_core_worker_validate(worker_, &handover, &OnFinished);
    if (auto failure = handover.Take())
      return Fail(Error::Code::kUnavailable, "Temporal at " + connection_->target() + ": " + *failure);
    return {};
  }

  Result<void> Push(const std::string& workflow_id, const std::string& history) {
    const auto pushed = temporal_core_worker_replay_push(worker_, pusher_, Borrow(workflow_id), Borrow(history));
    if (auto failure = Take(pushed.fail)) return Fail(Error::Code::kInternal, std::move(*failure));
    return {};
  }

 private:
  template <class Task>
  Result<std::optional<Task>> Poll(void (*poll)(TemporalCoreWorker*, void*, TemporalCoreWorkerPollCallback)) {
    Handover<Polled> handover;
    poll(worker_, &handover, &OnPolled);
    Polled polled = handover.Take();
    if (polled.failure) return Fail(Error::Code::kUnknown, std::move(*polled.failure));
    if (!polled.task) return std::nullopt;
    Task task;
    if (!task.ParseFromString(*polled.task)) return Fail(Error::Code::kDataLoss, "A task from Core cannot be read.");
    return task;
  }

  void Complete(void (*complete)(TemporalCoreWorker*, TemporalCoreByteArrayRef, void*, TemporalCoreWorkerCallback),
                const std::string& completion, std::function<void()> done) {
    complete(worker_, Borrow(completion), new std::function<void()>(std::move(done)), &OnCompleted);
  }

  const std::shared_ptr<Runtime> runtime_;
  const std::shared_ptr<Connection> connection_;  // null: a replay
  TemporalCoreWorker* const worker_;
  TemporalCoreWorkerReplayPusher* pusher_;  // null: not a replay, or shutting down
};

TemporalCoreSlotSupplier Slots(std::size_t count) {
  TemporalCoreSlotSupplier supplier;
  std::memset(&supplier, 0, sizeof supplier);
  supplier.tag = TemporalCoreSlotSupplier_FixedSize;
  supplier.fixed_size.num_slots = count;
  return supplier;
}

std::uint64_t Millis(std::chrono::milliseconds span) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(span.count(), 0));
}

// Borrows from its arguments.
TemporalCoreWorkerOptions ToCore(const WorkerOptions& options, const std::string& namespace_name,
                                 const std::string& identity) {
  static const TemporalCorePollerBehaviorAutoscaling autoscaling{1, 100, 5};
  static const TemporalCoreByteArrayRef none[1] = {};
  TemporalCoreWorkerOptions raw;
  std::memset(&raw, 0, sizeof raw);
  raw.namespace_ = Borrow(namespace_name);
  raw.task_queue = Borrow(options.task_queue);
  raw.versioning_strategy.tag = TemporalCoreWorkerVersioningStrategy_None;
  raw.versioning_strategy.none.build_id = Borrow(options.build_id);
  raw.identity_override = Borrow(identity);
  raw.max_cached_workflows = options.max_cached_workflows;
  raw.tuner.workflow_slot_supplier = Slots(options.max_concurrent_workflow_tasks);
  raw.tuner.activity_slot_supplier = Slots(options.max_concurrent_activities);
  raw.tuner.local_activity_slot_supplier = Slots(1);
  raw.tuner.nexus_task_slot_supplier = Slots(1);
  // A kind that is switched on must be polled until shutdown, or the worker never ends.
  raw.task_types = {static_cast<bool>(options.workflows), false, !options.activities.empty(), false};
  raw.sticky_queue_schedule_to_start_timeout_millis = Millis(options.sticky_timeout);
  raw.max_heartbeat_throttle_interval_millis = Millis(options.max_heartbeat_throttle);
  raw.default_heartbeat_throttle_interval_millis = Millis(options.default_heartbeat_throttle);
  raw.graceful_shutdown_period_millis = Millis(options.graceful_shutdown_period);
  // A fixed number would leave one poller for new workflows, the rest being kept for cached ones.
  raw.workflow_task_poller_behavior = {nullptr, &autoscaling};
  raw.activity_task_poller_behavior = {nullptr, &autoscaling};
  raw.nexus_task_poller_behavior = {nullptr, &autoscaling};
  raw.nonsticky_to_sticky_poll_ratio = 0.2F;
  raw.nondeterminism_as_workflow_fail = options.nondeterminism_as_workflow_fail;
  raw.nondeterminism_as_workflow_fail_for_types = {none, 0};
  raw.plugins = {none, 0};
  raw.storage_drivers = {none, 0};
  raw.max_eager_activity_reservations_per_workflow_task = 3;
  return raw;
}

Result<void> Check(const WorkerOptions& options) {
  if (options.task_queue.empty()) return Fail(Error::Code::kInvalidArgument, "The worker's task queue has no name.");
  if (!options.workflows && options.activities.empty())
    return Fail(Error::Code::kInvalidArgument, "The worker has neither workflows nor activities.");
  if (options.max_concurrent_workflow_tasks == 0 || options.max_concurrent_activities == 0)
    return Fail(Error::Code::kInvalidArgument, "The worker must be allowed at least one task at a time.");
  return {};
}

// Core's own check gives no code to tell the cases apart.
Result<void> CheckNamespace(Connection& connection) {
  temporal::api::workflowservice::v1::DescribeNamespaceRequest request;
  request.set_namespace_(connection.namespace_name());
  auto described = connection.Call<temporal::api::workflowservice::v1::DescribeNamespaceResponse>(
      "DescribeNamespace", request, {.timeout = std::chrono::seconds(10), .retry = false});
  if (described) return {};
  Error error = std::move(described).error();
  if (error.code == Error::Code::kNotFound)
    error.message = "Temporal at " + connection.target() + " has no namespace \"" + connection.namespace_name() +
                    "\"; create it or name another one.";
  return std::unexpected(std::move(error));
}

}  // namespace

Result<std::unique_ptr<CoreWorker>> ConnectWorker(std::shared_ptr<Connection> connection,
                                                  const WorkerOptions& options) {
  if (auto checked = Check(options); !checked) return std::unexpected(std::move(checked).error());
  if (auto checked = CheckNamespace(*connection); !checked) return std::unexpected(std::move(checked).error());
  const std::string& identity = options.identity.empty() ? connection->identity() : options.identity;
  const TemporalCoreWorkerOptions raw = ToCore(options, connection->namespace_name(), identity);
  const TemporalCoreWorkerOrFail made = temporal_core_worker_new(connection->core().connection, &raw);
  if (auto failure = Take(made.fail)) {
    if (failure->contains("multiple workers"))
      return Fail(Error::Code::kAlreadyExists, "This connection has a worker for task queue \"" + options.task_queue +
                                                   "\" already; give the other one a connection of its own.");
    return Fail(Error::Code::kInvalidArgument, std::move(*failure));
  }
  auto runtime = connection->runtime();
  auto worker = std::make_unique<BridgeWorker>(std::move(runtime), std::move(connection), made.worker, nullptr);
  if (auto validated = worker->Validate(); !validated) return std::unexpected(std::move(validated).error());
  return worker;
}

Result<std::unique_ptr<CoreWorker>> ReplayWorker(std::shared_ptr<Runtime> runtime, const std::string& workflow_id,
                                                 const temporal::api::history::v1::History& history) {
  // Core panics on histories that lack these.
  if (history.events().empty() || !history.events(0).has_workflow_execution_started_event_attributes() ||
      history.events(0).workflow_execution_started_event_attributes().original_execution_run_id().empty())
    return Fail(Error::Code::kInvalidArgument, "The history does not begin with the start of a run.");
  if (std::ranges::none_of(history.events(), [](const auto& event) {
        return event.event_type() == temporal::api::enums::v1::EVENT_TYPE_WORKFLOW_TASK_STARTED;
      }))
    return Fail(Error::Code::kInvalidArgument, "The history has no workflow task to replay.");

  WorkerOptions options;
  options.task_queue = history.events(0).workflow_execution_started_event_attributes().task_queue().name();
  options.workflows = [](const auto&, const auto&) { return nullptr; };  // only to say that there are some
  const std::string name = "replay";
  const TemporalCoreWorkerOptions raw = ToCore(options, name, name);
  const TemporalCoreWorkerReplayerOrFail made = temporal_core_worker_replayer_new(runtime->core().runtime, &raw);
  if (auto failure = Take(made.fail)) return Fail(Error::Code::kInternal, std::move(*failure));
  auto worker = std::make_unique<BridgeWorker>(std::move(runtime), nullptr, made.worker, made.worker_replay_pusher);
  if (auto pushed = worker->Push(workflow_id, history.SerializeAsString()); !pushed)
    return std::unexpected(std::move(pushed).error());
  return worker;
}

}  // namespace temporalio::internal
