#include "machine/carry.h"

#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Value;

constexpr int kVersion = 1;

Value Whole(std::int64_t number) { return Value(number); }
Value Unsigned(std::uint64_t number) { return Value(static_cast<std::int64_t>(number)); }

/// Hashes do not survive as numbers.
Value Hash(std::uint64_t hash) { return Value(std::to_string(hash)); }

void SetTime(Value& out, std::string_view name, Timestamp time) {
  if (time != Timestamp{}) out.Set(name, Whole(time.time_since_epoch().count()));
}
void SetText(Value& out, std::string_view name, const std::string& text) {
  if (!text.empty()) out.Set(name, Value(text));
}
void SetNumber(Value& out, std::string_view name, std::uint64_t number) {
  if (number != 0) out.Set(name, Unsigned(number));
}
void SetFlag(Value& out, std::string_view name, bool flag) {
  if (flag) out.Set(name, Value(true));
}
void SetValue(Value& out, std::string_view name, const Value& value) {
  if (!value.IsNull()) out.Set(name, value);
}

Value OfAddress(const RegionAddress& address) {
  auto out = Value::EmptyArray();
  for (const auto& [node, key] : address) out.Append(Value::Array({Unsigned(node), Unsigned(key)}));
  return out;
}

Value OfRetry(const dsl::Retry& retry) {
  auto out = Value::Object({{"attempts", Value(retry.attempts)},
                            {"delay", Whole(retry.delay.count())},
                            {"backoff", Value(retry.backoff)},
                            {"max_delay", Whole(retry.max_delay.count())},
                            {"jitter", Value(retry.jitter)}});
  for (const auto& [name, list] : {std::pair{"on", &retry.on}, std::pair{"except", &retry.except}}) {
    auto codes = Value::EmptyArray();
    for (const auto& code : *list) codes.Append(Value(code));
    if (codes.size() > 0) out.Set(name, std::move(codes));
  }
  return out;
}

Value OfIterations(const Iterations& iterations) {
  auto out = Value::EmptyObject();
  SetValue(out, "list", iterations.list);
  if (!iterations.outputs.empty()) out.Set("outputs", Value::Array(iterations.outputs));
  SetValue(out, "last", iterations.last);
  SetNumber(out, "next", iterations.next);
  SetNumber(out, "succeeded", iterations.succeeded);
  SetNumber(out, "failed", iterations.failed);
  SetNumber(out, "bytes", iterations.bytes);
  SetNumber(out, "list_bytes", iterations.list_bytes);
  if (iterations.failure) out.Set("failure", iterations.failure->ToValue());
  SetFlag(out, "timed_out", iterations.timed_out);
  return out;
}

Value OfWait(const Wait& wait, bool subscribed) {
  auto out = Value::Object({{"order", Unsigned(wait.order)}});
  if (wait.key) out.Set("key", Value(*wait.key));
  SetValue(out, "nodes", wait.names.nodes);
  SetValue(out, "error", wait.names.error);
  SetText(out, "taker", wait.taker);
  if (!wait.received.empty()) out.Set("received", Value::Array(wait.received));
  SetNumber(out, "bytes", wait.bytes);
  if (subscribed) SetText(out, "subscription", wait.subscription);
  return out;
}

class Writer {
 public:
  explicit Writer(const RunState& run) {
    for (const auto& [operation, target] : run.operations) {
      if (target.purpose == Target::Purpose::kSubscribe) unsent_.insert(target.subscription);
      if (target.purpose == Target::Purpose::kUnsubscribe) leaving_.push_back(target.subscription);
    }
  }

  [[nodiscard]] Value OfRegion(const RegionState& region) const {
    auto out = Value::EmptyObject();
    SetNumber(out, "phase", static_cast<std::uint64_t>(region.phase));
    SetFlag(out, "stopping", region.stopping);
    SetNumber(out, "entered", region.entered);
    if (region.failure) out.Set("failure", region.failure->ToValue());
    auto dirty = Value::EmptyArray();
    for (const auto node : region.dirty) dirty.Append(Unsigned(node));
    if (dirty.size() > 0) out.Set("dirty", std::move(dirty));
    auto nodes = Value::EmptyObject();
    for (std::size_t i = 0; i < region.nodes.size(); ++i) {
      if (region.nodes[i].status == NodeStatus::kPending) continue;
      nodes.Set(region.definition->nodes[i].id, OfNode(region.nodes[i], region.definition->nodes[i]));
    }
    out.Set("nodes", std::move(nodes));
    return out;
  }

  [[nodiscard]] Value OfCompensation(const Compensation& owed) const {
    auto out = Value::Object({{"completion", Unsigned(owed.completion)},
                              {"path", Value(owed.path)},
                              {"region", OfAddress(owed.region)},
                              {"node", Unsigned(owed.node)},
                              {"kind", Value(dsl::KindName(owed.kind))},
                              {"timeout", Whole(owed.timeout.count())}});
    SetText(out, "queue", owed.queue);
    SetText(out, "input", owed.input);
    SetText(out, "workflow", owed.workflow);
    if (owed.revision) out.Set("revision", Value(*owed.revision));
    SetText(out, "problem", owed.problem);
    if (owed.retry) out.Set("retry", OfRetry(*owed.retry));
    // One that is held back was counted but never sent.
    const bool waits = owed.operation != 0 && owed.wake_at != Timestamp{};
    SetNumber(out, "attempts", static_cast<std::uint64_t>(owed.attempts - (owed.operation != 0 && !waits ? 1 : 0)));
    SetNumber(out, "lost", static_cast<std::uint64_t>(owed.lost_workers));
    SetNumber(out, "unserved", static_cast<std::uint64_t>(owed.unserved));
    if (waits) SetTime(out, "wake", owed.wake_at);
    return out;
  }

  [[nodiscard]] const std::vector<std::string>& leaving() const { return leaving_; }

 private:
  [[nodiscard]] Value OfNode(const NodeState& node, const dsl::Node& definition) const {
    auto out = Value::Object({{"status", Value(StatusName(node.status))}});
    SetFlag(out, "broken", node.skip_reason == SkipReason::kBroken);
    SetNumber(out, "attempts", static_cast<std::uint64_t>(node.attempts));
    if (node.max_attempts != 1) out.Set("max_attempts", Value(node.max_attempts));
    SetNumber(out, "lost", static_cast<std::uint64_t>(node.lost_workers));
    SetNumber(out, "unserved", static_cast<std::uint64_t>(node.unserved));
    // Otherwise it follows from the nodes before, which have settled.
    const bool changed = !definition.with.empty() || definition.join == dsl::Join::kFirst;
    if (IsActive(node.status) && changed) SetValue(out, "input", node.input);
    SetValue(out, "output", node.output);
    if (node.error) out.Set("error", node.error->ToValue());
    SetText(out, "case", node.chosen_case);
    SetTime(out, "started", node.started_at);
    SetTime(out, "attempt", node.attempt_at);
    SetTime(out, "ended", node.ended_at);
    SetTime(out, "wake", node.wake_at);
    SetTime(out, "timeout", node.timeout_at);
    SetFlag(out, "cancel_requested", node.cancel_requested);
    if (node.handled) out.Set("handled", Value(*node.handled));
    SetNumber(out, "completion", node.completion);
    SetNumber(out, "begun", node.begun);
    SetNumber(out, "size", node.output_size);
    if (node.iterations) out.Set("iterations", OfIterations(**node.iterations));
    if (node.wait) out.Set("wait", OfWait(**node.wait, !unsent_.contains((*node.wait)->subscription)));
    auto children = Value::EmptyObject();
    for (const auto& [key, child] : node.children) children.Set(std::to_string(key), OfRegion(*child));
    if (children.size() > 0) out.Set("children", std::move(children));
    return out;
  }

  std::set<std::string> unsent_;
  std::vector<std::string> leaving_;
};

}  // namespace

Value ToCarry(const RunState& run) {
  const Writer writer(run);
  auto out = Value::Object({{"version", Value(kVersion)}, {"root", writer.OfRegion(run.root)}});
  SetTime(out, "started", run.started_at);
  SetTime(out, "scheduled", run.scheduled_at);
  SetText(out, "run_id", run.run_id);
  SetFlag(out, "cancelling", run.cancelling);
  SetFlag(out, "cancelled", run.cancelled);
  SetFlag(out, "cancelled_twice", run.cancelled_twice);
  SetFlag(out, "timed_out", run.timed_out);
  SetFlag(out, "granted", run.granted);
  SetValue(out, "slot", run.slot);
  SetNumber(out, "completions", run.completions);
  SetNumber(out, "last_wait", run.last_wait);
  SetNumber(out, "state_size", run.state_size);
  auto owed = Value::EmptyArray();
  for (const auto& compensation : run.compensations) owed.Append(writer.OfCompensation(compensation));
  if (owed.size() > 0) out.Set("compensations", std::move(owed));
  auto events = Value::EmptyArray();
  for (const auto& event : run.events) {
    auto one = Value::Object({{"event", event.event}, {"hash", Hash(event.hash)}, {"bytes", Unsigned(event.bytes)}});
    SetFlag(one, "addressed", event.addressed);
    events.Append(std::move(one));
  }
  if (events.size() > 0) out.Set("events", std::move(events));
  auto taken = Value::EmptyObject();
  for (const auto& [taker, hashes] : run.taken) {
    auto list = Value::EmptyArray();
    for (const auto hash : hashes) list.Append(Hash(hash));
    if (list.size() > 0) taken.Set(taker, std::move(list));
  }
  if (taken.size() > 0) out.Set("taken", std::move(taken));
  auto leaving = Value::EmptyArray();
  for (const auto& subscription : writer.leaving()) leaving.Append(Value(subscription));
  if (leaving.size() > 0) out.Set("unsubscribe", std::move(leaving));
  return out;
}

}  // namespace weft::machine
