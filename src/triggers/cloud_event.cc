#include "triggers/cloud_event.h"

#include <algorithm>
#include <utility>

#include "base/id.h"
#include "base/time.h"
#include "expr/size.h"

namespace weft::triggers {
namespace {

using expr::Value;

bool IsAttributeName(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

bool HasControlCharacters(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7F; });
}

bool IsBase64(std::string_view text) {
  if (text.size() % 4 != 0) return false;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
  });
}

std::optional<std::string> KeyOf(const Value& event) {
  for (const auto* name : {"key", "partitionkey", "subject"}) {
    const auto value = event.Get(name);
    if (!value.IsNull()) return value.IsString() ? value.AsString() : value.Dump();
  }
  return std::nullopt;
}

/// What is wrong with one attribute; empty: nothing.
std::string ProblemOf(std::string_view name, const Value& value) {
  const auto quoted = '`' + std::string(name) + '`';
  if (!IsAttributeName(name)) return quoted + " is no attribute name: write lower-case letters and digits only";
  if (!value.IsString() && !value.IsNumber() && !value.IsBool())
    return quoted + " is neither text, a number nor a boolean; put it into `data`";
  if (!value.IsString()) return {};
  if (HasControlCharacters(value.StringView())) return quoted + " holds control characters";
  if (name == "time" && !ParseTimestamp(value.StringView()))
    return quoted + " is no RFC 3339 time, such as 2026-03-01T02:03:04Z";
  const bool finds = name == "id" || name == "source" || name == "type" || name == "subject" || name == "key" ||
                     name == "partitionkey";
  if (finds && value.StringView().size() > kMaxAttribute)
    return quoted + " is longer than " + std::to_string(kMaxAttribute) + " bytes";
  return {};
}

}  // namespace

std::optional<CloudEvent> ReadCloudEvent(Value event, std::string_view where, std::vector<std::string>& problems) {
  const auto before = problems.size();
  const auto problem = [&](const std::string& text) { problems.push_back(std::string(where) + text); };
  if (!event.IsObject()) {
    problem("an event is a JSON object");
    return std::nullopt;
  }
  // JSON's null is an attribute that is not there.
  for (const auto& name : event.Keys()) {
    if (name != "data" && event.Get(name).IsNull()) event.Erase(name);
  }
  for (const auto* name : {"id", "source", "type", "specversion"}) {
    const auto value = event.Get(name);
    if (!value.IsString() || value.StringView().empty()) problem('`' + std::string(name) + "` is missing, or no text");
  }
  if (event.Get("specversion").IsString() && event.Get("specversion").StringView() != "1.0")
    problem("`specversion` is not 1.0");
  event.ForEachField([&](std::string_view name, const Value& value) {
    if (name == "data" || name == "data_base64") return;
    if (const auto text = ProblemOf(name, value); !text.empty()) problem(text);
  });
  if (event.Has("data_base64")) {
    if (event.Has("data")) problem("`data` and `data_base64` exclude one another");
    const auto data = event.Get("data_base64");
    if (!data.IsString() || !IsBase64(data.StringView())) problem("`data_base64` is not in base 64");
  }
  if (expr::SizeBound(event, kMaxEvent) > kMaxEvent) problem("it is larger than 512 KB; pass a reference to the data");
  if (problems.size() > before) return std::nullopt;
  return CloudEvent{.id = event.Get("id").AsString(),
                    .source = event.Get("source").AsString(),
                    .type = event.Get("type").AsString(),
                    .key = KeyOf(event),
                    .body = event.Dump(),
                    .data_bytes = static_cast<std::int64_t>(expr::SizeBound(event.Get("data"), kMaxEvent))};
}

Value CompleteCloudEvent(Value event) {
  if (!event.IsObject()) return event;
  if (!event.Has("id")) event.Set("id", Value(NewUlid()));
  if (!event.Has("source")) event.Set("source", Value("weft"));
  if (!event.Has("specversion")) event.Set("specversion", Value("1.0"));
  return event;
}

}  // namespace weft::triggers
