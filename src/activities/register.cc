#include "activities/register.h"

#include <utility>

#include "activities/heartbeats.h"
#include "temporal/api/workflowservice/v1/request_response.pb.h"
#include "temporalio/converter/payload.h"

namespace weft::activities {
namespace {

using temporalio::CancelReason;

constexpr std::chrono::milliseconds kAnswerTimeout{3000};

/// What the handlers of one worker share.
struct Shared {
  Shared(std::shared_ptr<Activities> a, HandlerOptions o)
      : activities(std::move(a)), options(std::move(o)), heartbeats(options) {}
  const std::shared_ptr<Activities> activities;
  const HandlerOptions options;
  Heartbeats heartbeats;
};

/// The node's own time-out: Temporal's comes a little later, so that the one that knows more wins.
std::optional<Duration> TimeoutOf(const temporalio::ActivityInfo& info) {
  if (!info.start_to_close) return std::nullopt;
  const Duration margin(contract::kStartToCloseMarginMs);
  return *info.start_to_close > margin ? *info.start_to_close - margin : *info.start_to_close;
}

temporalio::ActivityFailure ToTemporal(const contract::ActivityFailure& failure, CancelReason reason) {
  temporalio::ActivityFailure out{.type = failure.code, .message = failure.message};
  out.details.push_back(temporalio::JsonPayload(failure.DetailsJson()));
  if (failure.code != "cancelled") return out;
  // Temporal has ended the attempt. In all other cases the worker did, and it is to run again.
  out.cancelled =
      reason == CancelReason::kCancelled || reason == CancelReason::kTimedOut || reason == CancelReason::kNotFound;
  if (!out.cancelled) out.type = contract::kWorkerLost;
  return out;
}

temporalio::ActivityResult Handle(Shared& shared, temporalio::ActivityContext& context) {
  const auto input = context.input().empty() ? "{}" : temporalio::JsonOf(context.input().front());
  if (!input)
    return std::unexpected(temporalio::ActivityFailure{.type = "validation", .message = input.error().message});
  LogTail tail(contract::kHeartbeatLog);
  const Heartbeats::Running running(shared.heartbeats, context, tail);
  std::stop_source stop;
  const auto forward = [&stop] { stop.request_stop(); };
  const std::stop_callback asked(context.stop_token(), forward);
  const std::stop_callback lost(running.lost(), forward);
  const auto result = shared.activities->Run(
      context.info().activity_type, *input,
      {.stop = stop.get_token(),
       .timeout = TimeoutOf(context.info()),
       .log =
           [&](Stream stream, std::string_view line) {
             tail.Add(stream, line);
             if (shared.options.log) shared.options.log(context.info(), stream, line);
           },
       .secrets = shared.options.secrets ? shared.options.secrets(context.info()) : SecretResolver()});
  if (result) return temporalio::JsonPayload(*result);
  return std::unexpected(ToTemporal(result.error(), context.cancel_reason()));
}

}  // namespace

std::map<std::string, temporalio::ActivityHandler> MakeHandlers(std::shared_ptr<Activities> activities,
                                                                HandlerOptions options) {
  const auto shared = std::make_shared<Shared>(std::move(activities), std::move(options));
  const auto handler = [shared](temporalio::ActivityContext& context) { return Handle(*shared, context); };
  std::map<std::string, temporalio::ActivityHandler> handlers;
  for (const auto type : {contract::kShellActivity, contract::kPythonActivity, contract::kHttpActivity}) {
    handlers.emplace(type, handler);
  }
  return handlers;
}

std::function<bool()> AnswersOf(std::shared_ptr<temporalio::Connection> connection) {
  return [connection = std::move(connection)] {
    using temporal::api::workflowservice::v1::GetSystemInfoResponse;
    const temporal::api::workflowservice::v1::GetSystemInfoRequest request;
    temporalio::CallOptions options;
    options.timeout = kAnswerTimeout;
    options.retry = false;
    return connection->Call<GetSystemInfoResponse>("GetSystemInfo", request, options).has_value();
  };
}

}  // namespace weft::activities
