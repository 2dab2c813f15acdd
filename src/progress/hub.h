#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "progress/view.h"
#include "temporalio/client/client.h"

namespace weft::progress {

/// A line that a node wrote.
struct LogLine {
  std::int64_t number = 0;  ///< grows with each line of an instance
  std::string path;
  int attempt = 0;
  std::string stream;  ///< `stdout`, `stderr`
  std::string text;
  Timestamp at{};
};

struct HubOptions {
  /// Threads that fold; each instance belongs to one of them. There is one more if there are `logs`. Nothing waits on a
  /// thread: long polls and descriptions are calls under way in Core.
  int threads = 2;
  /// What nobody looks at any more is kept so long, and of that at most so many runs.
  std::chrono::milliseconds keep{60'000};
  std::size_t most_kept = 64;
  /// Long polls at a time (Temporal allows a frontend about 1,200). Watched runs beyond are asked for news in turn with
  /// the descriptions.
  int long_polls = 400;
  /// Descriptions a second in all. Each watched run that has something in flight is described once a second, or less
  /// often when they are many.
  int descriptions = 50;
  /// Between two pushes to the viewers of an instance; and from the first news to a push, since most news come in
  /// company: what ends a node also begins the next.
  std::chrono::milliseconds push_interval{250}, gather{25};
  /// Lines of the instance's first run with a greater number, oldest first; empty: the last lines of heartbeats are
  /// shown. Called on a thread of the hub, may block.
  std::function<Result<std::vector<LogLine>>(const std::string& instance, const std::string& first_run_id,
                                             std::int64_t after)>
      logs{};
};

/// A run as Temporal knows it.
struct Found {
  std::string workflow_id;
  std::string run_id;        ///< the newest of its chain
  std::string first_run_id;  ///< names the instance: the runs that continue it, or were reset from it, have the same
  std::int64_t events = 0;
  bool closed = false;
  Live live;
};

class HubShard;
struct HubShared;

/// Live instances: one fold for each that is looked at, shared by all its viewers, and kept for a while after. Any
/// thread; outlives its viewers and the calls of Look.
class Hub {
 public:
  explicit Hub(temporalio::Client client, HubOptions options = {});
  ~Hub();
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  /// An instance by its id, or an older run of the same id by `ID@` and 8 characters of its run id. One or two calls of
  /// Temporal. Fails with `not_found`, `temporal`.
  [[nodiscard]] Result<Found> Find(std::string_view instance) const;

  /// Shows the instance as it is, at least as new as `found`, to `look`, on a thread of the hub: what `look` takes away
  /// must be text. Blocks until then. A history that another version has made is shown as far as this one can follow.
  /// Fails with `not_found` (also for workflows that are not Weft's), `temporal`.
  Result<void> Look(const Found& found, const std::function<void(const InstanceView&)>& look);

  /// Sends an event of a stream; false: the viewer is gone. An empty id: none.
  using Send = std::function<bool(std::string_view event, std::string_view id, std::string_view data)>;
  struct Viewer {
    Send send;                    ///< must not block; on a thread of the hub
    std::function<void()> close;  ///< after the last event
    std::string last_version;     ///< what the viewer has already
  };
  /// Sends `instance` (the document; not if the viewer has this version), then `node`, `log`, and at the end `closed`,
  /// with the document's version as id of the last event of a push. Once the result is destroyed, nothing of `viewer`
  /// is called any more; destroying it waits for a call that is under way on another thread.
  [[nodiscard]] std::shared_ptr<void> Watch(const Found& found, Viewer viewer);

  struct Figures {
    std::size_t instances = 0;  ///< folded now
    std::size_t viewers = 0;
    std::size_t long_polls = 0;
    std::uint64_t folds = 0;   ///< runs begun to be folded so far
    std::uint64_t events = 0;  ///< fed so far
    std::uint64_t pushes = 0;  ///< documents and differences made for viewers so far
  };
  [[nodiscard]] Figures figures() const;

 private:
  [[nodiscard]] HubShard& ShardOf(const std::string& workflow_id) const;

  std::shared_ptr<HubShared> shared_;
  std::vector<std::unique_ptr<HubShard>> shards_;
};

}  // namespace weft::progress
