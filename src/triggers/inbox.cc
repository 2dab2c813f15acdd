#include "triggers/inbox.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"

namespace weft::triggers {
namespace {

using expr::Value;
using store::Delivery;
using store::DeliveryStatus;

/// What one dispatcher has under way. Temporal takes a few dozen at once without delay.
constexpr int kClaimed = 32;
/// Of a start by a dispatcher, for whom nobody waits; well within the lease.
constexpr Duration kPatience{10'000};
constexpr int kForgottenAtOnce = 1'000;
constexpr std::chrono::minutes kBetweenForgetting{10};

Result<StartRequest> RequestOf(const Delivery& delivery) {
  StartRequest request;
  request.ns = delivery.ns;
  request.name = delivery.workflow;
  request.revision = delivery.revision;
  request.trigger.kind = delivery.kind;
  request.trigger.id = delivery.trigger;
  if (!delivery.payload.empty()) {
    WEFT_TRY(request.trigger.payload, Value::Parse(delivery.payload));
  }
  request.key = delivery.key;
  request.input = request.trigger.payload;
  if (!delivery.input.empty()) {
    WEFT_TRY(request.input, Value::Parse(delivery.input));
  }
  request.request_id = delivery.id;
  return request;
}

bool MayPass(const Error& error) { return error.code == "temporal" || error.code.starts_with("store."); }

void Fails(Delivery& delivery, const Error& error) {
  delivery.status = DeliveryStatus::kFailed;
  delivery.error_code = error.code;
  delivery.error_message = RepairUtf8(error.message);
}

InboxOptions WithClock(InboxOptions options) {
  if (!options.clock) {
    options.clock = weft::Now;
  }
  return options;
}

}  // namespace

Inbox::Inbox(store::Database& database, Starter& starter, InboxOptions options)
    : database_(database), starter_(starter), options_(WithClock(std::move(options))), direct_(options_.most_direct) {}

Result<Accepted> Inbox::Accept(Delivery delivery) {
  delivery.id = NewUlid();
  delivery.received_at = Now();
  delivery.due_at = delivery.received_at;
  bool direct = false;
  if (delivery.status == DeliveryStatus::kPending) {
    WEFT_TRY(const auto request, RequestOf(delivery));
    delivery.instance = Starter::IdOf(request);
    if (const auto checked = starter_.Check(request); !checked) {
      if (MayPass(checked.error())) return std::unexpected(checked.error());
      Fails(delivery, checked.error());
    } else if (TemporalAnswers() && direct_.try_acquire()) {
      direct = true;
      delivery.attempts = 1;
      delivery.due_at += options_.lease;
    }
  }
  auto earlier = database_.Write<std::optional<Delivery>>([&](auto& t) { return store::AddDelivery(t, delivery); });
  const bool added = earlier && !*earlier;
  if (direct && added) Attempt({&delivery, 1}, options_.direct_timeout);
  if (direct) direct_.release();
  if (!earlier) return std::unexpected(earlier.error());
  if (!added) return Accepted{.delivery = **std::move(earlier), .repeated = true};
  if (delivery.status == DeliveryStatus::kPending) Wake();
  return Accepted{.delivery = std::move(delivery), .repeated = false};
}

std::vector<Result<Started>> Inbox::StartOnce(std::span<const Delivery> deliveries,
                                              const temporalio::CallOptions& call) {
  std::vector<Result<Started>> all(deliveries.size());
  std::vector<std::size_t> left;
  std::vector<StartRequest> requests(deliveries.size());
  std::optional<Error> away;  // the others would hear the same, each after its time
  for (std::size_t i = 0; i < deliveries.size() && !away; ++i) {
    auto request = RequestOf(deliveries[i]);
    Result<std::optional<Started>> earlier;
    if (!request) {
      earlier = std::unexpected(request.error());
    } else if (deliveries[i].attempts > 1 && !deliveries[i].key.empty()) {
      // Without a key the id names the delivery. With one, other deliveries may have started runs of that id since an
      // attempt whose end nobody saw.
      earlier = starter_.FindStarted(*request, deliveries[i].received_at);
    }
    if (!earlier) {
      all[i] = std::unexpected(earlier.error());
      if (earlier.error().code == "temporal") away = earlier.error();
    } else if (*earlier) {
      all[i] = **std::move(earlier);
    } else {
      left.push_back(i);
      requests[i] = *std::move(request);
    }
  }
  if (away) return std::vector<Result<Started>>(deliveries.size(), std::unexpected(*away));
  while (!left.empty()) {
    // Of those with one id one after the other: the first to come starts the run, and the others join it.
    std::set<std::string_view> ids;
    std::vector<std::size_t> now;
    std::vector<std::size_t> later;
    std::vector<StartRequest> together;
    for (const auto i : left) {
      if (ids.insert(deliveries[i].instance).second) {
        now.push_back(i);
        together.push_back(std::move(requests[i]));
      } else {
        later.push_back(i);
      }
    }
    auto started = starter_.StartAll(together, call);
    for (std::size_t n = 0; n < now.size(); ++n) all[now[n]] = std::move(started[n]);
    left = std::move(later);
  }
  return all;
}

bool Inbox::Attempt(std::span<Delivery> deliveries, Duration timeout) {
  temporalio::CallOptions call;
  call.timeout = timeout;
  call.retry = false;  // the inbox tries again itself, and lets others go first
  const auto all = StartOnce(deliveries, call);
  bool any = false;
  bool away = false;
  bool settled = true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto& delivery = deliveries[i];
    if (all[i]) {
      any = true;
      delivery.status = all[i]->joined ? DeliveryStatus::kJoined : DeliveryStatus::kStarted;
      delivery.run_id = all[i]->run_id;
      delivery.error_code.clear();
      delivery.error_message.clear();
    } else if (MayPass(all[i].error())) {
      settled = false;
      away = away || all[i].error().code == "temporal";
      delivery.due_at = Now();
    } else {
      Fails(delivery, all[i].error());
    }
  }
  if (any) {
    away_count_ = 0;
  } else if (away) {
    NoteAway();
  }
  // What is not stored is started again when the lease ends, with the same request id: that changes nothing.
  (void)database_.Write([&](store::Transaction& t) -> Result<void> {
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& delivery = deliveries[i];
      WEFT_TRY_VOID(delivery.status == DeliveryStatus::kPending
                        ? store::PutOffDelivery(t, delivery.id, all[i].error(), delivery.due_at)
                        : store::SettleDelivery(t, delivery, Now()));
    }
    return {};
  });
  return settled;
}

void Inbox::NoteAway() {
  const auto count = std::min(away_count_.fetch_add(1), 20);
  const std::scoped_lock lock(mutex_);
  away_until_ = Now() + std::min(options_.first_pause * (std::int64_t{1} << count), options_.most_pause);
}

void Inbox::Wake() {
  {
    const std::scoped_lock lock(mutex_);
    ++wakes_;
  }
  woken_.notify_all();
}

bool Inbox::DispatchSome() {
  int limit = kClaimed;
  if (!TemporalAnswers()) {
    // One of the threads asks, with one delivery.
    const std::scoped_lock lock(mutex_);
    if (Now() < away_until_) return false;
    away_until_ = Now() + options_.most_pause;
    limit = 1;
  }
  const auto now = Now();
  const auto next = database_.Read<std::optional<Timestamp>>([](auto& t) { return store::NextDelivery(t); });
  if (next && (!*next || **next > now)) away_count_ = 0;  // nobody waits who could ask: the next to come does
  if (!next || !*next || **next > now) return false;
  auto claimed = database_.Write<std::vector<Delivery>>(
      [&](auto& t) { return store::ClaimDeliveries(t, now, options_.lease, limit); });
  if (!claimed || claimed->empty()) return false;
  return Attempt(*claimed, kPatience);
}

void Inbox::Dispatch(const std::stop_token& stop) {
  std::uint64_t seen = 0;
  while (!stop.stop_requested()) {
    if (DispatchSome()) continue;
    std::unique_lock lock(mutex_);
    // Other servers wake nobody here, and leases end by themselves: look from time to time.
    woken_.wait_for(lock, stop, options_.first_pause, [&] { return wakes_ != seen; });
    seen = wakes_;
  }
}

void Inbox::Forget() {
  const auto before = Now() - options_.kept;
  while (true) {
    const auto dropped =
        database_.Write<std::int64_t>([&](auto& t) { return store::DropDeliveries(t, before, kForgottenAtOnce); });
    if (!dropped || *dropped < kForgottenAtOnce) return;
  }
}

void Inbox::Run(const std::stop_token& stop) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < options_.dispatchers; ++i) threads.emplace_back([this, stop] { Dispatch(stop); });
  while (!stop.stop_requested()) {
    Forget();
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop, kBetweenForgetting, [] { return false; });
  }
}

}  // namespace weft::triggers
