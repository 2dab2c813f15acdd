#include "server/handlers/channels.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "expr/value.h"
#include "notify/outbox.h"
#include "notify/settings.h"
#include "server/page.h"
#include "store/audit.h"
#include "store/channels.h"
#include "store/notifications.h"

namespace weft::server {
namespace {

using expr::Value;
using store::Channel;
using store::Notification;

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

bool IsChannelName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, allowed);
}

/// What may be seen of a channel.
Value DocumentOf(const Channel& channel) {
  std::vector<std::string> secrets;
  auto view = Value::EmptyObject();
  if (const auto* kind = notify::FindKind(channel.kind)) {
    view = notify::ViewOfSettings(*kind, Value::Parse(channel.config).value_or(Value()), secrets);
  }
  auto names = Value::EmptyArray(), events = Value::EmptyArray();
  for (const auto& secret : secrets) names.Append(Value(secret));
  for (const auto& event : channel.events) events.Append(Value(event));
  return Value::Object({{"name", Value(channel.name)},
                        {"kind", Value(channel.kind)},
                        {"config", std::move(view)},
                        {"secrets", std::move(names)},
                        {"language", Value(channel.language)},
                        {"all", std::move(events)},
                        {"createdAt", Value(FormatTimestamp(channel.created_at))},
                        {"updatedAt", Value(FormatTimestamp(channel.updated_at))}});
}

/// The channel that `body` describes, on top of what there is of that name.
Result<Channel> ChannelOf(const Value& body, const std::string& name, const std::optional<Channel>& before) {
  for (const auto& key : body.Keys()) {
    // What DocumentOf shows may come back.
    constexpr std::array kKnown{"name", "kind", "config", "language", "all", "secrets", "createdAt", "updatedAt"};
    if (std::ranges::find(kKnown, key) == kKnown.end()) {
      return Fail("validation",
                  "A channel has no `" + key + "`; it has `name`, `kind`, `config`, `language` and `all`.");
    }
  }
  Channel channel;
  channel.name = name;
  channel.kind = body.Has("kind") || !before ? body.Get("kind").AsString() : before->kind;
  const auto* kind = notify::FindKind(channel.kind);
  if (kind == nullptr) {
    std::string kinds;
    for (const auto& known : notify::Kinds()) kinds += (kinds.empty() ? "" : ", ") + std::string(known.name);
    return Fail("validation", "`kind` must be one of " + kinds + ".");
  }
  const bool same_kind = before && before->kind == channel.kind;
  const auto old = same_kind ? Value::Parse(before->config).value_or(Value()) : Value();
  auto settings = old;
  if (!same_kind || body.Has("config")) {
    WEFT_TRY(settings, notify::CheckSettings(*kind, body.Get("config"), old));
  }
  channel.config = settings.Dump();
  channel.language = before ? before->language : std::string(kind->language);
  if (body.Has("language")) channel.language = body.Get("language").AsString();
  if (channel.language != "en" && channel.language != "zh") return Fail("validation", "`language` must be en or zh.");
  if (!body.Has("all")) {
    if (before) channel.events = before->events;
    return channel;
  }
  const auto all = body.Get("all");
  if (!all.IsArray()) return Fail("validation", "`all` must be a list of events.");
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto event = all.At(i).AsString();
    if (!notify::IsRuleEvent(event)) {
      return Fail("validation",
                  "`all` knows failed, timed_out, terminated, cancelled, completed, recovered and stuck; `" + event +
                      "` is none of them.");
    }
    channel.events.push_back(event);
  }
  return channel;
}

class Channels {
 public:
  explicit Channels(const Services& services) : services_(services) {}

  Response List(const Request& /*request*/) const {
    const auto channels =
        services_.database->Read<std::vector<Channel>>([&](auto& t) { return store::ListChannels(t, *services_.key); });
    if (!channels) return ProblemOf(channels.error());
    std::vector<Value> items;
    for (const auto& channel : *channels) items.push_back(DocumentOf(channel));
    return PageResponse(std::move(items), "");
  }

  Response Show(const Request& request) const {
    const auto channel = Find(request.Parameter("name"));
    if (!channel) return ProblemOf(channel.error());
    if (!*channel) return ProblemOf(Missing(request.Parameter("name")));
    return {.status = 200, .body = DocumentOf(**channel).Dump(), .headers = {}};
  }

  /// No part of the body is repeated in a problem: it holds secrets.
  Response Save(const Request& request, std::optional<std::string> named) const {
    const auto body = Value::Parse(request.body, Value::kMaxDepth);
    if (!body || !body->IsObject()) {
      return ProblemOf({"validation", "The body must be `{ \"name\", \"kind\", \"config\" }`."});
    }
    const auto name = named ? *named : body->Get("name").AsString();
    if (!IsChannelName(name)) {
      return ProblemOf({"validation", "`name` must be up to 63 of a-z, A-Z, 0-9, `.`, `_` and `-`."});
    }
    const auto before = Find(name);
    if (!before) return ProblemOf(before.error());
    auto channel = ChannelOf(*body, name, *before);
    if (!channel) return ProblemOf(channel.error());
    channel->updated_at = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    channel->created_at = *before ? (*before)->created_at : channel->updated_at;
    const auto saved = services_.database->Write([&](store::Transaction& t) -> Result<void> {
      WEFT_TRY_VOID(Audit(t, request, "channel.set", name));
      return store::SaveChannel(t, *services_.key, *channel);
    });
    if (!saved) return ProblemOf(saved.error());
    return {.status = *before ? 200 : 201, .body = DocumentOf(*channel).Dump(), .headers = {}};
  }

  Response Delete(const Request& request) const {
    const auto& name = request.Parameter("name");
    const auto gone = services_.database->Write<bool>([&](store::Transaction& t) -> Result<bool> {
      WEFT_TRY(const bool deleted, store::DeleteChannel(t, name));
      if (deleted) WEFT_TRY_VOID(Audit(t, request, "channel.delete", name));
      return deleted;
    });
    if (!gone) return ProblemOf(gone.error());
    if (!*gone) return ProblemOf(Missing(name));
    return {.status = 204, .body = {}, .headers = {}};
  }

  Response Test(const Request& request) const {
    const auto tested = services_.outbox->Test(request.Parameter("name"), {});
    if (!tested) return ProblemOf(tested.error());
    const bool sent = tested->status == store::NotificationStatus::kSent;
    const auto body = Value::Object({{"id", Value(tested->id)},
                                     {"delivered", Value(sent)},
                                     {"answer", TextOrNull(tested->answer)},
                                     {"error", TextOrNull(tested->error)},
                                     {"sent", TextOrNull(tested->sent)}});
    return {.status = 200, .body = body.Dump(), .headers = {}};
  }

 private:
  static Error Missing(const std::string& name) { return {"not_found", "There is no channel `" + name + "`."}; }

  Result<std::optional<Channel>> Find(const std::string& name) const {
    return services_.database->Read<std::optional<Channel>>(
        [&](auto& t) { return store::FindChannel(t, *services_.key, name); });
  }

  static Result<void> Audit(store::Transaction& t, const Request& request, const char* action,
                            const std::string& name) {
    return store::AddAudit(t, {.id = {},
                               .actor = request.principal.name,
                               .remote = request.remote,
                               .action = action,
                               .target = name,
                               .detail = {}});
  }

  const Services& services_;
};

Value DocumentOf(const Notification& n) {
  return Value::Object(
      {{"id", Value(n.id)},
       {"channel", Value(n.channel)},
       {"event", Value(n.event)},
       {"namespace", TextOrNull(n.ns)},
       {"workflow", TextOrNull(n.workflow)},
       {"instance", TextOrNull(n.instance)},
       {"status", Value(StatusName(n.status))},
       {"attempts", Value(n.attempts)},
       {"error", TextOrNull(n.error)},
       {"answer", TextOrNull(n.answer)},
       {"sent", TextOrNull(n.sent)},
       {"createdAt", Value(FormatTimestamp(n.created_at))},
       {"updatedAt", Value(FormatTimestamp(n.updated_at))},
       {"nextAttemptAt",
        n.status == store::NotificationStatus::kPending && n.due_at ? Value(FormatTimestamp(*n.due_at)) : Value()}});
}

Response ListNotifications(const Services& services, const Request& request) {
  const auto page = PageOf(request);
  if (!page) return ProblemOf(page.error());
  const auto query = [&](std::string_view name) { return request.Query(name).value_or(""); };
  const store::NotificationFilter filter{.channel = query("channel"),
                                         .status = query("status"),
                                         .event = query("event"),
                                         .ns = query("namespace"),
                                         .workflow = query("workflow"),
                                         .instance = query("instance")};
  auto found = services.database->Read<std::vector<Notification>>(
      [&](auto& t) { return store::ListNotifications(t, filter, page->after, page->limit + 1); });
  if (!found) return ProblemOf(found.error());
  const bool more = found->size() > static_cast<std::size_t>(page->limit);
  if (more) found->pop_back();
  std::vector<Value> items;
  for (const auto& notification : *found) items.push_back(DocumentOf(notification));
  return PageResponse(std::move(items), more ? found->back().id : "");
}

}  // namespace

std::vector<Route> ChannelRoutes(Services& services) {
  const auto on = [&services](auto method) {
    return [&services, method](const Request& request) { return (Channels(services).*method)(request); };
  };
  return {
      {.method = "GET",
       .pattern = "/api/v1/channels",
       .permission = Permission::kAdmin,
       .handler = on(&Channels::List),
       .accepts = {}},
      {.method = "POST",
       .pattern = "/api/v1/channels",
       .permission = Permission::kAdmin,
       .handler = [&services](const Request& request) { return Channels(services).Save(request, std::nullopt); },
       .accepts = {"application/json"}},
      {.method = "GET",
       .pattern = "/api/v1/channels/{name}",
       .permission = Permission::kAdmin,
       .handler = on(&Channels::Show),
       .accepts = {}},
      {.method = "PUT",
       .pattern = "/api/v1/channels/{name}",
       .permission = Permission::kAdmin,
       .handler =
           [&services](const Request& request) { return Channels(services).Save(request, request.Parameter("name")); },
       .accepts = {"application/json"}},
      {.method = "DELETE",
       .pattern = "/api/v1/channels/{name}",
       .permission = Permission::kAdmin,
       .handler = on(&Channels::Delete),
       .accepts = {}},
      {.method = "POST",
       .pattern = "/api/v1/channels/{name}/test",
       .permission = Permission::kAdmin,
       .handler = on(&Channels::Test),
       .accepts = {"application/json"}},
      {.method = "GET",
       .pattern = "/api/v1/notifications",
       .permission = Permission::kView,
       .handler = [&services](const Request& request) { return ListNotifications(services, request); },
       .accepts = {}}};
}

}  // namespace weft::server
