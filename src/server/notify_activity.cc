#include "server/notify_activity.h"

#include "machine/reporter.h"

namespace weft::server {
namespace {

using expr::Value;

/// A reporter's name says which end of which run it reports; what servers tell of that end has the same subject.
std::string SubjectOf(const temporalio::ActivityInfo& info, bool reports) {
  const auto prefix = std::string(machine::kReporter) + '.';
  if (reports && info.workflow_id.starts_with(prefix)) return info.workflow_id.substr(prefix.size());
  return info.workflow_id + '/' + info.workflow_run_id + '/' + info.activity_id;
}

Value SaidByNode(const temporalio::ActivityInfo& info, const Value& args) {
  const auto dot = info.workflow_type.find('.');
  return Value::Object({{"event", Value("message")},
                        {"namespace", Value(info.workflow_type.substr(0, dot))},
                        {"workflow", Value(dot == std::string::npos ? "" : info.workflow_type.substr(dot + 1))},
                        {"instance", Value(info.workflow_id)},
                        {"node", Value(info.activity_id.substr(0, info.activity_id.rfind('#')))},
                        {"title", args.Get("title")},
                        {"text", args.Get("text")}});
}

}  // namespace

Result<std::string> NotifyActivity(notify::Outbox& outbox, const temporalio::ActivityInfo& info, const Value& args,
                                   const std::stop_token& stop) {
  const bool reports = args.Get("report").IsObject();
  notify::Telling telling{.subject = SubjectOf(info, reports),
                          .content = reports ? args.Get("report").Dump() : SaidByNode(info, args).Dump(),
                          .channels = {}};
  const auto to = args.Get("to");
  for (std::size_t i = 0; i < to.size(); ++i) telling.channels.push_back(to.At(i).AsString());
  WEFT_TRY(const auto receipt, outbox.Tell(telling, stop));
  if (!receipt) return Fail("queued", "a service does not take the message now; it is sent again later");
  if (!receipt->delivered) return Fail("notify", receipt->problem);
  return receipt->json.Dump();
}

}  // namespace weft::server
