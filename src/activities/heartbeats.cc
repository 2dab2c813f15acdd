#include "activities/heartbeats.h"

#include <algorithm>
#include <string>

#include "temporalio/converter/payload.h"

namespace weft::activities {

using Clock = std::chrono::steady_clock;

Heartbeats::Running::Running(Heartbeats& owner, const temporalio::ActivityContext& context, const LogTail& log)
    : owner_(owner), context_(context), log_(log) {
  const std::scoped_lock lock(owner_.mutex_);
  owner_.running_.push_back(this);
  owner_.changed_.notify_all();
}

Heartbeats::Running::~Running() {
  const std::scoped_lock lock(owner_.mutex_);
  owner_.running_.remove(this);
}

void Heartbeats::Loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (running_.empty()) {
      changed_.wait(lock, stop, [&] { return !running_.empty(); });
      last_answer_ = Clock::now();
    }
    Beat();
    lock.unlock();
    Watch();
    lock.lock();
    changed_.wait_for(lock, stop, options_.heartbeat_interval, [] { return false; });
  }
}

void Heartbeats::Beat() {
  const auto now = Clock::now();
  for (const auto* attempt : running_) {
    if (now - attempt->started_ < options_.first_heartbeat) continue;
    std::vector<temporalio::Payload> details;
    if (auto log = attempt->log_.Json(); !log.empty()) details.push_back(temporalio::JsonPayload(std::move(log)));
    attempt->context_.Heartbeat(std::move(details));
  }
}

void Heartbeats::Watch() {
  // Often enough to be sure in time.
  if (!options_.answers || Clock::now() - asked_ < options_.lost_after / 4) return;
  asked_ = Clock::now();
  if (options_.answers()) {
    last_answer_ = asked_;
  } else if (Clock::now() - last_answer_ >= options_.lost_after) {
    const std::scoped_lock lock(mutex_);
    for (auto* attempt : running_) {
      if (attempt->started_ <= last_answer_) attempt->lost_.request_stop();
    }
  }
}

}  // namespace weft::activities
