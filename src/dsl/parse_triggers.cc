#include <algorithm>
#include <map>

#include "dsl/cron.h"
#include "dsl/loader.h"
#include "dsl/timezone.h"
#include "dsl/values.h"

namespace weft::dsl {
namespace {

using expr::Value;

CronTrigger ReadCron(Loader& loader, const DocumentNode& node) {
  CronTrigger trigger;
  const auto* cron = node.Get("cron");
  trigger.cron = TextOf(cron).value_or("");
  if (cron->IsString()) {
    if (const auto parsed = ParseCron(cron->text); !parsed) {
      const auto& problem = parsed.error();
      loader.problems.Error("cron", {*cron, problem.offset, std::max<std::size_t>(problem.length, 1)}, problem.message,
                            problem.hint);
    }
  }
  const auto* timezone = node.Get("timezone");
  trigger.timezone = TextOf(timezone).value_or("UTC");
  if (timezone != nullptr && timezone->IsString() && !loader.normalised) {
    if (const auto problem = CheckTimeZone(timezone->text))
      loader.problems.Error("timezone", *timezone, problem->message, problem->hint);
  }
  trigger.overlap = TextOf(node.Get("overlap")).value_or(trigger.overlap);
  trigger.catchup = DurationOf(node.Get("catchup")).value_or(trigger.catchup);
  trigger.jitter = DurationOf(node.Get("jitter")).value_or(trigger.jitter);
  trigger.start = TimeOf(node.Get("start"));
  trigger.end = TimeOf(node.Get("end"));
  if (trigger.start && trigger.end && *trigger.end <= *trigger.start) {
    loader.problems.Error("value", *node.Get("end"), "`end` is not after `start`");
  }
  trigger.pause_on_failure = BoolOf(node.Get("pause_on_failure")).value_or(false);
  return trigger;
}

bool IsHookPath(std::string_view path) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~/").contains(c);
  };
  if (path.empty() || path.size() > 200 || path.front() == '/' || path.back() == '/' ||
      !std::ranges::all_of(path, allowed))
    return false;
  const auto around = '/' + std::string(path) + '/';
  return !around.contains("//") && !around.contains("/./") && !around.contains("/../");
}

/// In one form: null, `"none"`, or `{ hmac: … }`.
Value ReadAuth(Loader& loader, const DocumentNode* auth) {
  if (auth == nullptr) return {};
  if (!auth->IsMap()) return auth->ToValue();
  const auto* hmac = auth->Get("hmac");
  const auto& settings = hmac == nullptr ? *auth : *hmac;
  if (const auto* secret = settings.Get("secret"); secret != nullptr && secret->IsString())
    loader.CheckSecretDeclared(*secret, secret->text);
  if (hmac == nullptr) return Value::Object({{"hmac", auth->ToValue()}});
  const auto* preset = hmac->Get("preset");
  for (const auto* key : {"header", "algorithm", "prefix"}) {
    const auto* value = hmac->Get(key);
    if (preset != nullptr && value != nullptr) {
      loader.problems.Error("conflict", KeyOf(*value), "`preset` decides " + Quoted(key), "leave one of them out");
    }
  }
  if (hmac->IsMap() && preset == nullptr && hmac->Get("header") == nullptr) {
    loader.problems.Error("missing", KeyOf(*hmac), "`header` or `preset` is missing",
                          "name the header that carries the signature");
  }
  return auth->ToValue();
}

WebhookTrigger ReadWebhook(Loader& loader, const DocumentNode& node, std::map<std::string, int>& owned) {
  WebhookTrigger trigger;
  const auto& path = *node.Get("webhook");
  trigger.path = TextOf(&path).value_or("");
  if (path.IsString() && !IsHookPath(path.text)) {
    loader.problems.Error("value", path, Quoted(path.text) + " is not a path",
                          "write for example `orders` or `shop/orders`: A-Z, a-z, 0-9, `-._~` and `/` between parts");
  }
  if (const auto* methods = node.Get("methods")) trigger.methods = TextsOf(methods);
  for (const auto& method : trigger.methods) {
    if (const auto line = owned.emplace(method + ' ' + trigger.path, path.begin.line); !line.second) {
      loader.problems.Error(
          "conflict", path,
          "the trigger in line " + std::to_string(line.first->second) + " already takes " + method + " on this path");
    }
  }
  trigger.auth = ReadAuth(loader, node.Get("auth"));
  trigger.respond_result = TextOf(node.Get("respond")) == "result";
  const auto* respond_timeout = node.Get("respond_timeout");
  trigger.respond_timeout = DurationOf(respond_timeout);
  if (respond_timeout != nullptr && !trigger.respond_result) {
    loader.problems.Error("conflict", KeyOf(*respond_timeout), "`respond_timeout` needs `respond: result`");
  }
  trigger.max_body = SizeOf(node.Get("max_body")).value_or(trigger.max_body);
  return trigger;
}

}  // namespace

std::vector<Trigger> ReadTriggers(Loader& loader, const DocumentNode* list) {
  std::vector<Trigger> triggers;
  std::map<std::string, const DocumentNode*> ids;
  std::map<std::string, int> owned;
  if (list == nullptr) return triggers;
  const Site site{.moment = Moment::kTrigger};
  for (const auto* item : list->items) {
    Trigger trigger;
    if (const auto* id = item->Get("id"); id != nullptr && id->IsString()) {
      trigger.id = id->text;
      if (const auto [first, is_new] = ids.emplace(id->text, id); !is_new) {
        loader.problems.Error("duplicate-id", *id,
                              "the trigger " + Quoted(id->text) + " exists already, in line " +
                                  std::to_string(first->second->begin.line));
      }
    }
    if (item->Get("cron") != nullptr) {
      trigger.kind = ReadCron(loader, *item);
    } else if (item->Get("webhook") != nullptr) {
      trigger.kind = ReadWebhook(loader, *item, owned);
    } else {
      trigger.kind = EventTrigger{TextOf(item->Get("event")).value_or(""), TextOf(item->Get("source")).value_or("")};
    }
    trigger.when = loader.ReadCondition(item->Get("when"), site);
    trigger.key = loader.ReadExpr(item->Get("key"), site);
    trigger.input = loader.ReadTemplate(item->Get("input"), site);
    trigger.paused = BoolOf(item->Get("paused")).value_or(false);
    triggers.push_back(std::move(trigger));
  }
  return triggers;
}

}  // namespace weft::dsl
