#include <algorithm>

#include "contract/names.h"
#include "expr/size.h"
#include "machine/node_wait.h"

namespace weft::machine {
namespace {

using expr::Value;

constexpr std::size_t kMaxEvents = 1000;
constexpr std::size_t kMaxEventBytes = std::size_t{256} * 1024;
constexpr std::size_t kMaxTaken = 10'000;

/// FNV-1a over both, told apart.
std::uint64_t HashOf(std::string_view source, std::string_view id) {
  std::uint64_t h = 14695981039346656037ULL;
  for (const auto part : {source, std::string_view("\0", 1), id}) {
    for (const char c : part) h = (h ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  return h;
}

bool Awaits(const dsl::Region& region, std::string_view type) {
  return std::ranges::any_of(region.nodes, [&](const dsl::Node& node) {
    if (const auto* event = std::get_if<dsl::Event>(&node.body))
      return std::ranges::find(event->types, type) != event->types.end();
    if (const auto* foreach = std::get_if<dsl::Foreach>(&node.body)) return Awaits(*foreach->region, type);
    if (const auto* loop = std::get_if<dsl::Loop>(&node.body)) return Awaits(*loop->region, type);
    if (const auto* group = std::get_if<dsl::Group>(&node.body)) return Awaits(*group->region, type);
    return false;
  });
}

/// An event's key: its extension attribute `key`, else `partitionkey`, else `subject`.
std::optional<std::string> KeyOf(const Value& event) {
  for (const auto* name : {"key", "partitionkey", "subject"}) {
    const auto value = event.Get(name);
    if (!value.IsNull()) return value.IsString() ? value.AsString() : value.Dump();
  }
  return std::nullopt;
}

}  // namespace

void Run::On(const SignalReceived& event) {
  if (event.name == contract::kCancelSignal) return On(CancelRequested{"asked by signal"});
  if (event.name == contract::kEventSignal) return EventReceived(event.payload);
  if (event.name == contract::kApprovalSignal) return ApprovalReceived(event.payload);
  Notice("ignored signal `" + event.name + "`: there is no such signal");
}

void Run::EventReceived(const Value& payload) {
  BufferedEvent received{.event = payload.Get("event"), .addressed = payload.Get("addressed").AsBool()};
  const auto& event = received.event;
  const auto type = event.Get("type").AsString();
  if (type.empty() || !event.Get("id").IsString()) return Notice("ignored an event without type or id");
  if (!Awaits(*state_.workflow->root, type))
    return Notice("ignored an event of type `" + type + "`: no node awaits it");
  received.hash = HashOf(event.Get("source").StringView(), event.Get("id").StringView());
  if (std::ranges::find(state_.events, received.hash, &BufferedEvent::hash) != state_.events.end()) {
    return Notice("ignored an event of type `" + type + "` that came before");
  }
  // Taking it ends waits, and may let others begin, which look into the buffer themselves.
  const auto waiting = state_.waits;
  for (const auto& [order, target] : waiting) {
    const auto* region = state_.waits.contains(order) ? Find(target.region) : nullptr;
    if (region != nullptr && region->definition->nodes[target.node].kind == dsl::Kind::kEvent) {
      Offer({Find(target.region), target.node}, received);
    }
  }
  received.bytes = expr::SizeBound(event, kMaxEventBytes);
  state_.event_bytes += received.bytes;
  state_.events.push_back(std::move(received));
  while (state_.events.size() > kMaxEvents || state_.event_bytes > kMaxEventBytes) {
    Notice("forgot an event of type `" + state_.events.front().event.Get("type").AsString() +
           "`: too many are kept for later");
    state_.event_bytes -= state_.events.front().bytes;
    state_.events.pop_front();
  }
}

bool Run::Offer(NodeRef ref, const BufferedEvent& buffered) {
  const auto& definition = std::get<dsl::Event>(ref.definition().body);
  auto& wait = **ref.state().wait;
  const auto& event = buffered.event;
  if (std::ranges::find(definition.types, event.Get("type").StringView()) == definition.types.end()) return false;
  if (!definition.source.empty() && event.Get("source").StringView() != definition.source) return false;
  if (wait.key && !buffered.addressed && KeyOf(event) != wait.key) return false;
  auto& taken = state_.taken[wait.taker];
  if (std::ranges::find(taken, buffered.hash) != taken.end()) return false;
  if (!definition.match.empty()) {
    auto names = wait.names;
    names.dot = event;
    names.now = state_.now;
    const auto matches = definition.match.Evaluate(names);
    if (!matches)
      Notice("`match` of `" + ref.path() + "` failed, so that the event does not match: " + matches.error().message);
    if (!matches || !matches->Truthy()) return false;
  }
  taken.push_back(buffered.hash);
  if (taken.size() > kMaxTaken) taken.pop_front();
  const auto bytes = expr::SizeBound(event.Get("data"), contract::kMaxOutput);
  wait.bytes += bytes;
  state_.state_size += bytes;
  if (wait.bytes > contract::kMaxOutput || state_.state_size > contract::kMaxState) {
    FailAttempt(ref,
                MakeError(ref, "too_large", "the events' data are larger than 256 KB, or this run's state than 1 MB"));
    return true;
  }
  wait.received.push_back(event.Get("data"));
  if (wait.received.size() < static_cast<std::size_t>(definition.count)) return true;
  auto result = definition.counted ? Value::Array(std::move(wait.received)) : wait.received.front();
  EndWait(ref);
  Succeed(ref, std::move(result));
  return true;
}

void Run::ApprovalReceived(const Value& payload) {
  const auto path = payload.Get("node").AsString();
  const auto decision = payload.Get("decision").AsString();
  for (const auto& [order, target] : state_.waits) {
    const NodeRef ref{Find(target.region), target.node};
    if (ref.definition().kind != dsl::Kind::kApproval || ref.path() != path) continue;
    if (decision != "approved" && decision != "rejected")
      return Notice("ignored an answer to `" + path + "`: neither approved nor rejected");
    return Answer(*this, ref, decision, payload);
  }
  Notice("ignored an answer to `" + path + "`: nothing waits for it");
}

void Run::BeginWait(NodeRef ref, Wait wait) {
  wait.order = ++state_.last_wait;
  state_.waits.emplace(wait.order, Target{.region = ref.region->address, .node = ref.node});
  ref.state().wait.emplace();
  **ref.state().wait = std::move(wait);
  SetStatus(ref, NodeStatus::kWaiting);
  memo_due_ = true;
}

void Run::Subscribe(NodeRef ref) {
  auto& wait = **ref.state().wait;
  auto subscription = SubscriptionOf(*this, ref);
  if (!subscription) return FailAttempt(ref, subscription.error());
  wait.subscription = OperationId(ref.operation_path(), ref.state().attempts);
  subscription->Set("id", Value(wait.subscription));
  subscription->Set("node", Value(ref.path()));
  ScheduleSystem({.purpose = Target::Purpose::kSubscribe,
                  .region = ref.region->address,
                  .node = ref.node,
                  .subscription = wait.subscription},
                 contract::kSubscribeActivity, wait.subscription, *std::move(subscription));
}

void Run::EndWait(NodeRef ref) {
  auto& node = ref.state();
  if (!node.wait) return;
  const auto subscription = (*node.wait)->subscription;
  state_.waits.erase((*node.wait)->order);
  state_.state_size -= (*node.wait)->bytes;
  node.wait.reset();
  memo_due_ = true;
  if (subscription.empty()) return;
  // One that is still being made is left to end; whether a server has it already cannot be known.
  for (auto& [operation, target] : state_.operations) {
    if (target.purpose != Target::Purpose::kSubscribe || target.subscription != subscription) continue;
    auto started = operation;
    if (IsHeld(started)) return CancelStarted(started, false);
    target.unsubscribe = true;
    return;
  }
  Unsubscribe(subscription);
}

void Run::Unsubscribe(const std::string& subscription) {
  ScheduleSystem({.purpose = Target::Purpose::kUnsubscribe, .subscription = subscription},
                 contract::kUnsubscribeActivity, subscription + ":unsubscribe",
                 Value::Object({{"id", Value(subscription)}}));
}

void Run::ScheduleSystem(Target target, std::string_view type, std::string id, Value args) {
  const auto operation = ++state_.last_operation;
  const contract::ActivityInput input{.args = std::move(args), .secrets = {}, .output = {}, .vars = {}};
  state_.operations.emplace(operation, std::move(target));
  state_.held.emplace_back(
      ActivityCommand(operation, std::move(id), type, contract::kSystemQueue, input.ToJson(), std::nullopt));
}

}  // namespace weft::machine
