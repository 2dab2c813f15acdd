#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>

#include "activities/log.h"
#include "activities/server_link.h"
#include "base/time.h"
#include "temporalio/activity/activity.h"

namespace weft::activities {

/// Sends what nodes write to a server, in the background. While the server is away lines wait, up to a bound; what does
/// not fit is dropped, and a line in the log says how many were. Threads may share it.
class ServerLogs {
 public:
  struct Options {
    Duration interval{300};
    std::size_t most_bytes = std::size_t{4} * 1024 * 1024;  ///< that wait
  };

  explicit ServerLogs(std::shared_ptr<ServerLink> link) : ServerLogs(std::move(link), Options{}) {}
  ServerLogs(std::shared_ptr<ServerLink> link, Options options)
      : link_(std::move(link)), options_(options), thread_([this](const std::stop_token& stop) { Loop(stop); }) {}
  /// Tries once more to send what waits.
  ~ServerLogs() = default;
  ServerLogs(const ServerLogs&) = delete;
  ServerLogs& operator=(const ServerLogs&) = delete;

  /// Never waits for the server.
  void Add(const temporalio::ActivityInfo& info, Stream stream, std::string_view line);

 private:
  struct Node {
    std::string instance, run, operation;  ///< `path#attempt`
    friend auto operator<=>(const Node&, const Node&) = default;
  };
  struct Chunk {
    std::string id;  ///< by which a server knows it again, when its answer was lost; empty: never sent
    Node node;
    Stream stream;
    std::string text;  ///< lines
    Timestamp at{};    ///< of the first
  };

  void Append(const Node& node, Stream stream, std::string_view line);
  void Loop(const std::stop_token& stop);
  /// Takes the chunks that come next, and gives them ids: from then on they are as they are.
  std::deque<Chunk> TakeBatch();
  /// False: not now.
  bool Send(const std::deque<Chunk>& batch);

  const std::shared_ptr<ServerLink> link_;
  const Options options_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<Chunk> waiting_;         ///< guarded by mutex_
  std::size_t bytes_ = 0;             ///< guarded by mutex_; of what waits and what is being sent
  std::map<Node, std::size_t> lost_;  ///< guarded by mutex_; lines
  std::jthread thread_;
};

}  // namespace weft::activities
