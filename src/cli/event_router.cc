#include "cli/event_router.h"

#include <algorithm>
#include <utility>

namespace weft::cli {
namespace {

using expr::Value;

/// Its extension attribute `key`, else `partitionkey`, else `subject`.
std::optional<std::string> KeyOf(const Value& event) {
  for (const auto* name : {"key", "partitionkey", "subject"}) {
    const auto value = event.Get(name);
    if (!value.IsNull()) return value.IsString() ? value.AsString() : value.Dump();
  }
  return std::nullopt;
}

}  // namespace

Result<EventRouter::Event> EventRouter::Complete(Value event, std::string_view id) {
  if (!event.IsObject() || !event.Get("type").IsString()) {
    return Fail("validation",
                "an event is a JSON object with a `type`, such as {\"type\":\"com.shop.paid\",\"data\":{}}");
  }
  if (!event.Has("id")) event.Set("id", Value(id));
  if (!event.Has("source")) event.Set("source", Value("weft"));
  if (!event.Has("specversion")) event.Set("specversion", Value("1.0"));
  return Event{.type = event.Get("type").AsString(),
               .source = event.Get("source").AsString(),
               .key = KeyOf(event),
               .json = event.Dump()};
}

bool EventRouter::Fits(const Subscription& subscription, const Event& event) {
  return std::ranges::find(subscription.types, event.type) != subscription.types.end() &&
         (subscription.source.empty() || subscription.source == event.source) &&
         (!subscription.key || subscription.key == event.key);
}

std::vector<std::string> EventRouter::Publish(const Event& event) {
  std::vector<std::string> ids;
  for (const auto& [id, subscription] : subscriptions_) {
    if (Fits(subscription, event)) ids.push_back(id);
  }
  events_.push_back(event);
  return ids;
}

std::vector<EventRouter::Event> EventRouter::Subscribe(const std::string& id, const Value& args) {
  Subscription subscription{.types = {}, .source = args.Get("source").AsString(), .key = {}};
  if (args.Has("key")) subscription.key = args.Get("key").AsString();
  const auto types = args.Get("types");
  for (std::size_t i = 0; i < types.size(); ++i) subscription.types.push_back(types.At(i).AsString());
  std::vector<Event> fitting;
  std::ranges::copy_if(events_, std::back_inserter(fitting), [&](const Event& e) { return Fits(subscription, e); });
  subscriptions_.insert_or_assign(id, std::move(subscription));
  return fitting;
}

}  // namespace weft::cli
