#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "temporal/api/failure/v1/message.pb.h"
#include "temporalio/converter/payload.h"
#include "temporalio/error.h"

/// Temporal's Failure: the one form in which errors travel through histories.
namespace temporalio {

using temporal::api::failure::v1::Failure;

/// What the code of a workflow or activity reports when it fails.
struct ApplicationFailure {
  /// Names the kind of failure; retry policies and callers compare it. It stays readable when payloads are encrypted.
  std::string type{};
  std::string message{};
  std::vector<Payload> details{};
  bool non_retryable = false;
  /// Overrides the retry policy's delay before the next attempt.
  std::optional<std::chrono::milliseconds> next_retry_delay{};
  std::optional<Failure> cause{};
};

Failure ToFailure(ApplicationFailure failure);

/// The failure of work that stopped because it was asked to.
Failure CancelledFailure(std::string message, std::vector<Payload> details = {});

/// The innermost failure of the cause chain: an activity's failure as a workflow sees it wraps what the activity
/// reported, or the time-out that ended it. The reference lives as long as `failure`.
const Failure& RootCause(const Failure& failure);

/// The first application failure of the cause chain, or null. Lives as long as `failure`.
const Failure* FindApplicationFailure(const Failure& failure);

/// All messages of the cause chain as one line, outermost first, separated by ": ".
std::string MessageOf(const Failure& failure);

/// Moves message and stack trace of this one failure (not of its causes) into its `encoded_attributes` payload, where
/// a codec reaches them; what stays is the message "Encoded failure". This is the form all SDKs share.
void EncodeFailureText(Failure* failure);

/// Undoes EncodeFailureText. Does nothing to a failure without encoded attributes; kDataLoss if they are not the JSON
/// that the SDKs write.
Result<void> DecodeFailureText(Failure* failure);

}  // namespace temporalio
