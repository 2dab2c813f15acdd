#include <algorithm>

#include "contract/names.h"
#include "dsl/input_schema.h"
#include "expr/size.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Value;

/// Where no node is: triggers and the run's own expressions.
constexpr NodeRef kNowhere{};

}  // namespace

void Run::On(const Started& event) {
  state_.workflow = event.workflow;
  state_.start = event.start;
  state_.instance_id = event.instance_id;
  state_.input = event.input;
  state_.started_at = event.started_at;
  state_.scheduled_at = event.scheduled_at;
  state_.run_id = event.run_id;
  state_.root.definition = event.workflow->root.get();
  state_.root.dot = event.input;
  if (!state_.start.carry.IsNull()) {
    const auto resumed = Resume();
    if (!resumed) CloseFailed(RunStatus::kFailed, ErrorOf(resumed.error()));
    return;
  }
  EnterRegion(state_.root);
  const auto triggered = EvaluateTrigger();
  if (!triggered) return CloseFailed(RunStatus::kFailed, ErrorOf(triggered.error()));
  if (!*triggered) return EndAs(RunStatus::kNotTriggered);
  // Whoever started the run may not have been able to check its input (schedules, parents).
  if (const auto checked = CheckInput(); !checked) return CloseFailed(RunStatus::kFailed, ErrorOf(checked.error()));
  if (event.workflow->timeout)
    StartTimer({.purpose = Target::Purpose::kRunTimeout}, *event.workflow->timeout, "timeout of the run");
  if (event.workflow->concurrency) Acquire();
}

// A schedule starts the run itself, with nothing but the trigger's id: what the trigger says is left to the run.
Result<bool> Run::EvaluateTrigger() {
  auto& trigger = state_.start.trigger;
  // One that has its payload already runs again.
  if (trigger.kind != "cron" || !trigger.payload.IsNull()) return true;
  const auto slot = state_.scheduled_at == Timestamp{} ? state_.started_at : state_.scheduled_at;
  trigger.payload = Value::Object({{"scheduledAt", Value(FormatTimestamp(slot))}, {"triggerId", Value(trigger.id)}});
  state_.input = trigger.payload;
  const auto& triggers = state_.workflow->triggers;
  const auto found = std::ranges::find(triggers, trigger.id, &dsl::Trigger::id);
  if (found != triggers.end()) {
    if (!found->when.empty()) {
      WEFT_TRY(const auto fires, Evaluate(found->when, kNowhere, trigger.payload));
      if (!fires.Truthy()) return false;
    }
    if (!found->input.empty()) {
      WEFT_TRY(state_.input, Evaluate(found->input, kNowhere, trigger.payload));
    }
  }
  state_.root.dot = state_.input;
  return true;
}

Result<void> Run::CheckInput() const {
  if (expr::SizeBound(state_.input, contract::kMaxInput) > contract::kMaxInput) {
    return Fail("too_large", "the run's input is larger than 512 KB");
  }
  const auto& schema = state_.workflow->input_schema;
  if (schema.IsNull()) return {};
  WEFT_TRY(const auto compiled, dsl::InputSchema::Compile(schema));
  const auto violations = compiled.Validate(state_.input);
  if (violations.empty()) return {};
  std::string message = "the run's input does not fit the workflow's `input` schema:";
  for (const auto& violation : violations) {
    message += ' ' + (violation.path.empty() ? std::string() : violation.path + ": ") + violation.message + ';';
  }
  message.pop_back();
  return Fail("validation", std::move(message));
}

// Nodes wait until a slot is granted; the servers keep the queue.
void Run::Acquire() {
  const auto& concurrency = *state_.workflow->concurrency;
  const auto key = Evaluate(concurrency.key, kNowhere, state_.input);
  if (!key) return CloseFailed(RunStatus::kFailed, ErrorOf(key.error()));
  state_.slot = Value::Object({{"namespace", Value(state_.workflow->ns)},
                               {"workflow", Value(state_.workflow->name)},
                               {"key", key->IsString() ? *key : Value(key->Dump())}});
  auto args = state_.slot;
  args.Set("limit", Value(concurrency.limit));
  args.Set("policy", Value(concurrency.skip ? "skip" : "queue"));
  state_.queued = true;
  state_.root.dirty.clear();
  ScheduleSystem({.purpose = Target::Purpose::kAcquire}, contract::kAcquireActivity, "acquire", std::move(args));
}

void Run::Acquired(const std::string& result) {
  state_.queued = false;
  const auto answer = Value::Parse(result);
  const bool refused = answer && answer->Has("granted") && !answer->Get("granted").AsBool();
  state_.granted = !refused;
  auto& root = state_.root;
  // It may have been cancelled meanwhile.
  if (root.stopping || state_.ending) return;
  if (refused) return EndAs(RunStatus::kNotTriggered);
  for (std::size_t i = 0; i < root.nodes.size(); ++i) {
    if (root.definition->nodes[i].needs.empty()) root.dirty.insert(i);
  }
  state_.dirty_regions.insert(root.address);
}

}  // namespace weft::machine
