#include "cli/local_system.h"

#include <utility>

#include "base/id.h"
#include "contract/activity.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "temporalio/converter/payload.h"

namespace weft::cli {
namespace {

using expr::Value;

std::string TextOf(const Value& value) { return value.IsString() ? value.AsString() : value.Dump(); }

temporalio::ActivityResult ToResult(Result<std::string> result) {
  if (result) return temporalio::JsonPayload(*std::move(result));
  return std::unexpected(temporalio::ActivityFailure{.type = result.error().code,
                                                     .message = result.error().message,
                                                     .non_retryable = true,
                                                     .details = {},
                                                     .cancelled = false});
}

}  // namespace

void LocalSystem::Deploy(const dsl::Workflow& workflow) {
  const std::scoped_lock lock(mutex_);
  definitions_[contract::WorkflowType(workflow.ns, workflow.name)] = workflow.normalised;
}

Result<void> LocalSystem::Publish(std::string_view json) {
  WEFT_TRY(auto value, Value::Parse(json, Value::kMaxDepth));
  WEFT_TRY(auto event, EventRouter::Complete(std::move(value), NewUlid()));
  const std::scoped_lock lock(mutex_);
  for (const auto& id : router_.Publish(event)) Send(runs_.at(id), id, event);
  return {};
}

void LocalSystem::Send(const temporalio::WorkflowRef& run, const std::string& id,
                       const EventRouter::Event& event) const {
  // The run itself tests `match` and takes an event once; a run that has closed needs none.
  const auto sent = client_->SignalWorkflow(
      run, {.name = std::string(contract::kEventSignal),
            .input = {temporalio::JsonPayload("{\"addressed\":false,\"event\":" + event.json + "}")},
            .request_id = contract::InstanceId("event", "delivery", id, event.json)});
  if (!sent && sent.error().code != temporalio::Error::Code::kNotFound) say_(sent.error().message);
}

Result<std::string> LocalSystem::Subscribe(const temporalio::ActivityInfo& info, const Value& args) {
  if (args.Get("kind").AsString() != "event") {
    say_("node " + args.Get("node").AsString() +
         " waits for an approval, which needs a server; cancel the run to end it");
    return "null";
  }
  // Not the one run: a wait goes on when the run continues as new.
  const temporalio::WorkflowRef run{.workflow_id = info.workflow_id, .run_id = {}};
  const auto id = info.workflow_id + '/' + args.Get("id").AsString();
  const std::scoped_lock lock(mutex_);
  for (const auto& event : router_.Subscribe(id, args)) Send(run, id, event);
  runs_.insert_or_assign(id, run);
  return "null";
}

Result<std::string> LocalSystem::Unsubscribe(const temporalio::ActivityInfo& info, const Value& args) {
  const std::scoped_lock lock(mutex_);
  const auto id = info.workflow_id + '/' + args.Get("id").AsString();
  router_.Unsubscribe(id);
  runs_.erase(id);
  return "null";
}

Result<std::string> LocalSystem::Emit(const Value& args) {
  auto event = args;
  event.Set("specversion", Value("1.0"));
  WEFT_TRY_VOID(Publish(event.Dump()));
  return event.Dump();
}

Result<std::string> LocalSystem::Notify(const Value& args) {
  const auto to = args.Get("to");
  std::string channels;
  for (std::size_t i = 0; i < to.size(); ++i) channels += (i > 0 ? ", " : "") + to.At(i).AsString();
  std::string text = "notification to " + channels + " (not configured here)";
  if (args.Has("report")) {
    const auto report = args.Get("report");
    text += ": " + report.Get("event").AsString() + " " + report.Get("workflow").AsString();
    if (report.Get("error").IsObject()) text += ": " + TextOf(report.Get("error").Get("message"));
  }
  for (const auto* part : {"title", "text"}) {
    if (args.Has(part)) text += ": " + TextOf(args.Get(part));
  }
  say_(text);
  return Value::Object({{"delivered", Value(false)}, {"reason", Value("no server")}}).Dump();
}

Result<std::string> LocalSystem::ResolveWorkflow(const Value& args) {
  const auto type = contract::WorkflowType(args.Get("namespace").AsString(), args.Get("name").AsString());
  const std::scoped_lock lock(mutex_);
  const auto found = definitions_.find(type);
  if (found == definitions_.end()) {
    return Fail("not_found", "there is no workflow `" + args.Get("name").AsString() +
                                 "` in this namespace; name its file after the first one: weft run FILE OTHER");
  }
  return Value::Object({{"definition", Value(found->second)}, {"revision", Value(1)}}).Dump();
}

std::map<std::string, temporalio::ActivityHandler> LocalSystem::Handlers() {
  using Handle = std::function<Result<std::string>(const temporalio::ActivityInfo&, const Value&)>;
  const auto handler = [](Handle handle) -> temporalio::ActivityHandler {
    return [handle = std::move(handle)](temporalio::ActivityContext& context) -> temporalio::ActivityResult {
      if (context.input().empty()) return ToResult(Fail("validation", "the activity has no input"));
      const auto input = contract::ActivityInput::FromJson(context.input()[0].data());
      if (!input) return ToResult(std::unexpected(input.error()));
      return ToResult(handle(context.info(), input->args));
    };
  };
  const auto granted = [](const temporalio::ActivityInfo&, const Value&) -> Result<std::string> { return "null"; };
  return {
      {std::string(contract::kSubscribeActivity),
       handler([this](const auto& info, const auto& args) { return Subscribe(info, args); })},
      {std::string(contract::kUnsubscribeActivity),
       handler([this](const auto& info, const auto& args) { return Unsubscribe(info, args); })},
      {std::string(contract::kEmitActivity), handler([this](const auto&, const auto& args) { return Emit(args); })},
      {std::string(contract::kNotifyActivity), handler([this](const auto&, const auto& args) { return Notify(args); })},
      {std::string(contract::kResolveWorkflowActivity),
       handler([this](const auto&, const auto& args) { return ResolveWorkflow(args); })},
      // One run at a time: there is nobody to wait for.
      {std::string(contract::kAcquireActivity), handler(granted)},
      {std::string(contract::kReleaseActivity), handler(granted)},
  };
}

}  // namespace weft::cli
