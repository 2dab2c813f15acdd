#include "progress/hub.h"

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <utility>

#include "progress/hub_shard.h"
#include "progress/live.h"
#include "progress/live_instance.h"

namespace weft::progress {
namespace {

using Code = temporalio::Error::Code;

constexpr std::size_t kRunIdCharacters = 8;

Error ToError(const temporalio::Error& error, std::string_view instance) {
  if (error.code == Code::kNotFound || error.code == Code::kInvalidArgument) {
    return {"not_found", "there is no instance `" + std::string(instance) + "`"};
  }
  return {"temporal", error.message};
}

/// Lets nothing through to a viewer that has left. Recursive: a viewer may leave while it is told something.
class Gate {
 public:
  void Shut() {
    const std::scoped_lock lock(mutex_);
    open_ = false;
  }
  bool Pass(const std::function<bool()>& call) {
    const std::scoped_lock lock(mutex_);
    return open_ && call();
  }

 private:
  std::recursive_mutex mutex_;
  bool open_ = true;
};

}  // namespace

Hub::Hub(temporalio::Client client, HubOptions options)
    : shared_(std::make_shared<HubShared>(std::move(client), std::move(options))) {
  for (int i = 0; i < shared_->options.threads; ++i) shards_.push_back(std::make_unique<HubShard>(shared_));
}

Hub::~Hub() {
  if (shared_->lines) shared_->lines->Stop();
  shared_->stop.request_stop();
  // A shard that runs may call again when it is told that a call was cancelled.
  for (const auto& shard : shards_) shard->Stop();
  shared_->WaitForCalls();
}

HubShard& Hub::ShardOf(const std::string& workflow_id) const {
  return *shards_[std::hash<std::string>()(workflow_id) % shards_.size()];
}

Result<Found> Hub::Find(std::string_view instance) const {
  const auto at = instance.rfind('@');
  temporalio::WorkflowRef ref{std::string(instance.substr(0, at)), {}};
  if (at != std::string_view::npos) {
    const auto short_id = instance.substr(at + 1);
    if (short_id.size() < kRunIdCharacters || ref.workflow_id.find('\'') != std::string::npos) {
      return Fail("not_found", "an older run is named by its instance's id, @ and 8 characters of its run id");
    }
    // Newest first. What is newer than the run may be of its chain: lists do not tell.
    std::vector<std::string> newer;
    std::string token;
    bool seen = false;
    do {
      const auto page = shared_->client.ListRuns("WorkflowId = '" + ref.workflow_id + "'", 100, token);
      if (!page) return std::unexpected(ToError(page.error(), instance));
      for (const auto& run : page->runs) {
        seen = seen || run.run_id.ends_with(short_id);
        if (seen && ref.run_id.empty()) ref.run_id = run.run_id;
        if (!seen) newer.push_back(run.run_id);
      }
      token = page->next_page_token;
    } while (!seen && !token.empty());
    if (!seen) return Fail("not_found", "there is no instance `" + std::string(instance) + "`");
    const auto first_of = [&](const std::string& run) {
      const auto described = shared_->client.Describe({ref.workflow_id, run});
      return described ? described->info.first_run_id : std::string();
    };
    const auto first = newer.empty() ? std::string() : first_of(ref.run_id);
    while (!newer.empty() && !first.empty() && first_of(newer.back()) == first) {
      ref.run_id = newer.back();
      newer.pop_back();
    }
  }
  const auto description = shared_->client.Describe(ref);
  if (!description) return std::unexpected(ToError(description.error(), instance));
  const auto& info = description->info;
  return Found{.workflow_id = info.workflow_id,
               .run_id = info.run_id,
               .first_run_id = info.first_run_id.empty() ? info.run_id : info.first_run_id,
               .events = info.history_length,
               .closed = info.close_time.has_value(),
               .live = LiveOf(description->raw)};
}

Result<void> Hub::Look(const Found& found, const std::function<void(const InstanceView&)>& look) {
  std::promise<Result<void>> done;
  auto answered = done.get_future();
  auto& shard = ShardOf(found.workflow_id);
  shard.Post([&] {
    shard.Open(found).Look(found, [&](Result<const InstanceView*> view) {
      if (view) look(**view);
      done.set_value(view ? Result<void>() : std::unexpected(view.error()));
    });
  });
  return answered.get();
}

std::shared_ptr<void> Hub::Watch(const Found& found, Viewer viewer) {
  const auto number = ++shared_->last_viewer;
  const auto gate = std::make_shared<Gate>();
  Viewer guarded{
      .send = [gate, send = std::move(viewer.send)](
                  auto event, auto id, auto data) { return gate->Pass([&] { return send(event, id, data); }); },
      .close =
          [gate, close = std::move(viewer.close)] {
            gate->Pass([&] {
              close();
              return true;
            });
          },
      .last_version = std::move(viewer.last_version)};
  auto& shard = ShardOf(found.workflow_id);
  shard.Post([&shard, found, number, viewer = std::move(guarded)] { shard.Open(found).Watch(number, found, viewer); });
  return {nullptr, [&shard, found, number, gate](void*) {
            gate->Shut();
            shard.Post([&shard, found, number] { shard.Leave(found, number); });
          }};
}

Hub::Figures Hub::figures() const {
  const auto& s = *shared_;
  return {.instances = s.instances,
          .viewers = s.viewers,
          .long_polls = s.long_polls,
          .folds = s.folds,
          .events = s.events,
          .pushes = s.pushes};
}

}  // namespace weft::progress
