#include "notify/outbox.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include <spdlog/spdlog.h>

#include "base/clock.h"
#include "base/id.h"
#include "notify/message.h"
#include "notify/settings.h"

namespace weft::notify {
namespace {

using expr::Value;
using store::Notification;
using store::NotificationOutcome;
using store::NotificationStatus;
using namespace std::chrono_literals;

/// Longer than any transport takes.
constexpr Duration kLease = 90s;
constexpr int kMaxAttempts = 12;
constexpr Duration kFirstPause = 5s;
constexpr Duration kLongestPause = 1h;
/// What a service may ask for by Retry-After.
constexpr Duration kLongestAsked = 6h;
constexpr auto kPoll = 1s;
/// Less than an activity on the system queue has.
constexpr auto kPatience = 20s;
constexpr auto kLook = 300ms;

/// 5 s, 15 s, 45 s, … up to an hour: twelve attempts in about six hours.
Duration PauseAfter(int attempts) {
  auto pause = kFirstPause;
  for (int i = 1; i < attempts && pause < kLongestPause; ++i) pause *= 3;
  return std::min(pause, kLongestPause);
}

NotificationOutcome Failed(std::string error) {
  return {.status = NotificationStatus::kFailed, .error = std::move(error)};
}

bool HasEnded(const Notification& n) {
  return n.status == NotificationStatus::kSent || n.status == NotificationStatus::kFailed;
}

Receipt ReceiptOf(const std::vector<Notification>& notifications) {
  Receipt receipt{.delivered = true, .problem = {}, .json = {}};
  auto channels = Value::EmptyArray();
  for (const auto& n : notifications) {
    auto entry = Value::Object({{"channel", Value(n.channel)},
                                {"status", Value(StatusName(n.status))},
                                {"attempts", Value(n.attempts)},
                                {"at", Value(FormatTimestamp(n.updated_at))}});
    if (n.status == NotificationStatus::kFailed) {
      receipt.delivered = false;
      receipt.problem += (receipt.problem.empty() ? "" : "; ") + n.channel + ": " + n.error;
      entry.Set("error", Value(n.error));
    }
    channels.Append(std::move(entry));
  }
  receipt.json = Value::Object({{"delivered", Value(receipt.delivered)}, {"channels", std::move(channels)}});
  return receipt;
}

Result<Notification> NotificationFor(const Telling& telling, const std::string& channel, Timestamp now) {
  WEFT_TRY(const auto content, Value::Parse(telling.content));
  Notification n;
  n.id = NewUlid();
  n.subject = telling.subject;
  n.channel = channel;
  n.event = content.Get("event").AsString();
  n.ns = content.Get("namespace").AsString();
  n.workflow = content.Get("workflow").AsString();
  n.instance = content.Get("instance").AsString();
  n.content = telling.content;
  n.due_at = now;
  n.created_at = n.updated_at = now;
  return n;
}

}  // namespace

Timestamp Outbox::Now() const {
  if (options_.clock) return options_.clock();
  return weft::Now();
}

Result<int> Outbox::Add(store::Transaction& t, const Telling& telling, Timestamp now) {
  int added = 0;
  for (const auto& channel : telling.channels) {
    WEFT_TRY(const auto notification, NotificationFor(telling, channel, now));
    WEFT_TRY(const bool is_new, store::AddNotification(t, notification));
    added += is_new ? 1 : 0;
  }
  return added;
}

void Outbox::Wake() {
  {
    const std::scoped_lock lock(mutex_);
    wakes_ = std::min(wakes_ + 1, options_.threads);
  }
  wake_.notify_one();
}

Result<std::optional<Receipt>> Outbox::Tell(const Telling& telling, const std::stop_token& stop) {
  WEFT_TRY_VOID(database_.Write([&](store::Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(Add(t, telling, Now()));
    return {};
  }));
  Wake();
  const auto give_up = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    const auto seen = [this] {
      const std::scoped_lock lock(mutex_);
      return attempts_;
    }();
    WEFT_TRY(auto all, database_.Read<std::vector<Notification>>(
                           [&](store::Transaction& t) { return store::NotificationsOf(t, telling.subject); }));
    std::erase_if(all, [&](const Notification& n) {
      return std::ranges::find(telling.channels, n.channel) == telling.channels.end();
    });
    if (std::ranges::all_of(all, HasEnded)) return ReceiptOf(all);
    const auto now = Now();
    const bool moving = std::ranges::any_of(all, [&](const Notification& n) {
      return n.status == NotificationStatus::kSending || (n.status == NotificationStatus::kPending && n.due_at <= now);
    });
    if (!moving || stop.stop_requested() || std::chrono::steady_clock::now() >= give_up) return std::nullopt;
    std::unique_lock lock(mutex_);
    finished_.wait_for(lock, stop, kLook, [&] { return attempts_ != seen; });
  }
}

Result<Notification> Outbox::Test(const std::string& channel, const std::stop_token& stop) {
  const auto now = Now();
  const auto id = NewUlid();
  WEFT_TRY(auto test,
           NotificationFor(
               {.subject = "test." + id, .content = Value::Object({{"event", Value("test")}}).Dump(), .channels = {}},
               channel, now));
  test.status = NotificationStatus::kSending;
  test.attempts = 1;
  test.due_at.reset();  // nobody else is to send it
  WEFT_TRY_VOID(database_.Write([&](store::Transaction& t) -> Result<void> {
    WEFT_TRY(const auto found, store::FindChannel(t, key_, channel));
    if (!found) return Fail("not_found", "there is no channel `" + channel + "`");
    WEFT_TRY_VOID(store::AddNotification(t, test));
    return {};
  }));
  auto outcome = Attempt(test, stop);
  outcome.due_at.reset();
  if (outcome.status == NotificationStatus::kPending) outcome.status = NotificationStatus::kFailed;
  Finish(test, outcome);
  test.status = outcome.status;
  test.error = outcome.error;
  test.answer = outcome.answer;
  test.sent = outcome.sent;
  return test;
}

void Outbox::Run(const std::stop_token& stop) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < options_.threads; ++i) {
    threads.emplace_back([this, stop, polls = i == 0] { Work(stop, polls); });
  }
}

// One thread looks at the store now and then; whoever finds something wakes another to look for more.
void Outbox::Work(const std::stop_token& stop, bool polls) {
  while (!stop.stop_requested()) {
    while (!stop.stop_requested() && SendNext(stop)) {
    }
    std::unique_lock lock(mutex_);
    const auto woken = [this] { return wakes_ > 0; };
    if (polls) {
      wake_.wait_for(lock, stop, kPoll, woken);
    } else {
      wake_.wait(lock, stop, woken);
    }
    if (wakes_ > 0) --wakes_;
  }
}

bool Outbox::SendNext(const std::stop_token& stop) {
  const auto claimed = database_.Write<std::optional<Notification>>(
      [&](store::Transaction& t) { return store::ClaimNotification(t, Now(), kLease); });
  if (!claimed) {
    spdlog::warn("notifications: {}", claimed.error().message);
    return false;
  }
  if (!*claimed) return false;
  Wake();
  const auto& notification = **claimed;
  Finish(notification, Attempt(notification, stop));
  return true;
}

NotificationOutcome Outbox::Attempt(const Notification& n, const std::stop_token& stop) {
  if (n.attempts > kMaxAttempts) return Failed("given up: servers ended in the middle of the last attempts");
  const auto later = [&](std::optional<Duration> asked) -> NotificationOutcome {
    const auto pause = std::max(PauseAfter(n.attempts), std::min(asked.value_or(Duration::zero()), kLongestAsked));
    return {.status = NotificationStatus::kPending, .due_at = Now() + pause};
  };
  const auto channel = database_.Read<std::optional<store::Channel>>(
      [&](store::Transaction& t) { return store::FindChannel(t, key_, n.channel); });
  if (!channel) {
    auto outcome = later({});
    outcome.error = channel.error().message;
    return outcome;
  }
  if (!*channel) return Failed("there is no channel `" + n.channel + "`; add it, or take its name out of the workflow");
  const auto* kind = FindKind((*channel)->kind);
  const auto config = Value::Parse((*channel)->config);
  const auto content = Value::Parse(n.content);
  if (kind == nullptr || !config || !content) {
    return Failed("this server does not know channels of kind `" + (*channel)->kind + "`; upgrade it");
  }
  const auto message =
      MakeMessage(*content, LanguageOf((*channel)->language), options_.base_url ? options_.base_url() : std::string());
  auto delivery =
      kind->send(*config, message, {.transport = transport_, .stop = stop, .now = Now(), .id = n.id, .event = n.event});
  NotificationOutcome outcome;
  if (delivery.outcome == Delivery::Outcome::kRefused) {
    outcome = Failed({});
  } else if (delivery.outcome == Delivery::Outcome::kRetry) {
    outcome = n.attempts < kMaxAttempts ? later(delivery.retry_after) : Failed({});
  }
  outcome.error = WithoutSecrets(*kind, *config, std::move(delivery.error));
  outcome.answer = WithoutSecrets(*kind, *config, std::move(delivery.answer));
  outcome.sent = WithoutSecrets(*kind, *config, std::move(delivery.sent));
  return outcome;
}

void Outbox::Finish(const Notification& notification, const NotificationOutcome& outcome) {
  if (!outcome.error.empty()) {
    spdlog::warn("notification {} to channel {} ({} of {}): {}", notification.id, notification.channel,
                 notification.event, notification.instance, outcome.error);
  }
  // The message is out: worth another try to say so.
  for (int attempt = 1; attempt <= 3; ++attempt) {
    const auto finished = database_.Write<bool>(
        [&](store::Transaction& t) { return store::FinishNotification(t, notification, outcome, Now()); });
    if (finished) break;
    spdlog::warn("notification {}: {}", notification.id, finished.error().message);
  }
  {
    const std::scoped_lock lock(mutex_);
    ++attempts_;
  }
  finished_.notify_all();
}

}  // namespace weft::notify
