#include "temporalio/converter/codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/reflection.h>
#include <gtest/gtest.h>

#include <set>

#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporal/sdk/core/activity_task/activity_task.pb.h"
#include "temporal/sdk/core/core_interface.pb.h"
#include "temporal/sdk/core/workflow_activation/workflow_activation.pb.h"
#include "temporal/sdk/core/workflow_completion/workflow_completion.pb.h"
#include "temporalio/converter/failure.h"

namespace temporalio {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using namespace temporal::api::workflowservice::v1;

constexpr char kPlain[] = "PLAIN";
constexpr char kKept[] = "KEPT";

/// Swaps PLAIN for CODED in data, and counts.
class SwappingCodec : public PayloadCodec {
 public:
  Result<void> Encode(std::span<Payload* const> payloads) const override {
    ++calls;
    for (Payload* payload : payloads) {
      ++encoded;
      (*payload->mutable_metadata())["was"] = EncodingOf(*payload);
      (*payload->mutable_metadata())["encoding"] = "coded";
      if (payload->data() == kPlain) payload->set_data("CODED");
    }
    return {};
  }
  Result<void> Decode(std::span<Payload* const> payloads) const override {
    for (Payload* payload : payloads) {
      if (EncodingOf(*payload) != "coded") continue;
      if (payload->data() == "BROKEN") return Fail(Error::Code::kDataLoss, "broken");
      auto& metadata = *payload->mutable_metadata();
      metadata["encoding"] = metadata["was"];
      metadata.erase("was");
      if (payload->data() == "CODED") payload->set_data(kPlain);
    }
    return {};
  }
  mutable int calls = 0;
  mutable int encoded = 0;
};

/// Puts a payload into every field that can hold one, oneofs one after the other, to a depth of recursion that no
/// message type passes twice.
class Filler {
 public:
  /// Fills the `choice`-th member of each oneof that has so many, else its last.
  explicit Filler(int choice) : choice_(choice) {}

  void Fill(Message* message, bool kept = false) {
    const Descriptor* descriptor = message->GetDescriptor();
    if (descriptor == Payload::descriptor()) {
      static_cast<Payload*>(message)->set_data(kept ? kKept : kPlain);
      ++(kept ? kept_count : plain_count);
      return;
    }
    if (descriptor->full_name() == "temporal.api.failure.v1.Failure") {
      static_cast<Failure*>(message)->set_message(kPlain);
      ++failure_count;
    }
    if (!open_.insert(descriptor).second) return;
    kept |= descriptor->full_name() == "temporal.api.common.v1.SearchAttributes" ||
            descriptor->full_name() == "temporal.api.common.v1.Header";
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      const auto* oneof = field->real_containing_oneof();
      if (oneof && field->index_in_oneof() != std::min(choice_, oneof->field_count() - 1)) continue;
      // The encoder makes it itself.
      if (field->name() == "encoded_attributes") continue;
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) FillField(message, field, kept);
    }
    open_.erase(descriptor);
  }

  int plain_count = 0;
  int kept_count = 0;
  int failure_count = 0;

 private:
  void FillField(Message* message, const FieldDescriptor* field, bool kept) {
    const auto& reflection = *message->GetReflection();
    if (field->is_map()) {
      if (field->message_type()->map_value()->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return;
      Message* entry = reflection.AddMessage(message, field);
      entry->GetReflection()->SetString(entry, field->message_type()->map_key(), "key");
      const bool headers = field->name() == "headers" || field->name() == "header_fields";
      Fill(entry->GetReflection()->MutableMessage(entry, field->message_type()->map_value()), kept || headers);
    } else if (field->is_repeated()) {
      Fill(reflection.AddMessage(message, field), kept);
    } else {
      Fill(reflection.MutableMessage(message, field), kept);
    }
  }

  const int choice_;
  std::set<const Descriptor*> open_;
};

std::size_t Count(const std::string& text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

template <class T>
class EveryPayload : public testing::Test {};

using Roots = testing::Types<
    coresdk::workflow_activation::WorkflowActivation, coresdk::workflow_completion::WorkflowActivationCompletion,
    coresdk::activity_task::ActivityTask, coresdk::ActivityTaskCompletion, coresdk::ActivityHeartbeat,
    temporal::api::history::v1::History, StartWorkflowExecutionRequest, SignalWithStartWorkflowExecutionRequest,
    SignalWorkflowExecutionRequest, TerminateWorkflowExecutionRequest, CreateScheduleRequest, UpdateScheduleRequest,
    DescribeScheduleResponse, DescribeWorkflowExecutionResponse, ListWorkflowExecutionsResponse, ListSchedulesResponse>;
TYPED_TEST_SUITE(EveryPayload, Roots);

TYPED_TEST(EveryPayload, IsEncodedAndDecodedAgain) {
  int plain_count = 0;
  // No oneof of these messages has more members than a history event has attributes.
  for (int choice = 0; choice < 70; ++choice) {
    TypeParam message;
    Filler filler(choice);
    filler.Fill(&message);
    plain_count += filler.plain_count;
    const std::string before = message.DebugString();

    const SwappingCodec codec;
    ASSERT_TRUE(EncodePayloads(codec, &message));
    EXPECT_EQ(codec.calls, 1);
    EXPECT_EQ(codec.encoded, filler.plain_count + filler.failure_count) << before;
    const std::string encoded = message.DebugString();
    EXPECT_EQ(Count(encoded, "data: \"PLAIN\""), 0u) << encoded;
    EXPECT_EQ(Count(encoded, "  message: \"PLAIN\""), 0u) << encoded;
    EXPECT_EQ(Count(encoded, kKept), static_cast<std::size_t>(filler.kept_count));

    ASSERT_TRUE(DecodePayloads(codec, &message));
    // The metadata of a payload without encoding has gained an empty one.
    EXPECT_EQ(Count(message.DebugString(), kPlain), Count(before, kPlain));
    EXPECT_EQ(Count(message.DebugString(), "coded"), 0u);
  }
  EXPECT_GT(plain_count, 0);
}

TEST(DecodePayloads, RefusesOrKeepsWhatCannotBeDecoded) {
  ListWorkflowExecutionsResponse response;
  for (const char* data : {"CODED", "BROKEN", "CODED"}) {
    Payload& payload = (*response.add_executions()->mutable_memo()->mutable_fields())["m"];
    payload.set_data(data);
    (*payload.mutable_metadata())["encoding"] = "coded";
  }
  ListWorkflowExecutionsResponse kept = response;
  EXPECT_EQ(DecodePayloads(SwappingCodec(), &response).error().message, "broken");
  ASSERT_TRUE(DecodePayloads(SwappingCodec(), &kept, Undecodable::kKeep));
  EXPECT_EQ(kept.executions(0).memo().fields().at("m").data(), kPlain);
  EXPECT_EQ(kept.executions(1).memo().fields().at("m").data(), "BROKEN");
  EXPECT_EQ(kept.executions(2).memo().fields().at("m").data(), kPlain);
}

TEST(DecodePayloads, LeavesFailuresOfOthersAlone) {
  Failure failure = ToFailure({.type = "t", .message = "in the clear"});
  ASSERT_TRUE(DecodePayloads(SwappingCodec(), &failure));
  EXPECT_EQ(failure.message(), "in the clear");
}

}  // namespace
}  // namespace temporalio
