#include "activities/server_logs.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <ranges>
#include <utility>

#include "base/clock.h"
#include "base/id.h"
#include "expr/value.h"

namespace weft::activities {
namespace {

using expr::Value;

constexpr std::size_t kLargestChunk = std::size_t{32} * 1024;
constexpr std::size_t kLargestBatch = std::size_t{1024} * 1024;
constexpr std::size_t kMostChunks = 1000;
/// So many chunks of other nodes may lie between two lines that are joined.
constexpr std::ptrdiff_t kLookBack = 32;
/// What a line costs beside its text.
constexpr std::size_t kOverhead = 64;
constexpr Duration kFirstPause{500};
constexpr Duration kLongestPause{10'000};

}  // namespace

void ServerLogs::Add(const temporalio::ActivityInfo& info, Stream stream, std::string_view line) {
  const Node node{.instance = info.workflow_id, .run = info.workflow_run_id, .operation = info.activity_id};
  {
    const std::scoped_lock lock(mutex_);
    if (bytes_ + line.size() + kOverhead > options_.most_bytes) {
      ++lost_[node];
      return;
    }
    Append(node, stream, line);
  }
  changed_.notify_one();
}

void ServerLogs::Append(const Node& node, Stream stream, std::string_view line) {
  bytes_ += line.size() + kOverhead;
  const auto recent =
      std::ranges::subrange(waiting_.rbegin(), waiting_.rbegin() + std::min(std::ssize(waiting_), kLookBack));
  const auto last = std::ranges::find(recent, node, &Chunk::node);
  if (last != recent.end() && last->id.empty() && last->stream == stream &&
      last->text.size() + line.size() < kLargestChunk) {
    (last->text += '\n') += line;
    bytes_ -= kOverhead - 1;
    return;
  }
  waiting_.push_back({.id = {}, .node = node, .stream = stream, .text = std::string(line), .at = Now()});
}

std::deque<ServerLogs::Chunk> ServerLogs::TakeBatch() {
  std::deque<Chunk> batch;
  std::size_t size = 0;
  while (!waiting_.empty() && batch.size() < kMostChunks && size < kLargestBatch) {
    size += waiting_.front().text.size();
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    if (batch.back().id.empty()) batch.back().id = NewUlid();
  }
  return batch;
}

bool ServerLogs::Send(const std::deque<Chunk>& batch) {
  auto chunks = Value::EmptyArray();
  for (const auto& chunk : batch) {
    // Only the last `#`: paths have none, but what a person types into an id might.
    const auto& operation = chunk.node.operation;
    const auto hash = std::min(operation.rfind('#'), operation.size());
    int attempt = 1;
    if (hash < operation.size())
      std::from_chars(operation.data() + hash + 1, operation.data() + operation.size(), attempt);
    chunks.Append(Value::Object({{"id", Value(chunk.id)},
                                 {"instance", Value(chunk.node.instance)},
                                 {"run", Value(chunk.node.run)},
                                 {"path", Value(operation.substr(0, hash))},
                                 {"attempt", Value(attempt)},
                                 {"stream", Value(StreamName(chunk.stream))},
                                 {"text", Value(chunk.text)},
                                 {"at", Value(FormatTimestamp(chunk.at))}}));
  }
  const auto response = link_->Post("/internal/v1/logs", Value::Object({{"chunks", std::move(chunks)}}).Dump());
  if (!response || ServerLink::MayPass(*response)) return false;
  if (response->status >= 300) spdlog::warn("the server refuses log lines: {}", ServerLink::DetailOf(*response));
  return true;
}

void ServerLogs::Loop(const std::stop_token& stop) {
  auto pause = kFirstPause;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto some = [this] { return !waiting_.empty(); };
    changed_.wait(lock, stop, some);
    // More lines of the same moment go along.
    if (!stop.stop_requested()) changed_.wait_for(lock, stop, options_.interval, [] { return false; });
    auto batch = TakeBatch();
    if (batch.empty()) return;
    lock.unlock();
    const bool sent = Send(batch);
    lock.lock();
    if (!sent) {
      std::ranges::move(std::views::reverse(batch), std::front_inserter(waiting_));
      if (stop.stop_requested()) return;
      changed_.wait_for(lock, stop, pause, [] { return false; });
      pause = std::min(2 * pause, kLongestPause);
      continue;
    }
    pause = kFirstPause;
    for (const auto& chunk : batch) bytes_ -= chunk.text.size() + kOverhead;
    for (const auto& [node, lines] : std::exchange(lost_, {})) {
      Append(node, Stream::kStderr, "[weft] " + std::to_string(lines) + " lines are missing here: no server took them");
    }
  }
}

}  // namespace weft::activities
