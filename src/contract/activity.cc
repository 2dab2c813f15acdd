#include "contract/activity.h"

#include <utility>

#include "contract/names.h"

namespace weft::contract {

using expr::Value;

std::string ActivityInput::ToJson() const {
  auto value = Value::Object({{"args", args.IsNull() ? Value::EmptyObject() : args}});
  if (!secrets.empty()) {
    auto list = Value::EmptyArray();
    for (const auto& secret : secrets) {
      auto path = Value::EmptyArray();
      for (const auto& step : secret.path) path.Append(Value(step));
      auto segments = Value::EmptyArray();
      for (const auto& segment : secret.segments) {
        if (segment.secret.empty()) {
          segments.Append(Value(segment.literal));
          continue;
        }
        auto named = Value::Object({{"secret", Value(segment.secret)}});
        if (segment.percent_encode) named.Set("encode", Value(true));
        segments.Append(std::move(named));
      }
      list.Append(Value::Object({{"path", std::move(path)}, {"segments", std::move(segments)}}));
    }
    value.Set("secrets", std::move(list));
  }
  if (!output.empty()) value.Set("output", Value(output));
  if (!vars.IsNull()) value.Set("vars", vars);
  return value.Dump();
}

Result<ActivityInput> ActivityInput::FromJson(std::string_view json) {
  WEFT_TRY(const auto value, Value::Parse(json));
  if (!value.Get("args").IsObject()) return Fail("validation", "the activity's input has no arguments");
  ActivityInput input{
      .args = value.Get("args"), .secrets = {}, .output = value.Get("output").AsString(), .vars = value.Get("vars")};
  const auto list = value.Get("secrets");
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto entry = list.At(i);
    expr::SecretText secret;
    const auto path = entry.Get("path");
    for (std::size_t j = 0; j < path.size(); ++j) secret.path.push_back(path.At(j).AsString());
    const auto segments = entry.Get("segments");
    for (std::size_t j = 0; j < segments.size(); ++j) {
      const auto segment = segments.At(j);
      if (segment.IsString()) {
        secret.segments.push_back({.literal = segment.AsString(), .secret = {}, .percent_encode = false});
      } else {
        secret.segments.push_back({.literal = {},
                                   .secret = segment.Get("secret").AsString(),
                                   .percent_encode = segment.Get("encode").AsBool()});
      }
    }
    input.secrets.push_back(std::move(secret));
  }
  return input;
}

Duration InstallAllowance(const Value& args) { return Duration(args.Has("requirements") ? kInstallAllowanceMs : 0); }

std::string ActivityFailure::DetailsJson() const {
  auto details = Value::EmptyObject();
  if (!data.IsNull()) details.Set("data", data);
  if (retry_after_ms > 0) details.Set("retry_after_ms", Value(retry_after_ms));
  return details.Dump();
}

ActivityFailure ActivityFailure::FromParts(std::string code, std::string message, std::string_view details_json) {
  ActivityFailure failure{.code = std::move(code), .message = std::move(message), .data = {}, .retry_after_ms = 0};
  const auto details = Value::Parse(details_json);
  if (!details) return failure;
  failure.data = details->Get("data");
  failure.retry_after_ms = details->Get("retry_after_ms").AsInteger();
  return failure;
}

}  // namespace weft::contract
