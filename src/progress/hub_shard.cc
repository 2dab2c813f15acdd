#include "progress/hub_shard.h"

#include <algorithm>

#include "progress/live_instance.h"

namespace weft::progress {

namespace {

constexpr std::chrono::seconds kSweepEvery{1};

}  // namespace

void HubShared::Begin() {
  const std::scoped_lock lock(mutex_);
  ++calls_;
}

void HubShared::End() {
  const std::scoped_lock lock(mutex_);
  if (--calls_ == 0) ended_.notify_all();
}

void HubShared::WaitForCalls() {
  std::unique_lock lock(mutex_);
  ended_.wait(lock, [this] { return calls_ == 0; });
}

HubShard::HubShard(std::shared_ptr<HubShared> shared)
    : shared_(std::move(shared)), thread_([this](const std::stop_token& stop) { Run(stop); }) {}

void HubShard::Stop() {
  thread_.request_stop();
  thread_.join();
}

void HubShard::Post(Task task) {
  const std::scoped_lock lock(mutex_);
  tasks_.push_back(std::move(task));
  woken_.notify_one();
}

void HubShard::Run(const std::stop_token& stop) {
  At(Clock::now() + kSweepEvery, [this] { Sweep(); });
  while (!stop.stop_requested()) {
    std::deque<Task> tasks;
    {
      std::unique_lock lock(mutex_);
      woken_.wait_until(lock, stop, timers_.begin()->first, [this] { return !tasks_.empty(); });
      tasks.swap(tasks_);
    }
    for (auto& task : tasks) task();
    const auto now = Clock::now();
    while (timers_.begin()->first <= now) timers_.extract(timers_.begin()).mapped()();
  }
  // Instances hold jv values, and answers that somebody waits for.
  instances_.clear();
}

LiveInstance& HubShard::Open(const Found& found) {
  auto& instance = instances_[{found.workflow_id, found.first_run_id}];
  if (!instance) {
    instance = std::make_shared<LiveInstance>(*this, found);
    ++shared_->instances;
  }
  return *instance;
}

void HubShard::Leave(const Found& found, std::uint64_t viewer) {
  const auto instance = instances_.find({found.workflow_id, found.first_run_id});
  if (instance != instances_.end()) instance->second->Leave(viewer);
}

HubShard::Clock::duration HubShard::DescribeEvery() const {
  const auto watched = std::ranges::count_if(instances_, [](const auto& entry) { return entry.second->watched(); });
  const auto share = std::max(1, shared_->options.descriptions / std::max(1, shared_->options.threads));
  return std::max<Clock::duration>(std::chrono::seconds(1), std::chrono::seconds(1) * watched / share);
}

void HubShard::Sweep() {
  const auto now = Clock::now();
  std::vector<std::pair<Clock::time_point, std::pair<std::string, std::string>>> kept;
  for (const auto& [key, instance] : instances_) {
    if (instance->idle()) kept.emplace_back(instance->used_at(), key);
  }
  std::ranges::sort(kept);
  const auto most = std::max<std::size_t>(
      1, shared_->options.most_kept / static_cast<std::size_t>(std::max(1, shared_->options.threads)));
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (now - kept[i].first < shared_->options.keep && kept.size() - i <= most) break;
    instances_.erase(kept[i].second);
    --shared_->instances;
  }
  At(now + kSweepEvery, [this] { Sweep(); });
}

}  // namespace weft::progress
