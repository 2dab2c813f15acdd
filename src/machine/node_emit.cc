#include "machine/node_activity.h"

namespace weft::machine {

using expr::Value;

// The same id for every attempt, so that an event is stored once.
Result<void> EmitArguments(const dsl::Emit& emit, const RunState& run, const std::string& path, Arguments& arguments) {
  arguments.Set("id", Value(run.instance_id + '/' + path));
  arguments.Set("source", Value("/workflows/" + run.workflow->ns + '/' + run.workflow->name));
  WEFT_TRY_VOID(arguments.AddText("type", emit.type));
  WEFT_TRY_VOID(arguments.AddText("source", emit.source));
  WEFT_TRY_VOID(arguments.AddText("subject", emit.subject));
  WEFT_TRY_VOID(arguments.AddText("key", emit.key));
  return arguments.Add("data", emit.data);
}

}  // namespace weft::machine
