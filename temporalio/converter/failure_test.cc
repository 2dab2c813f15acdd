#include "temporalio/converter/failure.h"

#include <gtest/gtest.h>

namespace temporalio {
namespace {

using std::chrono::milliseconds;

Failure WrappedByActivity(Failure cause) {
  Failure failure;
  failure.set_message("Activity task failed");
  failure.mutable_activity_failure_info()->set_activity_id("charge");
  *failure.mutable_cause() = std::move(cause);
  return failure;
}

TEST(Failure, HoldsAllThatAnApplicationReports) {
  const Failure failure = ToFailure({.type = "card_declined",
                                     .message = "The card was declined.",
                                     .details = {JsonPayload("7")},
                                     .non_retryable = true,
                                     .next_retry_delay = milliseconds(1500),
                                     .cause = CancelledFailure("stopped")});
  EXPECT_EQ(failure.message(), "The card was declined.");
  const auto& info = failure.application_failure_info();
  EXPECT_EQ(info.type(), "card_declined");
  EXPECT_TRUE(info.non_retryable());
  EXPECT_EQ(info.details().payloads(0).data(), "7");
  EXPECT_EQ(info.next_retry_delay().seconds(), 1);
  EXPECT_EQ(info.next_retry_delay().nanos(), 500'000'000);
  EXPECT_TRUE(failure.cause().has_canceled_failure_info());
}

TEST(Failure, IsFoundInsideWhatWrapsIt) {
  const Failure failure =
      WrappedByActivity(ToFailure({.type = "outer", .message = "A", .cause = CancelledFailure("B")}));
  EXPECT_EQ(RootCause(failure).message(), "B");
  EXPECT_EQ(FindApplicationFailure(failure)->application_failure_info().type(), "outer");
  EXPECT_EQ(FindApplicationFailure(CancelledFailure("x")), nullptr);
  EXPECT_EQ(MessageOf(failure), "Activity task failed: A: B");
}

TEST(Failure, TextMovesIntoEncodedAttributesAndBack) {
  Failure failure = ToFailure({.type = "t", .message = "Secret \"quoted\"\nline"});
  failure.set_stack_trace("at line 7");
  Failure encoded = failure;
  EncodeFailureText(&encoded);
  EXPECT_EQ(encoded.message(), "Encoded failure");
  EXPECT_EQ(encoded.stack_trace(), "");
  EXPECT_EQ(encoded.application_failure_info().type(), "t");
  ASSERT_TRUE(DecodeFailureText(&encoded));
  EXPECT_EQ(encoded.SerializeAsString(), failure.SerializeAsString());
}

TEST(Failure, ReadsAttributesAsOtherSdksWriteThem) {
  Failure failure;
  *failure.mutable_encoded_attributes() = JsonPayload(R"({ "stack_trace": "", "message": "纬 <b>" })");
  ASSERT_TRUE(DecodeFailureText(&failure));
  EXPECT_EQ(failure.message(), "纬 <b>");
}

TEST(Failure, RefusesAttributesThatAreNotAnObject) {
  Failure failure;
  *failure.mutable_encoded_attributes() = JsonPayload("[1");
  EXPECT_EQ(DecodeFailureText(&failure).error().code, Error::Code::kDataLoss);
  *failure.mutable_encoded_attributes() = BytesPayload("x");
  EXPECT_FALSE(DecodeFailureText(&failure));
}

}  // namespace
}  // namespace temporalio
