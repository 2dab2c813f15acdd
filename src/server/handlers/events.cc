#include "server/handlers/events.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/encode.h"
#include "base/utf8.h"
#include "expr/size.h"
#include "expr/value.h"
#include "triggers/cloud_event.h"
#include "triggers/correlator.h"

namespace weft::server {
namespace {

using expr::Value;
using triggers::CloudEvent;

constexpr std::size_t kMaxBody = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kMaxEvents = 1000;
constexpr std::size_t kMaxProblems = 100;
constexpr std::string_view kStructured = "application/cloudevents+json";
constexpr std::string_view kBatch = "application/cloudevents-batch+json";
constexpr std::string_view kHeader = "ce-";

/// Without its parameters, in lower case.
std::string MediaTypeOf(const Request& request) {
  auto type = std::string(request.Header("content-type"));
  type = type.substr(0, type.find(';'));
  while (type.ends_with(' ')) type.pop_back();
  std::ranges::transform(type, type.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type;
}

int HexOf(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Header values carry what is not ASCII as %XX.
std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? HexOf(text[i + 1]) : -1;
    const int low = high >= 0 ? HexOf(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return RepairUtf8(decoded);
}

}  // namespace

bool IsBinaryEvent(const Request& request) {
  const auto media_type = MediaTypeOf(request);
  return media_type != kStructured && media_type != kBatch &&
         std::ranges::any_of(request.headers, [](const auto& header) { return header.first.starts_with(kHeader); });
}

Result<Value> ReadBinaryEvent(const Request& request) {
  const auto media_type = MediaTypeOf(request);
  auto event = Value::EmptyObject();
  for (const auto& [name, value] : request.headers) {
    if (name.starts_with(kHeader)) event.Set(name.substr(kHeader.size()), Value(PercentDecoded(value)));
  }
  if (!media_type.empty()) event.Set("datacontenttype", Value(RepairUtf8(request.Header("content-type"))));
  if (request.body.empty()) return event;
  if (media_type.empty() || media_type == "application/json" || media_type.ends_with("+json")) {
    auto data = Value::Parse(request.body, Value::kMaxDepth);
    if (!data) return Fail("validation", "the event's data is not JSON: " + data.error().message);
    event.Set("data", *std::move(data));
  } else if (FindInvalidUtf8(request.body) || request.body.contains('\0')) {
    event.Set("data_base64", Value(Base64(request.body)));
  } else {
    event.Set("data", Value(request.body));
  }
  return event;
}

namespace {

/// The events of a call, not yet checked.
Result<std::vector<Value>> EventsOf(const Request& request) {
  const auto media_type = MediaTypeOf(request);
  const bool plain_json = media_type == "application/json" || media_type.empty();
  if (IsBinaryEvent(request) || (media_type != kStructured && media_type != kBatch && !plain_json)) {
    WEFT_TRY(auto event, ReadBinaryEvent(request));
    return std::vector<Value>{std::move(event)};
  }
  auto body = Value::Parse(request.body, Value::kMaxDepth);
  if (!body) return Fail("validation", "the body is not JSON: " + body.error().message);
  if (body->IsArray() ? media_type == kStructured : media_type == kBatch)
    return Fail("validation", "the body holds " + std::string(body->IsArray() ? "a list" : "no list") +
                                  ", which is not what its content type says");
  if (!body->IsArray()) return std::vector<Value>{*std::move(body)};
  if (body->size() > kMaxEvents)
    return Fail("too_large", "a batch holds at most " + std::to_string(kMaxEvents) + " events; send several");
  std::vector<Value> events;
  for (std::size_t i = 0; i < body->size(); ++i) events.push_back(body->At(i));
  return events;
}

Response Publish(const Services& services, const Request& request) {
  const auto ns = request.Query("namespace").value_or("default");
  auto given = EventsOf(request);
  if (!given) return ProblemOf(given.error());
  const auto too_large = [](const Value& event) {
    return expr::SizeBound(event, triggers::kMaxEvent) > triggers::kMaxEvent;
  };
  if (std::ranges::any_of(*given, too_large))
    return ProblemOf({"too_large", "nothing was accepted: an event has at most 512 KB; pass a reference to the data"});
  std::vector<std::string> problems;
  std::vector<CloudEvent> events;
  for (std::size_t i = 0; i < given->size(); ++i) {
    const auto where = given->size() == 1 ? std::string() : "event " + std::to_string(i + 1) + ": ";
    if (auto event = triggers::ReadCloudEvent((*given)[i], where, problems)) events.push_back(*std::move(event));
  }
  if (!problems.empty()) {
    auto list = Value::EmptyArray();
    for (std::size_t i = 0; i < std::min(problems.size(), kMaxProblems); ++i) list.Append(Value(problems[i]));
    return Problem(422, {"validation", "nothing was accepted: " + problems.front()},
                   Value::Object({{"problems", std::move(list)}}).Dump());
  }
  const auto accepted = services.correlator->Publish(ns, events);
  if (!accepted) return ProblemOf(accepted.error());
  auto items = Value::EmptyArray();
  for (std::size_t i = 0; i < events.size(); ++i) {
    items.Append(Value::Object({{"source", Value(events[i].source)},
                                {"id", Value(events[i].id)},
                                {"duplicate", Value((*accepted)[i].duplicate)}}));
  }
  return {.status = 202, .body = Value::Object({{"items", std::move(items)}}).Dump(), .headers = {}};
}

}  // namespace

std::vector<Route> EventRoutes(Services& services) {
  return {{.method = "POST",
           .pattern = "/api/v1/events",
           .permission = Permission::kPublish,
           .handler = Handler([&services](const Request& request) { return Publish(services, request); }),
           // Neither text/plain nor a form, which pages of other sites can send.
           .accepts = {std::string(kStructured), std::string(kBatch), "application/json", "application/xml",
                       "application/octet-stream", "application/protobuf", "application/avro"},
           .max_body = kMaxBody}};
}

}  // namespace weft::server
