#include "contract/start.h"

#include <utility>

namespace weft::contract {

using expr::Value;

std::string StartInput::ToJson() const {
  auto trigger_value = Value::Object({{"kind", Value(trigger.kind)}});
  if (!trigger.id.empty()) trigger_value.Set("id", Value(trigger.id));
  if (!trigger.payload.IsNull()) trigger_value.Set("payload", trigger.payload);
  auto value = Value::Object({{"semantics", Value(semantics)}, {"trigger", std::move(trigger_value)}});
  if (revision != 0) value.Set("revision", Value(revision));
  if (!reuse.empty()) {
    auto outputs = Value::EmptyObject();
    for (const auto& [path, output] : reuse) outputs.Set(path, output);
    value.Set("reuse", std::move(outputs));
  }
  if (!carry.IsNull()) value.Set("carry", carry);
  return value.Dump();
}

Value StartInput::ToMemo() const {
  auto trigger_value = Value::Object({{"kind", Value(trigger.kind)}});
  if (!trigger.id.empty()) trigger_value.Set("id", Value(trigger.id));
  return Value::Object({{"revision", Value(revision)}, {"trigger", std::move(trigger_value)}});
}

Result<StartInput> StartInput::FromJson(std::string_view json) {
  WEFT_TRY(const auto value, Value::Parse(json));
  if (!value.Get("semantics").IsNumber()) return Fail("validation", "the start input names no semantics");
  StartInput start;
  start.semantics = static_cast<int>(value.Get("semantics").AsInteger());
  start.revision = static_cast<int>(value.Get("revision").AsInteger());
  const auto trigger_value = value.Get("trigger");
  if (trigger_value.Has("kind")) start.trigger.kind = trigger_value.Get("kind").AsString();
  start.trigger.id = trigger_value.Get("id").AsString();
  start.trigger.payload = trigger_value.Get("payload");
  value.Get("reuse").ForEachField(
      [&](std::string_view path, const Value& output) { start.reuse.emplace(std::string(path), output); });
  start.carry = value.Get("carry");
  return start;
}

}  // namespace weft::contract
