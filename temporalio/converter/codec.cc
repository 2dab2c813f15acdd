#include "temporalio/converter/codec.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/reflection.h>

#include <vector>

#include "temporalio/converter/failure.h"

namespace temporalio {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

struct Found {
  std::vector<Payload*> payloads;
  std::vector<Failure*> failures;
};

bool IsLeftAlone(const FieldDescriptor& field) {
  if (field.is_map()) {
    // Core's own messages hold headers as bare maps; upstream's hold them in a Header.
    return field.message_type()->map_value()->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
           field.name() == "headers" || field.name() == "header_fields";
  }
  return field.message_type() == temporal::api::common::v1::SearchAttributes::descriptor() ||
         field.message_type() == temporal::api::common::v1::Header::descriptor();
}

class Finder {
 public:
  explicit Finder(bool encode_failures) : encode_failures_(encode_failures) {}

  void Visit(Message* message) {
    if (message->GetDescriptor() == Payload::descriptor()) {
      found.payloads.push_back(static_cast<Payload*>(message));
      return;
    }
    if (message->GetDescriptor() == Failure::descriptor()) {
      auto* failure = static_cast<Failure*>(message);
      // Before its fields are listed: the new payload is one of them.
      if (encode_failures_) EncodeFailureText(failure);
      found.failures.push_back(failure);
    }
    const Reflection& reflection = *message->GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(*message, &fields);
    for (const FieldDescriptor* field : fields) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE || IsLeftAlone(*field)) continue;
      if (field->is_repeated()) {
        const int size = reflection.FieldSize(*message, field);
        for (int i = 0; i < size; ++i) Visit(reflection.MutableRepeatedMessage(message, field, i));
      } else {
        Visit(reflection.MutableMessage(message, field));
      }
    }
  }

  Found found;

 private:
  const bool encode_failures_;
};

}  // namespace

Result<void> EncodePayloads(const PayloadCodec& codec, Message* message) {
  Finder finder(/*encode_failures=*/true);
  finder.Visit(message);
  return codec.Encode(finder.found.payloads);
}

Result<void> DecodePayloads(const PayloadCodec& codec, Message* message, Undecodable undecodable) {
  Finder finder(/*encode_failures=*/false);
  finder.Visit(message);
  if (undecodable == Undecodable::kKeep) {
    for (Payload* payload : finder.found.payloads) (void)codec.Decode(std::span(&payload, 1));
    for (Failure* failure : finder.found.failures) (void)DecodeFailureText(failure);
    return {};
  }
  if (Result<void> decoded = codec.Decode(finder.found.payloads); !decoded) return decoded;
  for (Failure* failure : finder.found.failures) {
    if (Result<void> decoded = DecodeFailureText(failure); !decoded) return decoded;
  }
  return {};
}

}  // namespace temporalio
