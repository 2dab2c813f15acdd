#include "server/handlers/instance_actions.h"

#include <string>
#include <utility>

#include "contract/ids.h"
#include "contract/names.h"
#include "server/handlers/events.h"
#include "temporalio/converter/payload.h"
#include "triggers/approvals.h"
#include "triggers/cloud_event.h"

namespace weft::server {
namespace {

using expr::Value;

constexpr std::size_t kMaxReason = 500;

Response Accepted(const std::string& id, const char* what) {
  return {.status = 202, .body = Value::Object({{"id", Value(id)}, {"status", Value(what)}}).Dump(), .headers = {}};
}

/// Who asks, and why if that was said: it stands in the history.
std::string ReasonOf(const Request& request, const Value& body) {
  auto reason = body.Get("reason").AsString().substr(0, kMaxReason);
  return reason.empty() ? "asked by " + request.principal.name : reason + " (" + request.principal.name + ")";
}

Result<void> ToResult(const temporalio::Result<void>& done) {
  if (done) return {};
  if (done.error().code == temporalio::Error::Code::kNotFound) return Fail("conflict", "the instance has ended");
  return Fail("temporal", done.error().message);
}

class Actions {
 public:
  Actions(const Services& services, std::shared_ptr<const InstanceDocuments> documents)
      : services_(services), documents_(std::move(documents)) {}

  Result<Response> Cancel(const Request& request) const {
    WEFT_TRY(const auto body, ObjectOf(request));
    WEFT_TRY(const auto instance, FindOpen(request));
    bool again = false;
    WEFT_TRY_VOID(
        documents_->hub().Look(*instance.found, [&](const progress::InstanceView& view) { again = view.cancelling; }));
    if (!again) {
      WEFT_TRY_VOID(ToResult(services_.client->RequestCancel(instance.ref(), ReasonOf(request, body))));
      return Accepted(instance.shown, "cancelling");
    }
    WEFT_TRY_VOID(ToResult(services_.client->SignalWorkflow(
        instance.ref(), {.name = std::string(contract::kCancelSignal),
                         .input = {temporalio::JsonPayload(Value(ReasonOf(request, body)).Dump())}})));
    return Accepted(instance.shown, "abandoning");
  }

  Result<Response> Terminate(const Request& request) const {
    WEFT_TRY(const auto body, ObjectOf(request));
    WEFT_TRY(const auto instance, FindOpen(request));
    WEFT_TRY_VOID(ToResult(services_.client->Terminate(instance.ref(), ReasonOf(request, body))));
    return Accepted(instance.shown, "terminated");
  }

  Result<Response> Event(const Request& request) const {
    WEFT_TRY(auto body, IsBinaryEvent(request) ? ReadBinaryEvent(request) : ObjectOf(request));
    std::vector<std::string> problems;
    const auto event = triggers::ReadCloudEvent(triggers::CompleteCloudEvent(std::move(body)), {}, problems);
    if (!event) {
      std::string message;
      for (const auto& problem : problems) message += (message.empty() ? "the event: " : "; ") + problem;
      return Fail("validation", message);
    }
    WEFT_TRY(const auto instance, FindOpen(request));
    // Sent twice it arrives once: a run takes signals of one request id once.
    WEFT_TRY_VOID(ToResult(services_.client->SignalWorkflow(
        instance.ref(),
        {.name = std::string(contract::kEventSignal),
         .input = {temporalio::JsonPayload("{\"addressed\":true,\"event\":" + event->body + "}")},
         .request_id = contract::InstanceId("event", "addressed", instance.id, event->source + '\n' + event->id)})));
    return Response{.status = 202,
                    .body = Value::Object({{"id", Value(instance.shown)}, {"event", Value(event->id)}}).Dump(),
                    .headers = {}};
  }

  Result<Response> Approve(const Request& request) const {
    WEFT_TRY(const auto body, ObjectOf(request));
    const auto node = body.Get("node"), decision = body.Get("decision");
    if (!node.IsString() || !decision.IsString())
      return Fail("validation", "`node` is the path of the approval, `decision` is approved or rejected");
    WEFT_TRY(const auto instance, FindOpen(request));
    WEFT_TRY_VOID(services_.approvals->Approve({.instance = instance.id,
                                                .node = node.AsString(),
                                                .decision = decision.AsString(),
                                                .data = body.Get("data"),
                                                .by = request.principal.name}));
    return Accepted(instance.shown, decision.StringView() == "approved" ? "approved" : "rejected");
  }

 private:
  Result<NamedInstance> FindOpen(const Request& request) const {
    WEFT_TRY(auto instance, documents_->Find(request.Parameter("id")));
    if (instance.closed()) return Fail("conflict", "the instance has ended");
    return instance;
  }

  const Services& services_;
  std::shared_ptr<const InstanceDocuments> documents_;
};

}  // namespace

Result<Value> ObjectOf(const Request& request) {
  if (request.body.empty()) return Value::EmptyObject();
  auto body = Value::Parse(request.body, Value::kMaxDepth);
  if (!body) return Fail("validation", "the body is not JSON: " + body.error().message);
  if (!body->IsObject()) return Fail("validation", "the body must be a JSON object");
  return body;
}

void AddInstanceActions(std::vector<Route>& routes, Services& services,
                        std::shared_ptr<const InstanceDocuments> documents) {
  const auto actions = std::make_shared<Actions>(services, std::move(documents));
  const auto post = [&](const char* pattern, Permission permission,
                        Result<Response> (Actions::*call)(const Request&) const,
                        std::vector<std::string> accepts = {"application/json"}) {
    routes.push_back({.method = "POST",
                      .pattern = pattern,
                      .permission = permission,
                      .handler = Handler([actions, call](const Request& request) {
                        auto response = ((*actions).*call)(request);
                        return response ? *std::move(response) : ProblemOf(response.error());
                      }),
                      .accepts = std::move(accepts)});
  };
  post("/api/v1/instances/{id}/cancel", Permission::kOperate, &Actions::Cancel);
  post("/api/v1/instances/{id}/terminate", Permission::kOperate, &Actions::Terminate);
  post("/api/v1/instances/{id}/event", Permission::kPublish, &Actions::Event,
       {"application/json", "application/cloudevents+json"});
  post("/api/v1/instances/{id}/approve", Permission::kOperate, &Actions::Approve);
}

}  // namespace weft::server
