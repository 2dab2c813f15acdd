#include <cstdlib>

#include "machine/carry.h"
#include "machine/run.h"

namespace weft::machine {
namespace {

using expr::Value;

constexpr int kVersion = 1;

Timestamp Time(const Value& value) { return Timestamp(std::chrono::microseconds(value.AsInteger())); }
std::uint64_t Unsigned(const Value& value) { return static_cast<std::uint64_t>(value.AsInteger()); }
std::uint32_t Index(const Value& value) { return static_cast<std::uint32_t>(value.AsInteger()); }
int Count(const Value& value) { return static_cast<int>(value.AsInteger()); }
std::uint64_t Hash(const Value& value) { return std::strtoull(value.AsString().c_str(), nullptr, 10); }

NodeError Error(const Value& value) {
  return {.code = value.Get("code").AsString(),
          .message = value.Get("message").AsString(),
          .node = value.Get("node").AsString(),
          .attempt = Count(value.Get("attempt")),
          .retryable = value.Get("retryable").AsBool(),
          .cause = value.Get("cause"),
          .data = value.Get("data")};
}

std::vector<Value> List(const Value& value) {
  std::vector<Value> list;
  for (std::size_t i = 0; i < value.size(); ++i) list.push_back(value.At(i));
  return list;
}

template <class E>
E Named(std::string_view name, std::size_t count, std::string_view (*name_of)(E)) {
  for (std::size_t i = 0; i < count; ++i) {
    if (name_of(static_cast<E>(i)) == name) return static_cast<E>(i);
  }
  return static_cast<E>(0);
}

dsl::Retry ReadRetry(const Value& value) {
  dsl::Retry retry{.attempts = Count(value.Get("attempts")),
                   .delay = Duration(value.Get("delay").AsInteger()),
                   .backoff = value.Get("backoff").AsDouble(),
                   .max_delay = Duration(value.Get("max_delay").AsInteger()),
                   .jitter = value.Get("jitter").AsDouble(),
                   .on = {},
                   .except = {}};
  for (const auto& code : List(value.Get("on"))) retry.on.push_back(code.AsString());
  for (const auto& code : List(value.Get("except"))) retry.except.push_back(code.AsString());
  return retry;
}

Iterations ReadIterations(const Value& value) {
  Iterations iterations{.list = value.Get("list"),
                        .outputs = List(value.Get("outputs")),
                        .last = value.Get("last"),
                        .next = Index(value.Get("next")),
                        .succeeded = Index(value.Get("succeeded")),
                        .failed = Index(value.Get("failed")),
                        .bytes = Unsigned(value.Get("bytes")),
                        .list_bytes = Unsigned(value.Get("list_bytes")),
                        .failure = {},
                        .timed_out = value.Get("timed_out").AsBool()};
  if (value.Has("failure")) iterations.failure = Error(value.Get("failure"));
  return iterations;
}

Wait ReadWait(const Value& value) {
  Wait wait;
  wait.order = Unsigned(value.Get("order"));
  if (value.Has("key")) wait.key = value.Get("key").AsString();
  wait.names.nodes = value.Get("nodes");
  wait.names.error = value.Get("error");
  wait.taker = value.Get("taker").AsString();
  wait.received = List(value.Get("received"));
  wait.bytes = Unsigned(value.Get("bytes"));
  wait.subscription = value.Get("subscription").AsString();
  return wait;
}

Compensation ReadCompensation(const Value& value) {
  Compensation owed{.completion = Unsigned(value.Get("completion")),
                    .path = value.Get("path").AsString(),
                    .region = {},
                    .node = Index(value.Get("node")),
                    .kind = Named(value.Get("kind").StringView(), std::variant_size_v<dsl::Body>, dsl::KindName),
                    .queue = value.Get("queue").AsString(),
                    .input = value.Get("input").AsString(),
                    .workflow = value.Get("workflow").AsString(),
                    .problem = value.Get("problem").AsString(),
                    .retry = {},
                    .timeout = Duration(value.Get("timeout").AsInteger()),
                    .attempts = Count(value.Get("attempts")),
                    .lost_workers = Count(value.Get("lost")),
                    .unserved = Count(value.Get("unserved")),
                    .wake_at = Time(value.Get("wake"))};
  for (const auto& step : List(value.Get("region"))) owed.region.emplace_back(Index(step.At(0)), Index(step.At(1)));
  if (value.Has("revision")) owed.revision = Count(value.Get("revision"));
  if (value.Has("retry")) owed.retry = ReadRetry(value.Get("retry"));
  return owed;
}

class Reader {
 public:
  explicit Reader(RunState& run) : run_(run) {}

  Result<void> Region(const Value& value, RegionState& region) {
    region.phase = static_cast<RegionState::Phase>(value.Get("phase").AsInteger());
    region.stopping = value.Get("stopping").AsBool();
    region.entered = Unsigned(value.Get("entered"));
    if (value.Has("failure")) region.failure = Error(value.Get("failure"));
    region.nodes.resize(region.definition->nodes.size());
    for (const auto& node : List(value.Get("dirty"))) region.dirty.insert(Unsigned(node));
    run_.dirty_regions.insert(region.address);
    const auto nodes = value.Get("nodes");
    for (const auto& id : nodes.Keys()) {
      const auto found = region.definition->index.find(id);
      if (found == region.definition->index.end())
        return Fail("internal", "the state that was carried over names an unknown node `" + id + '`');
      WEFT_TRY_VOID(Node(nodes.Get(id), region, found->second));
    }
    CountAnew(region);
    return {};
  }

 private:
  Result<void> Node(const Value& value, RegionState& region, std::size_t index) {
    auto& node = region.nodes[index];
    node.status = Named(value.Get("status").StringView(), kNodeStatuses,
                        static_cast<std::string_view (*)(NodeStatus)>(StatusName));
    node.skip_reason = value.Get("broken").AsBool() ? SkipReason::kBroken : SkipReason::kDead;
    node.attempts = Count(value.Get("attempts"));
    if (value.Has("max_attempts")) node.max_attempts = Count(value.Get("max_attempts"));
    node.lost_workers = Count(value.Get("lost"));
    node.unserved = Count(value.Get("unserved"));
    node.input = value.Get("input");
    node.output = value.Get("output");
    if (value.Has("error")) node.error = Error(value.Get("error"));
    node.chosen_case = value.Get("case").AsString();
    node.started_at = Time(value.Get("started"));
    node.attempt_at = Time(value.Get("attempt"));
    node.ended_at = Time(value.Get("ended"));
    node.wake_at = Time(value.Get("wake"));
    node.timeout_at = Time(value.Get("timeout"));
    node.cancel_requested = value.Get("cancel_requested").AsBool();
    if (value.Has("handled")) node.handled = value.Get("handled").AsBool();
    node.completion = Unsigned(value.Get("completion"));
    node.begun = Unsigned(value.Get("begun"));
    node.output_size = Unsigned(value.Get("size"));
    if (value.Has("iterations")) **(node.iterations = Box<Iterations>()) = ReadIterations(value.Get("iterations"));
    if (value.Has("wait")) **(node.wait = Box<Wait>()) = ReadWait(value.Get("wait"));
    if (node.wait)
      run_.waits.emplace((*node.wait)->order,
                         Target{.region = region.address, .node = static_cast<std::uint32_t>(index)});
    const auto children = value.Get("children");
    for (const auto& name : children.Keys()) {
      const auto key = static_cast<std::uint32_t>(std::strtoul(name.c_str(), nullptr, 10));
      auto& child = *node.children[key];
      child.definition = InnerRegionOf(region.definition->nodes[index]);
      child.address = region.address;
      child.address.emplace_back(static_cast<std::uint32_t>(index), key);
      WEFT_TRY_VOID(Region(children.Get(name), child));
    }
    return {};
  }

  void CountAnew(RegionState& region) {
    for (std::size_t i = 0; i < region.nodes.size(); ++i) {
      const auto& node = region.nodes[i];
      const auto& definition = region.definition->nodes[i];
      ++run_.counts[static_cast<std::size_t>(node.status)];
      region.active += IsActive(node.status) ? 1 : 0;
      if (IsSettled(node.status)) {
        const bool failed = node.status == NodeStatus::kFailed || node.status == NodeStatus::kTimedOut;
        region.undecided += failed && definition.has_handler && !node.handled ? 1 : 0;
        continue;
      }
      ++region.unsettled;
      for (const auto dependent : definition.dependents) ++region.nodes[dependent].unsettled_sources;
    }
  }

  RunState& run_;
};

}  // namespace

Result<void> FromCarry(const Value& carry, RunState& run) {
  if (Count(carry.Get("version")) != kVersion)
    return Fail("internal", "the state that was carried over has an unknown version");
  run.started_at = Time(carry.Get("started"));
  run.scheduled_at = Time(carry.Get("scheduled"));
  run.run_id = carry.Get("run_id").AsString();
  run.cancelling = carry.Get("cancelling").AsBool();
  run.cancelled = carry.Get("cancelled").AsBool();
  run.cancelled_twice = carry.Get("cancelled_twice").AsBool();
  run.timed_out = carry.Get("timed_out").AsBool();
  run.granted = carry.Get("granted").AsBool();
  run.slot = carry.Get("slot");
  run.completions = Unsigned(carry.Get("completions"));
  run.last_wait = Unsigned(carry.Get("last_wait"));
  run.state_size = Unsigned(carry.Get("state_size"));
  for (const auto& owed : List(carry.Get("compensations"))) run.compensations.push_back(ReadCompensation(owed));
  for (const auto& event : List(carry.Get("events"))) {
    run.events.push_back({.event = event.Get("event"),
                          .addressed = event.Get("addressed").AsBool(),
                          .hash = Hash(event.Get("hash")),
                          .bytes = Unsigned(event.Get("bytes"))});
    run.event_bytes += run.events.back().bytes;
  }
  const auto taken = carry.Get("taken");
  for (const auto& taker : taken.Keys()) {
    for (const auto& hash : List(taken.Get(taker))) run.taken[taker].push_back(Hash(hash));
  }
  for (const auto& subscription : List(carry.Get("unsubscribe"))) run.leaving.push_back(subscription.AsString());
  return Reader(run).Region(carry.Get("root"), run.root);
}

}  // namespace weft::machine
