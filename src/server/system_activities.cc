#include "server/system_activities.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "contract/activity.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "store/approvals.h"
#include "store/definitions.h"
#include "temporalio/converter/payload.h"

namespace weft::server {
namespace {

using expr::Value;
using store::Transaction;
using temporalio::ActivityInfo;

/// A run's type is `NAMESPACE.NAME`.
std::string NamespaceOf(const ActivityInfo& info) { return info.workflow_type.substr(0, info.workflow_type.find('.')); }
std::string WorkflowOf(const ActivityInfo& info) {
  const auto dot = info.workflow_type.find('.');
  return dot == std::string::npos ? std::string() : info.workflow_type.substr(dot + 1);
}

std::string JsonOf(const Value& args, std::string_view name) {
  return args.Has(name) ? args.Get(name).Dump() : std::string();
}

/// The code of an `acquire` that has to wait; Temporal asks again.
constexpr std::string_view kQueued = "queued";

bool MayPass(const Error& error) {
  return error.code.starts_with("store.") || error.code == "temporal" || error.code == kQueued;
}

temporalio::ActivityResult ToResult(Result<std::string> result) {
  if (result) return temporalio::JsonPayload(*std::move(result));
  return std::unexpected(temporalio::ActivityFailure{.type = result.error().code,
                                                     .message = result.error().message,
                                                     .non_retryable = !MayPass(result.error()),
                                                     .details = {},
                                                     .cancelled = false});
}

Result<std::string> SubscribeToEvents(const SystemServices& services, const ActivityInfo& info, const Value& args) {
  store::Subscription subscription;
  subscription.instance = info.workflow_id;
  subscription.run = info.workflow_run_id;
  subscription.name = args.Get("id").AsString();
  subscription.ns = NamespaceOf(info);
  subscription.workflow = WorkflowOf(info);
  subscription.node = args.Get("node").AsString();
  subscription.taker = args.Get("taker").AsString();
  const auto types = args.Get("types");
  for (std::size_t i = 0; i < types.size(); ++i) subscription.types.push_back(types.At(i).AsString());
  subscription.source = args.Get("source").AsString();
  if (args.Has("key")) subscription.key = args.Get("key").AsString();
  subscription.match = args.Get("match").AsString();
  subscription.names = JsonOf(args, "names");
  WEFT_TRY_VOID(services.correlator.Subscribe(std::move(subscription)));
  return "null";
}

Result<std::string> WaitForApproval(const SystemServices& services, const ActivityInfo& info, const Value& args) {
  const store::Approval approval{.id = NewUlid(),
                                 .instance = info.workflow_id,
                                 .run = info.workflow_run_id,
                                 .name = args.Get("id").AsString(),
                                 .ns = NamespaceOf(info),
                                 .workflow = WorkflowOf(info),
                                 .node = args.Get("node").AsString(),
                                 .attempt = static_cast<int>(args.Get("attempt").AsInteger()),
                                 .title = JsonOf(args, "title"),
                                 .form = JsonOf(args, "form"),
                                 .assignees = JsonOf(args, "assignees"),
                                 .since = Now(),
                                 .status = "open",
                                 .answer = {}};
  WEFT_TRY_VOID(services.database.Write([&](Transaction& t) { return store::AddApproval(t, approval); }));
  return "null";
}

Result<std::string> Subscribe(const SystemServices& services, const ActivityInfo& info, const Value& args) {
  return args.Get("kind").StringView() == "approval" ? WaitForApproval(services, info, args)
                                                     : SubscribeToEvents(services, info, args);
}

Result<std::string> Unsubscribe(const SystemServices& services, const ActivityInfo& info, const Value& args) {
  const auto name = args.Get("id").AsString();
  WEFT_TRY_VOID(services.correlator.Unsubscribe(info.workflow_id, name));
  WEFT_TRY_VOID(
      services.database.Write([&](Transaction& t) { return store::CloseApprovals(t, info.workflow_id, name); }));
  return "null";
}

// An instance's id may come again with its key, and its nodes' events are then new ones: the run tells them apart.
Result<std::string> Emit(const SystemServices& services, const ActivityInfo& info, const Value& args) {
  auto event = args;
  event.Set("specversion", Value("1.0"));
  event.Set("id", Value(contract::OperationId(args.Get("id").AsString() + '@' + info.workflow_run_id.substr(0, 8), 1)));
  std::vector<std::string> problems;
  auto read = triggers::ReadCloudEvent(event, "the event: ", problems);
  if (!read) {
    std::string message;
    for (const auto& problem : problems) message += (message.empty() ? "" : "; ") + problem;
    return Fail("validation", std::move(message));
  }
  auto answer = read->body;
  WEFT_TRY_VOID(services.correlator.Publish(NamespaceOf(info), {*std::move(read)}));
  return answer;
}

Result<std::string> ResolveWorkflow(const SystemServices& services, const Value& args) {
  const auto ns = args.Get("namespace").AsString();
  const auto name = args.Get("name").AsString();
  const auto number = static_cast<int>(args.Get("revision").AsInteger());
  WEFT_TRY(const auto revision, services.database.Read<std::optional<store::Revision>>([&](Transaction& t) {
    return number == 0 ? store::FindLatest(t, ns, name) : store::FindRevision(t, ns, name, number);
  }));
  if (!revision) {
    return Fail("not_found", "there is no " +
                                 (number == 0 ? std::string() : "revision " + std::to_string(number) + " of a ") +
                                 "workflow `" + name + "` in the namespace `" + ns + "`; deploy it first");
  }
  return Value::Object({{"definition", Value(revision->normalised)}, {"revision", Value(revision->revision)}}).Dump();
}

store::SlotScope ScopeOf(const Value& args) {
  return {.ns = args.Get("namespace").AsString(),
          .workflow = args.Get("workflow").AsString(),
          .key = args.Get("key").AsString()};
}

Result<std::string> Acquire(const SystemServices& services, const ActivityInfo& info, const Value& args) {
  using Answer = triggers::Slots::Answer;
  const auto limit = static_cast<int>(std::max<std::int64_t>(args.Get("limit").AsInteger(), 1));
  WEFT_TRY(const auto answer, services.slots.Acquire({.scope = ScopeOf(args),
                                                      .instance = info.workflow_id,
                                                      .run = info.workflow_run_id,
                                                      .limit = limit,
                                                      .skip = args.Get("policy").StringView() == "skip"}));
  if (answer == Answer::kGranted) return "null";
  if (answer == Answer::kRefused) return Value::Object({{"granted", Value(false)}}).Dump();
  return Fail(std::string(kQueued), "other runs with the `concurrency` key `" + args.Get("key").AsString() +
                                        "` are running; this one waits for them");
}

Result<std::string> Release(const SystemServices& services, const ActivityInfo& info, const Value& args) {
  WEFT_TRY_VOID(services.slots.Release(ScopeOf(args), info.workflow_id));
  return "null";
}

}  // namespace

std::map<std::string, temporalio::ActivityHandler> SystemActivities(const SystemServices& services) {
  using Handle = std::function<Result<std::string>(const SystemServices&, const ActivityInfo&, const Value&)>;
  const auto handler = [&services](Handle handle) -> temporalio::ActivityHandler {
    return [services, handle = std::move(handle)](temporalio::ActivityContext& context) -> temporalio::ActivityResult {
      if (context.input().empty()) return ToResult(Fail("validation", "the activity has no input"));
      const auto input = contract::ActivityInput::FromJson(context.input()[0].data());
      if (!input) return ToResult(std::unexpected(input.error()));
      return ToResult(handle(services, context.info(), input->args));
    };
  };
  return {
      {std::string(contract::kSubscribeActivity), handler(Subscribe)},
      {std::string(contract::kUnsubscribeActivity), handler(Unsubscribe)},
      {std::string(contract::kEmitActivity), handler(Emit)},
      {std::string(contract::kResolveWorkflowActivity),
       handler([](const auto& all, const auto&, const auto& args) { return ResolveWorkflow(all, args); })},
      {std::string(contract::kAcquireActivity), handler(Acquire)},
      {std::string(contract::kReleaseActivity), handler(Release)},
      {std::string(contract::kNotifyActivity),
       handler([](const auto& all, const auto& info, const auto& args) { return all.notify(info, args); })},
  };
}

}  // namespace weft::server
