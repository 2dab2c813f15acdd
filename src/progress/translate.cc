#include "progress/translate.h"

#include <algorithm>
#include <utility>

#include "contract/names.h"
#include "dsl/load.h"
#include "machine/machine.h"

namespace weft::progress {
namespace {

using machine::Failure;

Failure Of(Failure::Kind kind) { return Failure{.kind = kind, .code = {}, .message = {}, .details = {}}; }

Failure OfTimeout(api::enums::v1::TimeoutType type, Origin origin) {
  if (origin == Origin::kChild) return Of(Failure::Kind::kTimeout);
  switch (type) {
    case api::enums::v1::TIMEOUT_TYPE_SCHEDULE_TO_CLOSE:
    case api::enums::v1::TIMEOUT_TYPE_SCHEDULE_TO_START: return Of(Failure::Kind::kDeadline);
    default: return Of(Failure::Kind::kWorkerLost);
  }
}

}  // namespace

Timestamp FromProto(const google::protobuf::Timestamp& time) {
  return Timestamp(std::chrono::seconds(time.seconds()) + std::chrono::microseconds(time.nanos() / 1000));
}

std::string JsonOf(const api::common::v1::Payloads& payloads) {
  return payloads.payloads_size() == 0 ? std::string() : payloads.payloads(0).data();
}

Failure NormalFailure(const api::failure::v1::Failure& failure, Origin origin) {
  const auto* inner = &failure;
  const bool wrapped = failure.has_activity_failure_info() || failure.has_child_workflow_execution_failure_info();
  if (wrapped && failure.has_cause()) inner = &failure.cause();
  if (inner->has_application_failure_info()) {
    const auto& info = inner->application_failure_info();
    if (origin == Origin::kActivity && info.type() == contract::kWorkerLost) return Of(Failure::Kind::kWorkerLost);
    return {.kind = Failure::Kind::kFailed,
            .code = info.type(),
            .message = inner->message(),
            .details = JsonOf(info.details())};
  }
  if (inner->has_timeout_failure_info()) return OfTimeout(inner->timeout_failure_info().timeout_type(), origin);
  if (inner->has_canceled_failure_info()) return Of(Failure::Kind::kCancelled);
  if (inner->has_terminated_failure_info()) return Of(Failure::Kind::kTerminated);
  return {.kind = Failure::Kind::kFailed, .code = "internal", .message = inner->message(), .details = {}};
}

Failure NotStarted(bool already_exists) {
  auto failure = Of(Failure::Kind::kNotStarted);
  failure.code = already_exists ? "already_exists" : "internal";
  return failure;
}

Failure Cancelled() { return Of(Failure::Kind::kCancelled); }
Failure TimedOut() { return Of(Failure::Kind::kTimeout); }
Failure Terminated() { return Of(Failure::Kind::kTerminated); }

machine::SignalReceived MakeSignal(std::string name, std::string_view json) {
  return {.name = std::move(name), .payload = expr::Value::Parse(json).value_or(expr::Value())};
}

Result<std::shared_ptr<const dsl::Workflow>> Definitions::Get(std::string_view normalised) {
  const auto known = by_text_.find(normalised);
  if (known != by_text_.end()) {
    if (auto workflow = known->second.lock()) return workflow;
  }
  WEFT_TRY(auto workflow, dsl::LoadNormalised(normalised));
  if (by_text_.size() >= sweep_at_) {
    std::erase_if(by_text_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max<std::size_t>(64, 2 * by_text_.size());
  }
  by_text_.insert_or_assign(std::string(normalised), workflow);
  return workflow;
}

Result<machine::Started> MakeStarted(const google::protobuf::RepeatedPtrField<api::common::v1::Payload>& arguments,
                                     std::string workflow_id, std::string first_run_id, Timestamp started_at,
                                     const api::common::v1::SearchAttributes& search_attributes,
                                     Definitions& definitions) {
  if (arguments.size() < 3) {
    return Fail("validation", "the run's start has " + std::to_string(arguments.size()) +
                                  " arguments instead of 3; start workflows with Weft, not by hand");
  }
  WEFT_TRY(auto start, contract::StartInput::FromJson(arguments[0].data()));
  if (start.semantics > contract::kSemantics) {
    return Fail("semantics", "this run was started for semantics " + std::to_string(start.semantics) +
                                 ", this worker knows " + std::to_string(contract::kSemantics) +
                                 "; start a newer worker and it goes on");
  }
  WEFT_TRY(auto workflow, definitions.Get(arguments[1].data()));
  if (const auto* unknown = machine::FindNotRun(*workflow)) {
    return Fail("semantics", "node `" + unknown->id + "` is of kind `" + std::string(dsl::KindName(unknown->kind)) +
                                 "`, which this worker does not run; start a newer worker and it goes on");
  }
  WEFT_TRY(auto input, expr::Value::Parse(arguments[2].data()));
  Timestamp scheduled_at{};
  const auto slot = search_attributes.indexed_fields().find("TemporalScheduledStartTime");
  if (slot != search_attributes.indexed_fields().end()) {
    WEFT_TRY(const auto text, expr::Value::Parse(slot->second.data()));
    WEFT_TRY(scheduled_at, ParseTimestamp(text.StringView()));
  }
  return machine::Started{.workflow = std::move(workflow),
                          .start = std::move(start),
                          .input = std::move(input),
                          .instance_id = std::move(workflow_id),
                          .started_at = started_at,
                          .scheduled_at = scheduled_at,
                          .run_id = std::move(first_run_id)};
}

}  // namespace weft::progress
