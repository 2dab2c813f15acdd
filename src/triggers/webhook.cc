#include "triggers/webhook.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/encode.h"
#include "store/definitions.h"
#include "store/trigger_states.h"
#include "store/webhook_paths.h"
#include "temporalio/client/result.h"
#include "triggers/fire.h"
#include "triggers/signature.h"

namespace weft::triggers {
namespace {

using expr::Value;
using store::Delivery;
using store::DeliveryStatus;

constexpr std::size_t kLongestDeliveryName = 200;

HookAnswer Refuse(Error error, std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {.problem = std::move(error), .headers = std::move(headers)};
}

/// `{ id, delivery }`; the id is null when nothing starts.
Value IdsOf(const Delivery& delivery) {
  return Value::Object(
      {{"id", delivery.instance.empty() ? Value() : Value(delivery.instance)}, {"delivery", Value(delivery.id)}});
}

/// What follows a scheme's name in `Authorization`; empty for another scheme.
std::string_view Credentials(const HookRequest& request, std::string_view scheme) {
  auto value = request.Header("authorization");
  if (value.size() <= scheme.size() || value[scheme.size()] != ' ') return {};
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    if ((value[i] | 0x20) != (scheme[i] | 0x20)) return {};
  }
  value.remove_prefix(scheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

/// Stops a wait when its time is over.
class Limit {
 public:
  Limit(Duration span, const std::stop_token& also)
      : forward_(also, [this] { over_.request_stop(); }), timer_([this, span](const std::stop_token& done) {
          std::mutex mutex;
          std::unique_lock lock(mutex);
          std::condition_variable_any never;
          if (!never.wait_for(lock, done, span, [] { return false; }) && !done.stop_requested()) over_.request_stop();
        }) {}
  std::stop_token token() { return over_.get_token(); }

 private:
  std::stop_source over_;
  std::stop_callback<std::function<void()>> forward_;
  std::jthread timer_;
};

class Slot {
 public:
  explicit Slot(std::counting_semaphore<>* of) : of_(of) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot() {
    if (of_ != nullptr) of_->release();
  }

 private:
  std::counting_semaphore<>* of_;
};

}  // namespace

/// The trigger that a request is for.
struct Webhooks::Target {
  std::shared_ptr<const Definition> definition;
  const dsl::Trigger* trigger = nullptr;
  const dsl::WebhookTrigger* hook = nullptr;

  [[nodiscard]] const dsl::Workflow& workflow() const { return *definition->workflow; }
  [[nodiscard]] Value hmac() const { return hook->auth.Get("hmac"); }
  [[nodiscard]] std::string preset() const { return hmac().Get("preset").AsString(); }
};

Webhooks::Webhooks(store::Database& database, Starter& starter, Inbox& inbox, WebhookOptions options)
    : database_(database),
      starter_(starter),
      inbox_(inbox),
      options_(std::move(options)),
      waiting_(options_.most_waiting) {}

Result<Webhooks::Target> Webhooks::Find(const HookRequest& request) {
  struct Found {
    std::vector<store::WebhookPath> paths;
    int revision = 0;
    bool paused = false;
  };
  const auto of_method = [&](const Found& found) {
    return std::ranges::find(found.paths, request.method, &store::WebhookPath::method);
  };
  // One transaction: path and revision are of one deploy.
  WEFT_TRY(const auto found, database_.Read<Found>([&](auto& t) -> Result<Found> {
    Found read;
    WEFT_TRY(read.paths, store::FindWebhookPaths(t, request.ns, request.path));
    const auto path = of_method(read);
    if (path == read.paths.end()) return read;
    WEFT_TRY(read.revision, store::FindLatestNumber(t, path->ns, path->name));
    WEFT_TRY(const auto state, store::FindTriggerState(t, path->ns, path->name, path->trigger_id));
    read.paused = state && state->paused;
    return read;
  }));
  if (found.paths.empty()) return Fail("not_found", "there is no webhook at this address");
  const auto path = of_method(found);
  if (path == found.paths.end()) {
    std::string allowed;
    for (const auto& other : found.paths) allowed += (allowed.empty() ? "" : ", ") + other.method;
    return Fail("method", allowed);
  }
  if (found.paused) {
    return Fail("busy", "the trigger `" + path->trigger_id + "` is paused; try again once it has been resumed");
  }
  Target target;
  WEFT_TRY(target.definition, starter_.definitions().Get(path->ns, path->name, found.revision));
  target.trigger = target.definition->FindTrigger(path->trigger_id);
  if (target.trigger != nullptr) target.hook = std::get_if<dsl::WebhookTrigger>(&target.trigger->kind);
  if (target.hook == nullptr) return Fail("not_found", "there is no webhook at this address");
  return target;
}

Result<std::string> Webhooks::SecretOf(const Target& target) const {
  auto secret = options_.secret(target.workflow().ns, target.hmac().Get("secret").AsString());
  if (secret || secret.error().code != "secret") return secret;
  // No fault of the sender's, who shall send it again once the server has it; nor is its name the sender's business.
  return Fail("busy", "the secret that checks this webhook's signatures is not known to the server yet");
}

Result<void> Webhooks::Authenticate(const Target& target, const HookRequest& request) const {
  const auto& auth = target.hook->auth;
  const auto kind = auth.IsNull() ? (options_.loopback ? "none" : "token") : auth.AsString();
  if (kind == "none") return {};
  std::string token;
  if (kind == "token") {
    token = Credentials(request, "Bearer");
  } else if (kind == "basic") {
    const auto pair = FromBase64(Credentials(request, "Basic")).value_or("");
    const auto colon = pair.find(':');
    if (colon != std::string::npos) token = pair.substr(colon + 1);
  } else {
    WEFT_TRY(const auto secret, SecretOf(target));
    return CheckSignature(
        target.hmac(), secret, [&](std::string_view name) { return request.Header(name); }, request.body, inbox_.Now());
  }
  if (token.empty()) {
    return Fail("unauthorized", kind == "basic" ? "give an API token as the password of `Authorization: Basic …`"
                                                : "give an API token as `Authorization: Bearer TOKEN`");
  }
  WEFT_TRY(const auto allowed, options_.token(token, target.workflow().ns));
  if (!allowed) return Fail("unauthorized", "the token is unknown, or may not start this workflow");
  return {};
}

HookAnswer Webhooks::Answer(const HookRequest& request) {
  const auto target = Find(request);
  if (!target) {
    auto error = target.error();
    if (error.code != "method") return Refuse(std::move(error));
    const auto allowed = error.message;
    error.message = "this webhook takes " + allowed + ", not " + request.method;
    return Refuse(std::move(error), {{"Allow", allowed}});
  }
  if (request.body.size() > target->hook->max_body) {
    return Refuse({"too_large", "the body is larger than the " + std::to_string(target->hook->max_body) +
                                    " bytes that this webhook takes"});
  }
  const auto authentic = Authenticate(*target, request);
  const auto preset = target->preset();
  if (preset == "feishu" || (authentic && preset == "slack")) {
    // How Feishu asks for the address to be confirmed: unsigned, perhaps encrypted.
    auto body = Value::Parse(request.body, Value::kMaxDepth).value_or(Value());
    if (body.Has("encrypt")) {
      const auto secret = SecretOf(*target);
      body = secret ? DecryptFeishu(*secret, std::move(body)).value_or(Value()) : Value();
    }
    if (const auto challenge = Challenge(preset, body); !challenge.IsNull()) {
      return {.status = 200, .body = challenge.Dump()};
    }
  }
  if (!authentic) {
    const bool basic = target->hook->auth.StringView() == "basic";
    return Refuse(authentic.error(),
                  basic ? std::vector<std::pair<std::string, std::string>>{{"WWW-Authenticate", "Basic realm=\"weft\""}}
                        : std::vector<std::pair<std::string, std::string>>{});
  }
  return Take(*target, request);
}

HookAnswer Webhooks::Take(const Target& target, const HookRequest& request) {
  const auto preset = target.preset();
  const auto& auth = target.hook->auth;
  const bool proven = auth.IsNull() ? !options_.loopback : auth.StringView() != "none";
  auto body = ReadBody(request, proven);
  if (!body) return Refuse(body.error());
  if (preset == "feishu" && body->Has("encrypt")) {
    const auto secret = SecretOf(target);
    if (!secret) return Refuse(secret.error());
    body = DecryptFeishu(*secret, *std::move(body));
    if (!body) return Refuse(body.error());
  }

  Delivery delivery;
  delivery.kind = "webhook";
  delivery.ns = target.workflow().ns;
  delivery.workflow = target.workflow().name;
  delivery.trigger = target.trigger->id;
  delivery.revision = target.definition->revision;
  delivery.dedupe = DeliveryName(request, *body, preset);
  if (delivery.dedupe.size() > kLongestDeliveryName) {
    return Refuse({"validation", "the name of the delivery (Idempotency-Key) is longer than 200 characters"});
  }
  const auto payload =
      PayloadOf(request, *std::move(body), preset, target.hmac().Get("header").StringView(), inbox_.Now());
  delivery.payload = payload.Dump();
  const auto firing = Fire(target.workflow(), *target.trigger, "webhook", payload, inbox_.Now());
  FillFrom(firing, *target.trigger, delivery);
  const bool waits = target.hook->respond_result && delivery.status == DeliveryStatus::kPending;
  if (waits && !waiting_.try_acquire()) {
    return Refuse({"rate", "too many callers wait for the output of a run; try again later"});
  }
  const Slot slot(waits ? &waiting_ : nullptr);
  const auto accepted = inbox_.Accept(std::move(delivery));
  if (!accepted) return Refuse(accepted.error());
  const auto& stored = accepted->delivery;
  if (stored.status == DeliveryStatus::kFailed) {
    auto answer = Refuse({stored.error_code, stored.error_message});
    answer.extra = Value::Object({{"delivery", Value(stored.id)}}).Dump();
    return answer;
  }
  if (waits && !stored.instance.empty()) return WaitForOutput(target, stored);
  return {.status = 202, .body = IdsOf(stored).Dump()};
}

HookAnswer Webhooks::WaitForOutput(const Target& target, const Delivery& delivery) {
  const auto ids = IdsOf(delivery);
  const auto late = [&](std::string message) {
    auto answer = Refuse({"timeout", std::move(message)});
    answer.extra = ids.Dump();
    return answer;
  };
  const bool unstarted = delivery.status == DeliveryStatus::kPending;
  Limit limit(target.hook->respond_timeout.value_or(options_.respond_timeout), stopping_.get_token());
  const auto outcome =
      temporalio::GetResult(starter_.client(), {delivery.instance, delivery.run_id}, true, limit.token());
  if (!outcome) {
    return late(unstarted ? "the delivery is stored; its run starts as soon as Temporal answers"
                          : "the run goes on, but did not end in time");
  }
  if (const auto* completed = std::get_if<temporalio::Completed>(&outcome->how)) {
    return {.status = 200, .body = completed->result.empty() ? "null" : completed->result.front().data()};
  }
  auto answer = Refuse({"workflow.failed", "the run ended without an output; look at the instance for the reason"});
  answer.extra = ids.Dump();
  return answer;
}

}  // namespace weft::triggers
