#include "triggers/fire.h"

#include "base/utf8.h"

namespace weft::triggers {

using expr::Value;

Result<Firing> Fire(const dsl::Workflow& workflow, const dsl::Trigger& trigger, std::string_view kind,
                    const Value& payload, Timestamp now) {
  expr::Scope scope;
  scope.dot = payload;
  scope.vars = workflow.vars;
  scope.now = now;
  scope.trigger = Value::Object({{"kind", Value(kind)}, {"id", Value(trigger.id)}, {"payload", payload}});

  const auto named = [&](std::string_view field, Error error) {
    error.message = "`" + std::string(field) + "` of trigger `" + trigger.id + "`: " + error.message;
    return std::unexpected(std::move(error));
  };
  Firing firing;
  if (!trigger.when.empty()) {
    const auto when = trigger.when.Evaluate(scope);
    if (!when) return named("when", when.error());
    if (!when->Truthy()) return firing;
  }
  firing.fires = true;
  if (!trigger.key.empty()) {
    const auto key = trigger.key.Evaluate(scope);
    if (!key) return named("key", key.error());
    if (key->IsNull()) return named("key", {"expression", "it gives null; the payload lacks what it reads"});
    firing.key = RepairUtf8(key->IsString() ? key->AsString() : key->Dump());
  }
  firing.input = payload;
  if (!trigger.input.empty()) {
    auto input = trigger.input.Evaluate(scope);
    if (!input) return named("input", input.error());
    firing.input = *std::move(input);
  }
  return firing;
}

void FillFrom(const Result<Firing>& firing, const dsl::Trigger& trigger, store::Delivery& delivery) {
  if (!firing) {
    delivery.status = store::DeliveryStatus::kFailed;
    delivery.error_code = firing.error().code;
    delivery.error_message = RepairUtf8(firing.error().message);
  } else if (!firing->fires) {
    delivery.status = store::DeliveryStatus::kIgnored;
  } else {
    delivery.key = firing->key;
    if (!trigger.input.empty()) delivery.input = firing->input.Dump();
  }
}

}  // namespace weft::triggers
