#include "progress/live_instance.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "progress/heartbeat_lines.h"
#include "progress/live.h"
#include "temporalio/client/history.h"

namespace weft::progress {
namespace {

namespace service = api::workflowservice::v1;
using Code = temporalio::Error::Code;
using expr::Value;

constexpr std::chrono::seconds kTryAgainAfter{1};
/// Temporal answers a long poll after twenty seconds at the latest.
constexpr std::chrono::seconds kLongPoll{70};

Error ToError(const temporalio::Error& error) {
  return {error.code == Code::kNotFound ? "not_found" : "temporal", error.message};
}

std::string LogEvent(const LogLine& line) {
  return Value::Object({{"path", Value(line.path)},
                        {"attempt", Value(line.attempt)},
                        {"stream", Value(line.stream)},
                        {"text", Value(line.text)},
                        {"at", Value(FormatTimestamp(line.at))}})
      .Dump();
}

}  // namespace

LiveInstance::LiveInstance(HubShard& shard, const Found& found)
    : shard_(shard), workflow_id_(found.workflow_id), first_run_id_(found.first_run_id) {
  BeginRun(found.run_id);
  live_ = found.live;
}

LiveInstance::~LiveInstance() {
  for (auto& looking : looks_) looking.answer(weft::Fail("cancelled", "the server is stopping"));
  shard_.shared().viewers -= viewers_.size();
}

void LiveInstance::BeginRun(const std::string& run_id) {
  if (!run_id_.empty()) past_runs_.insert(run_id_);
  run_id_ = run_id;
  track_ = std::make_unique<Track>(shard_.definitions(), workflow_id_);
  ++generation_;
  ++shard_.shared().folds;
  token_.clear();
  reading_ = false;
  final_ = false;
  newest_ = 1;
  failure_.reset();
  live_ = {};
}

void LiveInstance::Look(const Found& found, Answer answer) {
  used_at_ = Clock::now();
  if (found.run_id != run_id_ && !past_runs_.contains(found.run_id)) BeginRun(found.run_id);
  if (found.run_id == run_id_) {
    newest_ = std::max(newest_, found.events);
    live_ = found.live;
  }
  looks_.push_back({.run_id = found.run_id, .events = found.events, .answer = std::move(answer)});
  Changed();
  Read();
}

void LiveInstance::Watch(std::uint64_t number, const Found& found, Hub::Viewer viewer) {
  viewers_.push_back({.number = number, .viewer = std::move(viewer)});
  ++shard_.shared().viewers;
  Look(found, [this, number](Result<const InstanceView*> view) {
    const auto watching = std::ranges::find(viewers_, number, &Watching::number);
    if (watching == viewers_.end()) return;
    if (!view) {
      watching->viewer.close();
      return Leave(number);
    }
    watching->ready = true;
    SchedulePush();
    DescribeLater();
  });
}

void LiveInstance::Leave(std::uint64_t number) {
  used_at_ = Clock::now();
  shard_.shared().viewers -= std::erase_if(viewers_, [&](const Watching& w) { return w.number == number; });
}

bool LiveInstance::Satisfies(const Looking& looking) const {
  if (looking.run_id != run_id_ && past_runs_.contains(looking.run_id)) return !IsBehind();
  return final_ || track_->fold().last_event_id() >= looking.events;
}

bool LiveInstance::IsBehind() const { return track_->fold().last_event_id() < newest_; }

void LiveInstance::Read() {
  if (reading_ || failure_ || final_ || track_->fold().closing()) return;
  const bool wanted =
      !viewers_.empty() || std::ranges::any_of(looks_, [this](const Looking& l) { return !Satisfies(l); });
  if (!wanted) return;
  const bool waits = !IsBehind();
  auto& polls = shard_.shared().long_polls;
  if (waits && polls.load() >= static_cast<std::size_t>(shard_.shared().options.long_polls)) return;
  if (waits) ++polls;
  reading_ = true;
  auto request = shard_.shared().client.NewRequest<service::GetWorkflowExecutionHistoryRequest>();
  request.mutable_execution()->set_workflow_id(workflow_id_);
  request.mutable_execution()->set_run_id(run_id_);
  request.set_wait_new_event(true);
  request.set_next_page_token(token_);
  temporalio::CallOptions call;
  call.timeout = kLongPoll;
  shard_.Call<service::GetWorkflowExecutionHistoryResponse>(
      "GetWorkflowExecutionHistory", std::move(request), call,
      [self = weak_from_this(), &polls, waits, generation = generation_](auto page) {
        if (waits) --polls;
        if (const auto instance = self.lock()) instance->TakePage(generation, std::move(page));
      });
}

void LiveInstance::TakePage(std::uint64_t generation,
                            temporalio::Result<service::GetWorkflowExecutionHistoryResponse> page) {
  if (generation != generation_) return;
  reading_ = false;
  if (!page) {
    if (!temporalio::MayPass(page.error().code)) return Drop(ToError(page.error()));
    Fail(ToError(page.error()));
    if (!viewers_.empty()) {
      if (!std::exchange(live_.away, true)) Changed();
      shard_.At(Clock::now() + kTryAgainAfter, [self = weak_from_this()] {
        if (const auto instance = self.lock()) instance->Read();
      });
    }
    return;
  }
  live_.away = false;
  token_ = page->next_page_token();
  const auto& history = page->history();
  shard_.shared().events += static_cast<std::uint64_t>(history.events_size());
  for (const auto& event : history.events()) {
    const auto fed = track_->Feed(event);
    if (fed) continue;
    // What another version does is shown as far as this one can follow, with the reason.
    if (fed.error().code != "validation") continue;
    return Drop({"not_found", "`" + workflow_id_ + "` is no instance of Weft: " + fed.error().message});
  }
  const auto& closing = track_->fold().closing();
  if (closing && closing->kind == Closing::Kind::kContinued) {
    BeginRun(closing->new_run_id);
  } else if (closing) {
    return Close();
  } else if (token_.empty()) {
    return Drop({"temporal", "the history of " + workflow_id_ + " ended before the run was closed"});
  } else if (history.events_size() == 0 && IsBehind()) {
    // A description can count events that are not to be read; what there is has been read.
    newest_ = track_->fold().last_event_id();
    for (auto& looking : looks_) looking.events = std::min(looking.events, newest_);
  }
  Changed();
  Read();
}

// A run that was reset is terminated, and another one goes on from its past: it is the same instance.
void LiveInstance::Close() {
  auto request = shard_.shared().client.NewRequest<service::DescribeWorkflowExecutionRequest>();
  request.mutable_execution()->set_workflow_id(workflow_id_);
  shard_.Call<service::DescribeWorkflowExecutionResponse>(
      "DescribeWorkflowExecution", std::move(request), {},
      [self = weak_from_this(), generation = generation_](auto description) {
        const auto instance = self.lock();
        if (!instance || instance->generation_ != generation) return;
        if (description) {
          const auto& info = description->workflow_execution_info();
          const auto& newest = info.execution().run_id();
          if (info.first_run_id() == instance->first_run_id_ && newest != instance->run_id_ &&
              !instance->past_runs_.contains(newest)) {
            instance->BeginRun(newest);
            return instance->Read();
          }
        }
        instance->final_ = true;
        instance->live_ = {};
        instance->Changed();
      });
}

bool LiveInstance::NeedsDescription() const {
  if (final_ || track_->fold().closing()) return false;
  return !reading_ || track_->task_pending() || track_->fold().HasNews() ||
         track_->fold().machine().state().in_flight > 0;
}

void LiveInstance::DescribeLater() {
  if (describing_ || !watched()) return;
  describing_ = true;
  shard_.At(Clock::now() + shard_.DescribeEvery(), [self = weak_from_this()] {
    if (const auto instance = self.lock()) instance->DescribeNow();
  });
}

void LiveInstance::DescribeNow() {
  if (!watched() || !NeedsDescription()) {
    describing_ = false;
    return DescribeLater();
  }
  auto request = shard_.shared().client.NewRequest<service::DescribeWorkflowExecutionRequest>();
  request.mutable_execution()->set_workflow_id(workflow_id_);
  request.mutable_execution()->set_run_id(run_id_);
  shard_.Call<service::DescribeWorkflowExecutionResponse>(
      "DescribeWorkflowExecution", std::move(request), {},
      [self = weak_from_this(), generation = generation_](auto description) {
        const auto instance = self.lock();
        if (!instance) return;
        instance->describing_ = false;
        if (description && instance->generation_ == generation) instance->Described(*description);
        instance->DescribeLater();
      });
}

void LiveInstance::Described(const service::DescribeWorkflowExecutionResponse& description) {
  newest_ = std::max(newest_, description.workflow_execution_info().history_length());
  auto live = LiveOf(description);
  shard_.pollers().Fill(live);
  if (live != live_) {
    const auto before = std::exchange(live_, std::move(live));
    if (!shard_.shared().options.logs) SendHeartbeats(before);
    Changed();
  }
  AskPollers(shard_.pollers().TakeStale(View(), live_.task_queue));
  FollowLines();
  Read();
}

// Whether somebody polls can change without a trace in the run.
void LiveInstance::AskPollers(const std::vector<Pollers::Queue>& queues) {
  for (const auto& queue : queues) {
    ++asking_;
    auto request = shard_.shared().client.NewRequest<service::DescribeTaskQueueRequest>();
    request.mutable_task_queue()->set_name(queue.first);
    request.set_task_queue_type(queue.second == Pollers::Kind::kWorkflows ? api::enums::v1::TASK_QUEUE_TYPE_WORKFLOW
                                                                          : api::enums::v1::TASK_QUEUE_TYPE_ACTIVITY);
    shard_.Call<service::DescribeTaskQueueResponse>(
        "DescribeTaskQueue", std::move(request), {},
        [&pollers = shard_.pollers(), self = weak_from_this(), queue](auto description) {
          const auto now = Now();
          if (description) pollers.Put(queue, IsPolled(*description, now));
          const auto instance = self.lock();
          if (instance && --instance->asking_ == 0) instance->Changed();
        });
  }
}

void LiveInstance::Fail(const Error& error) {
  for (auto& looking : std::exchange(looks_, {})) looking.answer(std::unexpected(error));
}

// Nothing more will be known of this run.
void LiveInstance::Drop(const Error& error) {
  failure_ = error;
  Fail(error);
  const auto viewers = std::exchange(viewers_, {});
  shard_.shared().viewers -= viewers.size();
  for (const auto& watching : viewers) watching.viewer.close();
}

InstanceView LiveInstance::View() {
  shard_.pollers().Fill(live_);
  return ViewOf(*track_, run_id_, live_);
}

void LiveInstance::Changed() {
  FollowLines();
  AnswerLooks();
  SchedulePush();
}

void LiveInstance::AnswerLooks() {
  if (failure_) return Fail(*failure_);
  const auto ready = [this](const Looking& looking) { return Satisfies(looking); };
  if (asking_ > 0 || std::ranges::none_of(looks_, ready)) return;
  const auto view = View();
  AskPollers(shard_.pollers().TakeStale(view, live_.task_queue));
  if (asking_ > 0) return;
  std::vector<Answer> answers;
  std::erase_if(looks_, [&](Looking& looking) {
    if (!ready(looking)) return false;
    answers.push_back(std::move(looking.answer));
    return true;
  });
  for (auto& answer : answers) answer(&view);
}

void LiveInstance::SchedulePush() {
  if (push_due_ || std::ranges::none_of(viewers_, &Watching::ready)) return;
  push_due_ = true;
  const auto& options = shard_.shared().options;
  shard_.At(std::max(Clock::now() + options.gather, pushed_at_ + options.push_interval), [self = weak_from_this()] {
    if (const auto instance = self.lock()) instance->Push();
  });
}

void LiveInstance::Push() {
  push_due_ = false;
  pushed_at_ = Clock::now();
  ++shard_.shared().pushes;
  const auto view = View();
  const auto before = changes_.version();
  const auto news = changes_.Take(view);
  const auto& version = changes_.version();
  std::string document;
  for (auto& watching : viewers_) {
    if (!watching.ready) continue;
    const auto& viewer = watching.viewer;
    const bool knows_this = watching.fresh && viewer.last_version == version;
    const bool knows_before = !watching.fresh || viewer.last_version == before;
    watching.fresh = false;
    if (knows_this) continue;
    if (!knows_before || news.whole) {
      if (document.empty()) document = view.ToJson().Dump();
      watching.gone = !viewer.send("instance", version, document);
      continue;
    }
    for (std::size_t i = 0; i < news.nodes.size() && !watching.gone; ++i) {
      // Only the last one is told with the version: a viewer that misses it gets the rest again.
      watching.gone = !viewer.send("node", i + 1 == news.nodes.size() ? version : "", news.nodes[i]);
    }
  }
  std::vector<std::function<void()>> closes;
  if (final_) {
    const auto closed =
        Value::Object({{"status", Value(view.status)}, {"output", view.output}, {"error", view.error}}).Dump();
    for (auto& watching : viewers_) {
      if (!watching.ready) continue;
      if (!watching.gone) watching.viewer.send("closed", version, closed);
      closes.push_back(watching.viewer.close);
      watching.gone = true;
    }
  }
  const auto gone = std::erase_if(viewers_, [](const Watching& watching) { return watching.gone; });
  shard_.shared().viewers -= gone;
  if (gone > 0) used_at_ = Clock::now();
  // Whoever is told that it is over finds it counted so.
  for (const auto& close : closes) close();
}

void LiveInstance::TakeLines(const std::vector<LogLine>& lines) {
  for (const auto& line : lines) {
    const auto event = LogEvent(line);
    for (auto& watching : viewers_) {
      if (watching.ready && !watching.fresh) watching.viewer.send("log", "", event);
    }
  }
}

void LiveInstance::FollowLines() {
  const auto& lines = shard_.shared().lines;
  if (!lines || !watched() || track_->fold().machine().state().in_flight == 0) return;
  lines->Want(workflow_id_, first_run_id_, [&shard = shard_, self = weak_from_this()](std::vector<LogLine> fresh) {
    shard.Post([self, fresh = std::move(fresh)] {
      if (const auto instance = self.lock()) instance->TakeLines(fresh);
    });
  });
}

void LiveInstance::SendHeartbeats(const Live& before) {
  const auto now = Now();
  std::vector<LogLine> lines;
  for (const auto& [id, activity] : live_.activities) {
    const auto known = before.activities.find(id);
    auto fresh =
        NewLines(known == before.activities.end() ? std::string() : known->second.heartbeat, activity.heartbeat);
    for (auto& line : fresh) {
      line.path = PathOfOperation(id);
      line.attempt = NumberOfOperation(id);
      line.at = now;
      lines.push_back(std::move(line));
    }
  }
  TakeLines(lines);
}

}  // namespace weft::progress
