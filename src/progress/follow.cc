#include "progress/follow.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "progress/live.h"
#include "temporalio/client/history.h"

namespace weft::progress {
namespace {

using Code = temporalio::Error::Code;
using temporalio::History;
using temporalio::HistoryReader;

constexpr std::chrono::seconds kDescribeEvery{1};
constexpr std::chrono::seconds kTryAgainAfter{1};

Error ToError(const temporalio::Error& error) {
  if (error.code == Code::kCancelled) return {"cancelled", "stopped watching"};
  if (error.code == Code::kNotFound) return {"not_found", error.message};
  return {"temporal", error.message};
}

/// Pages of one run's history, read on a thread of their own.
class Pages {
 public:
  Pages(const temporalio::Client& client, temporalio::WorkflowRef run)
      : reader_(client, std::move(run), {.follow = true}), thread_([this](std::stop_token stop) { Read(stop); }) {}

  struct News {
    std::deque<History> pages;
    std::string trouble;
    std::optional<Error> error;
    bool ended = false;
  };

  /// What has come, after waiting for it at most `patience`.
  News Take(std::chrono::milliseconds patience, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, patience, [this] { return fresh_; });
    fresh_ = false;
    News news = std::exchange(news_, {});
    news_.ended = news.ended;
    return news;
  }

 private:
  void Read(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto page = reader_.Next(stop);
      std::unique_lock lock(mutex_);
      const bool again = !page && temporalio::MayPass(page.error().code);
      if (again) {
        news_.trouble = page.error().message;
      } else if (!page) {
        news_.error = ToError(page.error());
      } else if (!*page) {
        news_.ended = true;
      } else {
        news_.pages.push_back(**std::move(page));
      }
      fresh_ = true;
      changed_.notify_all();
      if (news_.ended || news_.error) return;
      if (again) changed_.wait_for(lock, stop, kTryAgainAfter, [] { return false; });
    }
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  News news_;
  bool fresh_ = false;
  HistoryReader reader_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace

Result<InstanceView> Follow(const temporalio::Client& client, temporalio::WorkflowRef run,
                            const FollowCallbacks& callbacks, std::stop_token stop) {
  Definitions definitions;
  while (true) {
    Track track(definitions, run.workflow_id);
    const auto& fold = track.fold();
    Pages pages(client, run);
    Live live;
    auto described = std::chrono::steady_clock::now();
    while (true) {
      const auto news = pages.Take(kDescribeEvery, stop);
      if (stop.stop_requested()) return Fail("cancelled", "stopped watching");
      for (const auto& page : news.pages) {
        for (const auto& event : page.events()) WEFT_TRY_VOID(track.Feed(event));
      }
      if (news.error) return std::unexpected(*news.error);
      if (!news.trouble.empty() && callbacks.trouble) callbacks.trouble(news.trouble);
      const auto now = std::chrono::steady_clock::now();
      if (!fold.closing() && now - described >= kDescribeEvery) {
        described = now;
        if (const auto description = client.Describe(run)) live = LiveOf(description->raw);
      }
      const bool continued = fold.closing() && fold.closing()->kind == Closing::Kind::kContinued;
      auto view = ViewOf(track, run.run_id, continued || fold.closing() ? Live{} : live);
      if (callbacks.changed) callbacks.changed(view);
      if (continued) break;
      if (fold.closing()) return view;
      if (news.ended) return Fail("temporal", "the history of " + run.workflow_id + " ended before the run was closed");
    }
    run.run_id = fold.closing()->new_run_id;
  }
}

}  // namespace weft::progress
