#include "server/history_json.h"

#include <google/protobuf/util/json_util.h>

#include <string>

#include "base/encode.h"

namespace weft::server {
namespace {

using expr::Value;

/// Payloads in the form of proto3's JSON have `metadata` and `data`, both base64.
Value WithoutPayloads(const Value& value) {
  if (value.IsArray()) {
    auto out = Value::EmptyArray();
    for (std::size_t i = 0; i < value.size(); ++i) out.Append(WithoutPayloads(value.At(i)));
    return out;
  }
  if (!value.IsObject()) return value;
  if (value.Get("metadata").Has("encoding")) {
    const auto bytes = FromBase64(value.Get("data").StringView());
    const auto json = bytes ? Value::Parse(*bytes) : Fail("validation", "");
    return json ? *json : value;
  }
  auto out = Value::EmptyObject();
  value.ForEachField([&](std::string_view name, const Value& field) { out.Set(name, WithoutPayloads(field)); });
  return out;
}

}  // namespace

Value HistoryEventJson(const temporal::api::history::v1::HistoryEvent& event) {
  std::string text;
  if (!google::protobuf::util::MessageToJsonString(event, &text).ok()) return {};
  auto json = WithoutPayloads(Value::Parse(text).value_or(Value()));
  auto out = Value::Object({{"id", Value(event.event_id())},
                            {"type", json.Get("eventType")},
                            {"at", json.Get("eventTime")},
                            {"attributes", Value()}});
  json.ForEachField([&](std::string_view name, const Value& field) {
    if (name.ends_with("EventAttributes")) out.Set("attributes", field);
  });
  return out;
}

}  // namespace weft::server
