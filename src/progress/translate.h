#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "machine/event.h"
#include "temporal/api/common/v1/message.pb.h"
#include "temporal/api/enums/v1/workflow.pb.h"
#include "temporal/api/failure/v1/message.pb.h"

/// Temporal's messages in the interpreter's terms. Activations (worker) and histories (fold) both pass through here, so
/// that the machine sees the same events whichever side they come from.
namespace weft::progress {

namespace api = temporal::api;

Timestamp FromProto(const google::protobuf::Timestamp& time);

/// The JSON text of the first payload; empty if there is none.
std::string JsonOf(const api::common::v1::Payloads& payloads);

/// What failed: an activity or a child. Core wraps the cause into a failure of this kind, a history does not.
enum class Origin { kActivity, kChild };

/// The one form of a failure. An activity that outlived its start_to_close was lost with its worker: a live worker ends
/// it earlier by itself (contract::kStartToCloseMarginMs).
machine::Failure NormalFailure(const api::failure::v1::Failure& failure, Origin origin);

/// A child that could not be started. `already_exists`: another execution has its id.
machine::Failure NotStarted(bool already_exists);

machine::Failure Cancelled();
machine::Failure TimedOut();
machine::Failure Terminated();

/// A signal whose payload is not JSON has the payload null.
machine::SignalReceived MakeSignal(std::string name, std::string_view json);

/// Definitions by their normalised text, shared by the runs of one worker or one set of viewers while any of them
/// lives. Definitions hold jv values: one thread per Definitions and all that comes from it.
class Definitions {
 public:
  /// Fails with code `validation` when the text is not a definition that this version reads.
  Result<std::shared_ptr<const dsl::Workflow>> Get(std::string_view normalised);

 private:
  std::map<std::string, std::weak_ptr<const dsl::Workflow>, std::less<>> by_text_;
  std::size_t sweep_at_ = 64;
};

/// The run's first event. `arguments` are the start input, the normalised definition and the run's input
/// (contract/start.h). Fails with code `semantics` when a newer worker is needed, `validation` when they are damaged.
Result<machine::Started> MakeStarted(const google::protobuf::RepeatedPtrField<api::common::v1::Payload>& arguments,
                                     std::string workflow_id, std::string first_run_id, Timestamp started_at,
                                     const api::common::v1::SearchAttributes& search_attributes,
                                     Definitions& definitions);

}  // namespace weft::progress
