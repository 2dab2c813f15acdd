#include "triggers/correlator.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/id.h"
#include "contract/ids.h"
#include "store/deliveries.h"
#include "store/event_triggers.h"
#include "store/events.h"
#include "store/trigger_states.h"
#include "triggers/fire.h"
#include "triggers/start.h"

namespace weft::triggers {
namespace {

using expr::Value;
using store::DeliveryStatus;
using store::Transaction;

/// What a start needs to be found again: its sender's name for it.
std::string DedupeOf(const CloudEvent& event) { return event.source + ' ' + event.id; }

store::Delivery StartOf(std::string_view ns, const std::string& name, const Definition& definition,
                        const dsl::Trigger& trigger, const CloudEvent& event, const Value& payload) {
  store::Delivery start;
  start.id = NewUlid();
  start.kind = "event";
  start.ns = ns;
  start.workflow = name;
  start.trigger = trigger.id;
  start.revision = definition.revision;
  start.dedupe = DedupeOf(event);
  start.payload = event.body;
  FillFrom(Fire(*definition.workflow, trigger, start.kind, payload, Now()), trigger, start);
  // Not every store can keep it.
  if (start.key.contains('\0')) {
    start.key.clear();
    FillFrom(Fail("validation", "`key` of trigger `" + trigger.id + "` holds a NUL"), trigger, start);
  }
  if (start.status != DeliveryStatus::kPending) return start;
  start.instance = Starter::IdOf({.ns = start.ns,
                                  .name = start.workflow,
                                  .trigger = {.kind = "event", .id = trigger.id, .payload = {}},
                                  .key = start.key,
                                  .input = {},
                                  .request_id = start.id,
                                  .reuse = {}});
  return start;
}

}  // namespace

Correlator::Correlator(store::Database& database, temporalio::Client client, Definitions& definitions, Options options)
    : database_(database), client_(std::move(client)), definitions_(definitions), options_(std::move(options)) {}

Result<std::vector<store::Delivery>> Correlator::StartsOf(std::string_view ns, const CloudEvent& event) {
  std::vector<store::Delivery> starts;
  WEFT_TRY(const auto found, database_.Read<std::vector<store::EventTrigger>>([&](Transaction& t) {
    return store::FindEventTriggers(t, ns, event.type, event.source);
  }));
  if (found.empty()) return starts;
  WEFT_TRY(const auto payload, Value::Parse(event.body));
  for (const auto& trigger : found) {
    WEFT_TRY(const auto state, database_.Read<std::optional<store::TriggerState>>([&](Transaction& t) {
      return store::FindTriggerState(t, ns, trigger.name, trigger.trigger_id);
    }));
    if (state && state->paused) continue;
    const auto definition = definitions_.Get(ns, trigger.name, 0);
    if (!definition && definition.error().code == "not_found") continue;
    if (!definition) return std::unexpected(definition.error());
    const auto* declared = (*definition)->FindTrigger(trigger.trigger_id);
    if (declared == nullptr) continue;
    starts.push_back(triggers::StartOf(ns, trigger.name, **definition, *declared, event, payload));
  }
  return starts;
}

Result<std::vector<Correlator::Accepted>> Correlator::Publish(std::string_view ns,
                                                              const std::vector<CloudEvent>& events) {
  std::vector<std::vector<store::Delivery>> starts;
  std::set<std::string> types;
  for (const auto& event : events) {
    types.insert(event.type);
    WEFT_TRY(auto of_event, StartsOf(ns, event));
    starts.push_back(std::move(of_event));
  }
  bool deliver = false;
  bool start = false;
  const auto write = [&](Transaction& t) -> Result<std::vector<Accepted>> {
    std::vector<Accepted> accepted;
    deliver = start = false;
    for (const auto& type : types) WEFT_TRY_VOID(store::LockEventType(t, ns, type));
    for (std::size_t i = 0; i < events.size(); ++i) {
      const auto& event = events[i];
      // Under the lock, so that ids and times have the order in which waits see them.
      const store::StoredEvent stored{.id = NewUlid(),
                                      .ns = std::string(ns),
                                      .source = event.source,
                                      .event_id = event.id,
                                      .type = event.type,
                                      .key = event.key,
                                      .body = event.body,
                                      .data_bytes = event.data_bytes,
                                      .received_at = Now()};
      WEFT_TRY(const bool added, store::AddEvent(t, stored));
      accepted.push_back({.id = added ? stored.id : std::string(), .duplicate = !added});
      if (!added) continue;
      WEFT_TRY(const auto waiting, store::DeliverToWaiting(t, stored.id, stored.received_at));
      deliver = deliver || waiting > 0;
      for (auto delivery : starts[i]) {
        delivery.received_at = delivery.due_at = stored.received_at;
        WEFT_TRY_VOID(store::AddDelivery(t, delivery));
        start = start || delivery.status == DeliveryStatus::kPending;
      }
    }
    options_.at("before the commit");
    return accepted;
  };
  WEFT_TRY(auto accepted, database_.Write<std::vector<Accepted>>(write));
  options_.at("after the commit");
  if (deliver) options_.deliveries_due();
  if (start) options_.starts_due();
  return accepted;
}

// Of the chain that the run belongs to. One whose first run Temporal no longer has is older than all stored events. A
// run that had to wait for Temporal is as old as the delivery that was accepted: its sender may go on at once.
Result<Timestamp> Correlator::StartOf(const std::string& instance, const std::string& run) const {
  const auto moment = [](temporalio::Time time) { return std::chrono::floor<std::chrono::microseconds>(time); };
  const auto described = client_.Describe({instance, run});
  if (!described && described.error().code != temporalio::Error::Code::kNotFound)
    return Fail("temporal", described.error().message);
  if (!described) return Timestamp{};
  auto info = described->info;
  if (!info.first_run_id.empty() && info.first_run_id != info.run_id) {
    const auto first = client_.Describe({instance, info.first_run_id});
    if (!first && first.error().code != temporalio::Error::Code::kNotFound)
      return Fail("temporal", first.error().message);
    if (!first) return Timestamp{};
    info = first->info;
  }
  WEFT_TRY(const auto asked, database_.Read<std::optional<Timestamp>>(
                                 [&](Transaction& t) { return store::WhenAskedFor(t, instance, info.run_id); }));
  return std::min(moment(info.start_time), asked.value_or(Timestamp::max()));
}

Result<void> Correlator::Subscribe(store::Subscription subscription) {
  subscription.id = NewUlid();
  subscription.taker = contract::OperationId(subscription.taker, 0);
  // No event has such a key.
  if (subscription.key && (subscription.key->size() > kMaxAttribute || subscription.key->contains('\0')))
    subscription.types.clear();
  std::ranges::sort(subscription.types);

  // When the run started is asked of Temporal only if there is an event it might be too old for.
  std::optional<Timestamp> since;
  bool deliver = false;
  const auto write = [&](Transaction& t) -> Result<bool> {
    deliver = false;
    for (const auto& type : subscription.types) WEFT_TRY_VOID(store::LockEventType(t, subscription.ns, type));
    subscription.created_at = Now();
    if (!subscription.types.empty()) {
      WEFT_TRY(deliver, store::HasEventsFor(t, subscription, since));
      if (deliver && !since) return false;
    }
    WEFT_TRY(const bool added, store::AddSubscription(t, subscription));
    if (added && deliver) WEFT_TRY_VOID(store::DeliverEarlierEvents(t, subscription, *since, subscription.created_at));
    options_.at("before the commit");
    return true;
  };
  WEFT_TRY(const bool written, database_.Write<bool>(write));
  if (!written) {
    WEFT_TRY(since, StartOf(subscription.instance, subscription.run));
    WEFT_TRY_VOID(database_.Write<bool>(write));
  }
  options_.at("after the commit");
  if (deliver) options_.deliveries_due();
  return {};
}

Result<void> Correlator::Unsubscribe(std::string_view instance, std::string_view name) {
  return database_.Write([&](Transaction& t) { return store::CloseSubscriptions(t, instance, name, Now()); });
}

}  // namespace weft::triggers
