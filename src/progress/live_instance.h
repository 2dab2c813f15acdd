#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "progress/changes.h"
#include "progress/hub_shard.h"

namespace weft::progress {

/// One instance in a hub: the run that is folded now, who looks at it, and the calls that keep it up to date. On its
/// shard's thread only.
class LiveInstance : public std::enable_shared_from_this<LiveInstance> {
 public:
  using Clock = HubShard::Clock;
  using Answer = std::function<void(Result<const InstanceView*>)>;

  LiveInstance(HubShard& shard, const Found& found);
  ~LiveInstance();

  /// Answers once the fold is as new as `found`.
  void Look(const Found& found, Answer answer);
  void Watch(std::uint64_t number, const Found& found, Hub::Viewer viewer);
  void Leave(std::uint64_t number);

  [[nodiscard]] bool idle() const { return viewers_.empty() && looks_.empty(); }
  [[nodiscard]] bool watched() const { return !viewers_.empty() && !final_; }
  [[nodiscard]] Clock::time_point used_at() const { return used_at_; }
  void TakeLines(const std::vector<LogLine>& lines);

 private:
  struct Looking {
    std::string run_id;
    std::int64_t events = 0;
    Answer answer;
  };
  struct Watching {
    std::uint64_t number = 0;
    Hub::Viewer viewer;
    bool ready = false;  ///< the fold is new enough for it
    bool fresh = true;   ///< has not been told anything yet
    bool gone = false;
  };

  void BeginRun(const std::string& run_id);
  /// Keeps reading for as long as somebody wants to know.
  void Read();
  void TakePage(std::uint64_t generation,
                temporalio::Result<api::workflowservice::v1::GetWorkflowExecutionHistoryResponse> page);
  void Close();
  void DescribeLater();
  void DescribeNow();
  void Described(const api::workflowservice::v1::DescribeWorkflowExecutionResponse& description);
  void AskPollers(const std::vector<Pollers::Queue>& queues);
  void Fail(const Error& error);
  void Drop(const Error& error);
  [[nodiscard]] bool Satisfies(const Looking& looking) const;
  [[nodiscard]] bool IsBehind() const;
  [[nodiscard]] bool NeedsDescription() const;
  InstanceView View();
  void Changed();
  void AnswerLooks();
  void SchedulePush();
  void Push();
  void SendHeartbeats(const Live& before);
  void FollowLines();

  HubShard& shard_;
  std::string workflow_id_, first_run_id_, run_id_;
  std::set<std::string> past_runs_;
  std::unique_ptr<Track> track_;
  std::uint64_t generation_ = 0;  ///< tells answers about an earlier run from those about this one
  std::string token_;
  bool reading_ = false;
  bool final_ = false;       ///< closed, and no other run goes on
  std::int64_t newest_ = 0;  ///< event of which is known that it is there
  std::optional<Error> failure_;
  Live live_;
  std::list<Looking> looks_;
  std::list<Watching> viewers_;
  Changes changes_;
  bool push_due_ = false;
  bool describing_ = false;  ///< or about to be described
  std::size_t asking_ = 0;   ///< for the pollers of so many queues
  Clock::time_point pushed_at_{};
  Clock::time_point used_at_ = Clock::now();
};

}  // namespace weft::progress
