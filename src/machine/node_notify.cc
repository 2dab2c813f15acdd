#include "contract/names.h"
#include "machine/node_activity.h"

namespace weft::machine {

using expr::Value;

Result<void> NotifyArguments(const dsl::Notify& notify, const RunState& run, Arguments& arguments) {
  auto to = Value::EmptyArray();
  for (const auto& channel : notify.to) to.Append(Value(channel));
  arguments.Set("to", std::move(to));
  WEFT_TRY_VOID(arguments.AddText("title", notify.title));
  WEFT_TRY_VOID(arguments.AddText("text", notify.text));
  // A run that reports another one's end: channels send the whole report.
  if (run.start.trigger.kind == contract::kNotificationTrigger) arguments.Set("report", run.input);
  return {};
}

}  // namespace weft::machine
