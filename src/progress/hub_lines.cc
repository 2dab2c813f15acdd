#include "progress/hub_lines.h"

namespace weft::progress {
namespace {

constexpr std::chrono::milliseconds kEvery{500};
/// Lines may come a moment after their node has ended.
constexpr std::chrono::seconds kAfterwards{3};
/// So long it is remembered which lines were told.
constexpr std::chrono::minutes kRemember{5};

}  // namespace

HubLines::HubLines(decltype(HubOptions::logs) logs)
    : logs_(std::move(logs)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void HubLines::Stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void HubLines::Want(const std::string& instance, const std::string& first_run_id, Give give) {
  const std::scoped_lock lock(mutex_);
  auto& followed = followed_[{instance, first_run_id}];
  followed.until = Clock::now() + kAfterwards;
  followed.give = std::move(give);
  wanted_.notify_one();
}

void HubLines::Run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wanted_.wait(lock, stop, [this] { return !followed_.empty(); });
    const auto now = Clock::now();
    std::erase_if(followed_, [now](const auto& entry) { return now - entry.second.until > kRemember; });
    std::vector<Key> keys;
    for (const auto& [key, followed] : followed_) {
      if (followed.until > now) keys.push_back(key);
    }
    lock.unlock();
    for (const auto& key : keys) {
      if (!stop.stop_requested()) Ask(key);
    }
    lock.lock();
    wanted_.wait_for(lock, stop, kEvery, [] { return false; });
  }
}

void HubLines::Ask(const Key& key) {
  std::unique_lock lock(mutex_);
  const auto& [instance, first_run] = key;
  const auto after = followed_.at(key).after;
  lock.unlock();
  auto lines = logs_(instance, first_run, after);
  if (!lines) return;  // a store that is away is asked again
  lock.lock();
  auto& followed = followed_.at(key);
  const bool told = followed.at_end;
  if (lines->empty()) followed.at_end = true;
  if (lines->empty()) return;
  followed.after = lines->back().number;
  if (told) followed.give(*std::move(lines));
}

}  // namespace weft::progress
