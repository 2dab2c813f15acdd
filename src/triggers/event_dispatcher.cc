#include "triggers/event_dispatcher.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/clock.h"
#include "contract/names.h"
#include "store/subscriptions.h"
#include "temporalio/converter/payload.h"
#include "triggers/match.h"

namespace weft::triggers {
namespace {

using store::EventDelivery;
using store::Transaction;
using Code = temporalio::Error::Code;

constexpr int kAtOnce = 50;
/// Other servers write too.
constexpr std::chrono::milliseconds kPoll{1000};
constexpr Duration kFirstPause{1000}, kLongestPause{30'000};
/// What a run keeps of events it has not taken, and what one wait can take at most: more is sent to the node's next
/// wait, so that the run forgets none.
constexpr std::int64_t kMostSent = 1000;
constexpr auto kMostDataSent = static_cast<std::int64_t>(contract::kMaxOutput);

Duration PauseAfter(int attempts) {
  return std::min(kLongestPause, kFirstPause * (std::int64_t{1} << std::clamp(attempts - 1, 0, 5)));
}

/// Temporal will never take it.
bool IsFinal(Code code) { return code == Code::kInvalidArgument || code == Code::kFailedPrecondition; }

}  // namespace

EventDispatcher::EventDispatcher(store::Database& database, temporalio::Client client, Options options)
    : database_(database), client_(std::move(client)), options_(std::move(options)) {}

void EventDispatcher::Wake() {
  {
    const std::scoped_lock lock(mutex_);
    ++work_;
  }
  woken_.notify_all();
}

std::uint64_t EventDispatcher::Work() {
  const std::scoped_lock lock(mutex_);
  return work_;
}

void EventDispatcher::Wait(const std::stop_token& stop, std::optional<std::chrono::milliseconds> span,
                           std::uint64_t seen) {
  std::unique_lock lock(mutex_);
  const auto new_work = [&] { return work_ != seen; };
  if (span) {
    woken_.wait_for(lock, stop, *span, new_work);
  } else {
    woken_.wait(lock, stop, new_work);
  }
}

void EventDispatcher::Run(const std::stop_token& stop) {
  std::vector<std::jthread> helpers;
  for (int i = 1; i < options_.threads; ++i) helpers.emplace_back([this, &stop] { Loop(stop, false); });
  Loop(stop, true);
}

void EventDispatcher::Loop(const std::stop_token& stop, bool leads) {
  int failures = 0;
  while (!stop.stop_requested()) {
    const auto seen = Work();
    const auto claimed = DeliverDue(Now(), stop);
    if (!claimed) {
      spdlog::warn("events: {}", claimed.error().message);
      // New events are no reason to try earlier.
      Rest(stop, PauseAfter(++failures));
      continue;
    }
    failures = 0;
    if (*claimed == kAtOnce) {
      Wake();
    } else if (*claimed == 0) {
      Wait(stop, leads ? std::optional(kPoll) : std::nullopt, seen);
    }
  }
}

Result<EventDispatcher::Batch> EventDispatcher::Claim(Timestamp now) {
  return database_.Write<Batch>([&](Transaction& t) -> Result<Batch> {
    Batch batch;
    WEFT_TRY(batch.claimed, store::ClaimEventDeliveries(t, now, options_.lease, kAtOnce));
    std::vector<std::string> events;
    std::vector<std::string> subscriptions;
    for (const auto& delivery : batch.claimed) {
      events.push_back(delivery.event);
      subscriptions.push_back(delivery.subscription);
    }
    for (auto* list : {&events, &subscriptions}) {
      std::ranges::sort(*list);
      list->erase(std::ranges::unique(*list).begin(), list->end());
    }
    WEFT_TRY(auto found, store::FindEvents(t, events));
    for (auto& event : found) batch.events.emplace(event.id, std::move(event));
    WEFT_TRY(auto sent, store::CountSent(t, subscriptions));
    for (auto& counted : sent) batch.sent.emplace(counted.subscription, std::move(counted));
    return batch;
  });
}

EventDispatcher::Outcome EventDispatcher::Deliver(const EventDelivery& delivery, Batch& batch,
                                                  std::string& error) const {
  const auto event = batch.events.find(delivery.event);
  if (delivery.closed || event == batch.events.end()) return Outcome::kNothingToSend;
  auto& sent = batch.sent[delivery.subscription];
  if (sent.events >= kMostSent || sent.data_bytes >= kMostDataSent) return Outcome::kNothingToSend;
  const auto& body = event->second.body;
  if (!delivery.match.empty()) {
    const auto value = expr::Value::Parse(body);
    const auto matches =
        value ? Matches(delivery.match, delivery.names, *value, Now()) : Result<bool>(std::unexpected(value.error()));
    if (!matches) {
      spdlog::warn("{}: `match` of `{}` failed, so that the event {} does not match: {}", delivery.instance,
                   delivery.node, delivery.event, matches.error().message);
    }
    if (!matches || !*matches) return Outcome::kNothingToSend;
  }
  // Without run id: the wait goes on when the run continues as new. The request id names the node, not the wait: when
  // one wait ended while its event was on the way, the next may find it again.
  const auto signalled =
      client_.SignalWorkflow({.workflow_id = delivery.instance, .run_id = {}},
                             {.name = std::string(contract::kEventSignal),
                              .input = {temporalio::JsonPayload("{\"addressed\":false,\"event\":" + body + "}")},
                              .request_id = delivery.event + '/' + delivery.taker});
  options_.at("signalled");
  if (!signalled) {
    error = signalled.error().message;
    if (signalled.error().code == Code::kNotFound) return Outcome::kGone;
    return IsFinal(signalled.error().code) ? Outcome::kRefused : Outcome::kAway;
  }
  ++sent.events;
  sent.data_bytes += event->second.data_bytes;
  return Outcome::kSent;
}

Result<std::size_t> EventDispatcher::DeliverDue(Timestamp now, const std::stop_token& stop) {
  WEFT_TRY(auto batch, Claim(now));
  if (batch.claimed.empty()) return 0;
  options_.at("claimed");
  std::vector<EventDelivery> sent;
  std::vector<EventDelivery> dropped;
  std::vector<EventDelivery> gone;
  std::vector<std::pair<EventDelivery, std::string>> refused;
  std::vector<EventDelivery> left;
  std::string error;
  bool away = false;
  for (const auto& delivery : batch.claimed) {
    if (away || stop.stop_requested()) {
      left.push_back(delivery);
      continue;
    }
    switch (Deliver(delivery, batch, error)) {
      case Outcome::kSent: sent.push_back(delivery); break;
      case Outcome::kNothingToSend: dropped.push_back(delivery); break;
      case Outcome::kGone: gone.push_back(delivery); break;
      case Outcome::kRefused:
        spdlog::error("{}: Temporal refuses the event {}: {}", delivery.instance, delivery.event, error);
        refused.emplace_back(delivery, error);
        break;
      case Outcome::kAway:
        away = true;
        left.push_back(delivery);
        break;
    }
  }
  const auto next = away ? Now() + PauseAfter(left.front().attempts) : now;
  WEFT_TRY_VOID(database_.Write([&](Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(store::EventDeliveriesSent(t, sent));
    WEFT_TRY_VOID(store::DropEventDeliveries(t, dropped));
    for (const auto& delivery : gone) WEFT_TRY_VOID(store::CloseSubscription(t, delivery.subscription, now));
    for (const auto& [delivery, why] : refused) WEFT_TRY_VOID(store::EventDeliveryFailed(t, delivery, why));
    return store::PutOffEventDeliveries(t, left, next, away ? error : std::string());
  }));
  if (away) return Fail("temporal", "what waits for events is told later: " + error);
  return batch.claimed.size();
}

}  // namespace weft::triggers
