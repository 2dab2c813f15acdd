#include "temporalio/converter/failure.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <utility>

#include "temporalio/converter/time.h"

namespace temporalio {
namespace {

void AddAll(std::vector<Payload> from, Payloads* to) {
  for (Payload& payload : from) *to->add_payloads() = std::move(payload);
}

}  // namespace

Failure ToFailure(ApplicationFailure failure) {
  Failure result;
  result.set_message(std::move(failure.message));
  auto* info = result.mutable_application_failure_info();
  info->set_type(std::move(failure.type));
  info->set_non_retryable(failure.non_retryable);
  if (!failure.details.empty()) AddAll(std::move(failure.details), info->mutable_details());
  if (failure.next_retry_delay) *info->mutable_next_retry_delay() = ToDuration(*failure.next_retry_delay);
  if (failure.cause) *result.mutable_cause() = std::move(*failure.cause);
  return result;
}

Failure CancelledFailure(std::string message, std::vector<Payload> details) {
  Failure result;
  result.set_message(std::move(message));
  auto* info = result.mutable_canceled_failure_info();
  if (!details.empty()) AddAll(std::move(details), info->mutable_details());
  return result;
}

const Failure& RootCause(const Failure& failure) {
  const Failure* innermost = &failure;
  while (innermost->has_cause()) innermost = &innermost->cause();
  return *innermost;
}

const Failure* FindApplicationFailure(const Failure& failure) {
  for (const Failure* f = &failure;; f = &f->cause()) {
    if (f->has_application_failure_info()) return f;
    if (!f->has_cause()) return nullptr;
  }
}

std::string MessageOf(const Failure& failure) {
  std::string text;
  for (const Failure* f = &failure;; f = &f->cause()) {
    if (!text.empty() && !f->message().empty()) text += ": ";
    text += f->message();
    if (!f->has_cause()) return text;
  }
}

void EncodeFailureText(Failure* failure) {
  *failure->mutable_encoded_attributes() = JsonPayload("{\"message\":" + JsonString(failure->message()) +
                                                       ",\"stack_trace\":" + JsonString(failure->stack_trace()) + "}");
  failure->set_message("Encoded failure");
  failure->clear_stack_trace();
}

Result<void> DecodeFailureText(Failure* failure) {
  if (!failure->has_encoded_attributes()) return {};
  const Result<std::string_view> json = JsonOf(failure->encoded_attributes());
  if (!json) return std::unexpected(json.error());
  google::protobuf::Struct attributes;
  if (!google::protobuf::util::JsonStringToMessage(std::string(*json), &attributes).ok()) {
    return Fail(
        Error::Code::kDataLoss,
        "A failure's encoded attributes are not a JSON object with `message` and `stack_trace`; the program that "
        "wrote them encodes failures in a way of its own.");
  }
  auto& fields = *attributes.mutable_fields();
  failure->set_message(fields["message"].string_value());
  failure->set_stack_trace(fields["stack_trace"].string_value());
  failure->clear_encoded_attributes();
  return {};
}

}  // namespace temporalio
