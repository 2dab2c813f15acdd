#include "server/instance_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/ascii.h"
#include "base/clock.h"
#include "base/id.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "progress/live.h"
#include "server/run_end.h"
#include "store/archive.h"

namespace weft::server {
namespace {

using expr::Value;
namespace enums = temporal::api::enums::v1;

constexpr int kPage = 100;
/// Runs that one call looks at, at most.
constexpr int kMostLooked = 500;
constexpr std::size_t kMostNodes = 5;
/// The archive follows within seconds; so far back closed runs are looked for in Temporal too.
constexpr std::chrono::minutes kNotArchivedYet{5};
const std::vector<std::string> kClosed{"completed", "failed", "timed_out", "cancelled", "terminated"};
const std::vector<std::string> kOpen{"queued", "running", "stuck"};

Timestamp StartOf(const temporalio::RunInfo& run) {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::floor<std::chrono::microseconds>(run.start_time));
}

bool Wants(const InstanceFilter& filter, const std::string& status) {
  if (filter.statuses.empty()) return status != "not_triggered";
  return std::ranges::find(filter.statuses, status) != filter.statuses.end();
}

bool WantsAnyOf(const InstanceFilter& filter, const std::vector<std::string>& statuses) {
  return std::ranges::any_of(statuses, [&](const std::string& status) { return Wants(filter, status); });
}

const char* ClosedStatusOf(enums::WorkflowExecutionStatus status) {
  switch (status) {
    case enums::WORKFLOW_EXECUTION_STATUS_COMPLETED: return "completed";
    case enums::WORKFLOW_EXECUTION_STATUS_CANCELED: return "cancelled";
    case enums::WORKFLOW_EXECUTION_STATUS_TERMINATED: return "terminated";
    case enums::WORKFLOW_EXECUTION_STATUS_TIMED_OUT: return "timed_out";
    default: return "failed";
  }
}

Value JsonOf(const std::map<std::string, temporalio::Payload>& memo, std::string_view field) {
  const auto found = memo.find(std::string(field));
  return found == memo.end() ? Value() : Value::Parse(found->second.data()).value_or(Value());
}

/// What Temporal appends to the id of a schedule's run: `-2026-01-02T03:04:05Z`.
std::string SlotIn(std::string_view id) {
  constexpr std::size_t kSlot = 21;
  const auto slot = id.substr(id.size() - std::min(id.size(), kSlot));
  return slot.size() == kSlot && slot.front() == '-' && ParseTimestamp(slot.substr(1)) ? std::string(slot)
                                                                                       : std::string();
}

/// The trigger's id in `ns.name.trigger.KEY` and, of schedules, `ns.name.trigger-SLOT`.
std::string TriggerIn(std::string_view id, const std::string& type) {
  if (!id.starts_with(type + '.')) return {};
  auto rest = id.substr(type.size() + 1);
  if (const auto dot = rest.find('.'); dot != std::string_view::npos) return std::string(rest.substr(0, dot));
  return std::string(rest.substr(0, rest.size() - std::min(rest.size(), SlotIn(id).size())));
}

bool ComesAfter(const ListedInstance& item, Timestamp started_at, const std::string& run) {
  return item.started_at < started_at || (item.started_at == started_at && item.first_run_id < run);
}

bool Matches(const ListedInstance& item, const InstanceFilter& filter) {
  if (!Wants(filter, item.status)) return false;
  if (!filter.ns.empty() && item.ns != filter.ns) return false;
  if (filter.trigger.empty() && item.trigger_kind == contract::kTestTrigger) return false;
  if (!filter.trigger.empty() && item.trigger_id != filter.trigger && item.trigger_kind != filter.trigger) return false;
  if (filter.started_from && item.started_at < *filter.started_from) return false;
  if (filter.started_before && item.started_at >= *filter.started_before) return false;
  if (!filter.search.empty() && !LowerCase(item.workflow_id).contains(LowerCase(filter.search))) return false;
  return filter.node.empty() || std::ranges::any_of(item.nodes, [&](const std::string& path) {
           return path == filter.node || path.starts_with(filter.node + '/');
         });
}

}  // namespace

Value ListedInstance::ToJson() const {
  auto trigger = Value::Object({{"kind", trigger_kind.empty() ? Value() : Value(trigger_kind)}});
  if (!trigger_id.empty()) trigger.Set("id", Value(trigger_id));
  auto at = Value::EmptyArray();
  for (const auto& node : nodes) at.Append(Value(node));
  return Value::Object({{"id", Value(id)},
                        {"workflow", Value(workflow)},
                        {"namespace", Value(ns)},
                        {"revision", revision == 0 ? Value() : Value(revision)},
                        {"status", Value(status)},
                        {"trigger", std::move(trigger)},
                        {"startedAt", Value(FormatTimestamp(started_at))},
                        {"endedAt", ended_at == Timestamp{} ? Value() : Value(FormatTimestamp(ended_at))},
                        {"run", Value::Object({{"id", Value(run_id)}})},
                        {"at", std::move(at)}});
}

Result<std::optional<InstanceList::Place>> InstanceList::PlaceOf(const std::string& cursor) {
  if (cursor.empty()) return std::nullopt;
  const auto colon = cursor.find(':');
  std::int64_t millis = 0;
  const auto* const end = cursor.data() + std::min(colon, cursor.size());
  const auto [read, problem] = std::from_chars(cursor.data(), end, millis);
  if (colon == std::string::npos || problem != std::errc() || read != end) {
    return Fail("request", "`cursor` is none that this call has given");
  }
  return Place{Timestamp(std::chrono::milliseconds(millis)), cursor.substr(colon + 1)};
}

std::string InstanceList::QueryOf(const InstanceFilter& filter, const std::optional<Place>& after) {
  std::string query;
  if (!filter.workflow.empty()) {
    const auto type = contract::WorkflowType(filter.ns.empty() ? "default" : filter.ns, filter.workflow);
    query += fmt::format(" AND WorkflowType = '{}'", type);
  }
  if (filter.started_from) query += fmt::format(" AND StartTime >= '{}'", FormatTimestamp(*filter.started_from));
  if (filter.started_before) query += fmt::format(" AND StartTime < '{}'", FormatTimestamp(*filter.started_before));
  if (after) {
    query += fmt::format(" AND StartTime < '{}'", FormatTimestamp(after->started_at + std::chrono::milliseconds(1)));
  }
  return query;
}

Result<std::optional<ListedInstance>> InstanceList::Listed(const temporalio::RunInfo& listed,
                                                           const InstanceFilter& filter) const {
  const auto dot = listed.workflow_type.find('.');
  if (dot == std::string::npos || IsReporter(listed)) return std::nullopt;
  // Lists do not tell to which chain a run belongs, and that it has ended a moment late.
  const auto description = client_.Describe({listed.workflow_id, listed.run_id});
  if (!description) {
    if (description.error().code == temporalio::Error::Code::kNotFound) return std::nullopt;
    return Fail("temporal", description.error().message);
  }
  const bool ended =
      description->info.close_time && description->info.status != enums::WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW;
  const auto& run = ended ? description->info : listed;
  ListedInstance item;
  item.workflow_id = run.workflow_id;
  item.run_id = run.run_id;
  item.ns = run.workflow_type.substr(0, dot);
  item.workflow = run.workflow_type.substr(dot + 1);
  item.started_at = StartOf(run);
  item.trigger_id = TriggerIn(run.workflow_id, run.workflow_type);
  const auto slot = SlotIn(run.workflow_id);
  if (!slot.empty() && run.workflow_id == run.workflow_type + '.' + item.trigger_id + slot) item.trigger_kind = "cron";
  if (!run.parent_workflow_id.empty()) {
    item.trigger_kind = "workflow";
    item.trigger_id.clear();
  } else if (item.trigger_id.empty()) {
    return std::nullopt;  // not one of Weft's
  } else if (item.trigger_id == "manual") {
    item.trigger_kind = std::exchange(item.trigger_id, {});
  }
  const auto start = JsonOf(run.memo, contract::kStartMemoField);
  if (start.IsObject()) {
    item.revision = static_cast<int>(start.Get("revision").AsInteger());
    item.trigger_kind = start.Get("trigger").Get("kind").AsString();
    item.trigger_id = start.Get("trigger").Get("id").AsString();
  }
  if (run.close_time) {
    item.ended_at = std::chrono::floor<std::chrono::microseconds>(*run.close_time);
    item.status = JsonOf(run.memo, contract::kMemoField).Get("status").StringView() == "not_triggered"
                      ? "not_triggered"
                      : ClosedStatusOf(run.status);
  } else {
    item.id = item.workflow_id;
    item.status = "running";
  }
  item.first_run_id = description->info.first_run_id.empty() ? run.run_id : description->info.first_run_id;
  if (!run.close_time) AddPlace(item, run, *description);
  if (run.close_time) item.id = item.workflow_id + '@' + std::string(contract::ShortRunId(item.first_run_id));
  if (item.first_run_id != item.run_id) {
    // A chain began when its first run did.
    if (const auto first = client_.Describe({item.workflow_id, item.first_run_id})) {
      item.started_at = StartOf(first->info);
    }
  }
  if (!Matches(item, filter)) return std::nullopt;
  return item;
}

// Where an open run is: its memo tells what it waits for, a description what runs, and whether it goes on at all.
void InstanceList::AddPlace(ListedInstance& item, const temporalio::RunInfo& run,
                            const temporalio::RunDescription& description) {
  std::set<std::string> nodes;
  const auto memo = JsonOf(run.memo, contract::kMemoField).Get("at");
  if (description.raw.pending_workflow_task().attempt() > progress::kStuckAfterAttempts) item.status = "stuck";
  for (const auto& activity : description.raw.pending_activities()) {
    const auto& type = activity.activity_type().name();
    if (type == contract::kAcquireActivity) item.status = "queued";
    if (type == contract::kSubscribeActivity || type == contract::kUnsubscribeActivity) continue;
    if (auto path = progress::PathOfOperation(activity.activity_id()); !path.empty()) nodes.insert(std::move(path));
  }
  for (std::size_t i = 0; i < memo.size(); ++i) nodes.insert(memo.At(i).AsString());
  for (const auto& node : nodes) {
    if (item.nodes.size() < kMostNodes) item.nodes.push_back(node);
  }
}

Result<InstanceList::Part> InstanceList::Open(const InstanceFilter& filter, const std::optional<Place>& after,
                                              int limit) const {
  Part part;
  if (!WantsAnyOf(filter, kOpen)) return part;
  int looked = 0;
  std::string token;
  do {
    const auto page = client_.ListRuns("ExecutionStatus = 'Running'" + QueryOf(filter, after), kPage, token);
    if (!page) return Fail("temporal", page.error().message);
    for (const auto& run : page->runs) {
      if (looked == kMostLooked || part.items.size() == static_cast<std::size_t>(limit)) return part;
      ++looked;
      part.looked_until = Place{StartOf(run), run.run_id};
      WEFT_TRY(auto item, Listed(run, filter));
      if (item) part.items.push_back(*std::move(item));
    }
    token = page->next_page_token;
  } while (!token.empty());
  part.looked_until.reset();
  return part;
}

Result<InstanceList::Part> InstanceList::JustClosed(const InstanceFilter& filter, const std::optional<Place>& after,
                                                    int limit) const {
  Part part;
  if (!filter.node.empty() || (!WantsAnyOf(filter, kClosed) && !Wants(filter, "not_triggered"))) return part;
  const auto query = fmt::format("CloseTime >= '{}' AND ExecutionStatus != 'ContinuedAsNew'",
                                 FormatTimestamp(Now() - kNotArchivedYet)) +
                     QueryOf(filter, after);
  // To the last page, which comes by the time of the end: thousands may have ended at once.
  std::vector<temporalio::RunInfo> runs;
  std::string token;
  do {
    auto page = client_.ListRuns(query, kMostLooked, token);
    if (!page) return Fail("temporal", page.error().message);
    WEFT_TRY(auto missing, NotArchived(std::move(page->runs)));
    std::ranges::move(missing, std::back_inserter(runs));
    token = std::move(page->next_page_token);
  } while (!token.empty());
  std::ranges::sort(runs, std::greater(), &temporalio::RunInfo::start_time);
  int looked = 0;
  for (const auto& run : runs) {
    if (looked == kMostLooked || part.items.size() == static_cast<std::size_t>(limit)) return part;
    ++looked;
    part.looked_until = Place{StartOf(run), run.run_id};
    WEFT_TRY(auto item, Listed(run, filter));
    if (item) part.items.push_back(*std::move(item));
  }
  part.looked_until.reset();
  return part;
}

Result<std::vector<temporalio::RunInfo>> InstanceList::NotArchived(std::vector<temporalio::RunInfo> runs) const {
  if (database_ == nullptr) return runs;
  return database_->Read<std::vector<temporalio::RunInfo>>(
      [&](store::Transaction& t) -> Result<std::vector<temporalio::RunInfo>> {
        std::vector<temporalio::RunInfo> missing;
        for (auto& run : runs) {
          WEFT_TRY(const bool archived, store::IsRunArchived(t, run.workflow_id, run.run_id));
          if (!archived) missing.push_back(std::move(run));
        }
        return missing;
      });
}

Result<InstanceList::Part> InstanceList::Archived(const InstanceFilter& filter, const std::optional<Place>& after,
                                                  int limit) const {
  Part part;
  if (database_ == nullptr || !filter.node.empty()) return part;
  store::ArchiveFilter query;
  query.ns = filter.ns;
  query.workflow = filter.workflow;
  const auto wanted = [&](const std::string& status) {
    if (Wants(filter, status)) query.statuses.push_back(status);
  };
  std::ranges::for_each(kClosed, wanted);
  wanted("not_triggered");
  if (query.statuses.empty()) return part;
  if (filter.trigger == "manual" || filter.trigger == contract::kTestTrigger) {
    query.trigger_kind = filter.trigger;
  } else if (filter.trigger.empty()) {
    query.except_kind = contract::kTestTrigger;
  } else {
    query.trigger_id = filter.trigger;
  }
  query.started_from = filter.started_from;
  query.started_before = filter.started_before;
  query.search = filter.search;
  if (after) {
    query.after_started = after->started_at;
    query.after_run = after->run;
  }
  query.limit = limit;
  WEFT_TRY(const auto rows, database_->Read<std::vector<store::ArchivedInstance>>(
                                [&](store::Transaction& t) { return store::ListArchived(t, query); }));
  for (const auto& row : rows) {
    if (rows.size() == static_cast<std::size_t>(limit)) part.looked_until = Place{row.started_at, row.first_run};
    part.items.push_back({.id = row.id + '@' + std::string(contract::ShortRunId(row.first_run)),
                          .workflow_id = row.id,
                          .run_id = row.last_run,
                          .first_run_id = row.first_run,
                          .ns = row.ns,
                          .workflow = row.workflow,
                          .revision = row.revision,
                          .status = row.status,
                          .trigger_kind = row.trigger_kind,
                          .trigger_id = row.trigger_id,
                          .started_at = row.started_at,
                          .ended_at = row.ended_at,
                          .nodes = {}});
  }
  return part;
}

// Only the newest instance of an id can be named by it alone.
void InstanceList::NameIt(ListedInstance& item) const {
  if (item.id == item.workflow_id) return;
  const auto key = std::string_view(item.workflow_id).substr(item.workflow_id.rfind('.') + 1);
  const bool unique = IsUlid(key) || item.trigger_kind == "cron" || item.trigger_kind == "workflow";
  if (unique) {
    item.id = item.workflow_id;
    return;
  }
  const auto newest = client_.Describe({item.workflow_id, {}});
  if (!newest || newest->info.first_run_id == item.first_run_id) item.id = item.workflow_id;
}

Result<InstanceList::Page> InstanceList::List(const InstanceFilter& filter, const std::string& after, int limit) const {
  WEFT_TRY(const auto place, PlaceOf(after));
  WEFT_TRY(auto open, Open(filter, place, limit + 1));
  // In this order: what ends meanwhile, or is archived, is in the next.
  WEFT_TRY(auto just_closed, JustClosed(filter, place, limit + 1));
  WEFT_TRY(auto archived, Archived(filter, place, limit + 1));
  // Each is complete down to where it was looked; what lies below that of any is left to the next page.
  std::optional<Place> until;
  std::map<std::pair<std::string, std::string>, ListedInstance> all;
  for (auto* part : {&open, &just_closed, &archived}) {
    if (part->looked_until && (!until || part->looked_until->started_at > until->started_at))
      until = part->looked_until;
    for (auto& item : part->items) {
      if (place && !ComesAfter(item, place->started_at, place->run)) continue;
      all.try_emplace({item.workflow_id, item.first_run_id}, std::move(item));
    }
  }
  Page page;
  for (auto& [key, item] : all) page.items.push_back(std::move(item));
  std::ranges::sort(page.items, [](const ListedInstance& a, const ListedInstance& b) {
    return std::pair(b.started_at, b.first_run_id) < std::pair(a.started_at, a.first_run_id);
  });
  if (until) {
    std::erase_if(page.items,
                  [&](const ListedInstance& item) { return ComesAfter(item, until->started_at, until->run); });
  }
  const bool more = page.items.size() > static_cast<std::size_t>(limit);
  if (more) page.items.resize(static_cast<std::size_t>(limit));
  const auto cursor = [](Timestamp at, const std::string& run) {
    return fmt::format("{}:{}", std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count(),
                       run);
  };
  if (more) {
    page.next = cursor(page.items.back().started_at, page.items.back().first_run_id);
  } else if (until) {
    page.next = cursor(until->started_at, until->run);
  }
  for (auto& item : page.items) NameIt(item);
  return page;
}

}  // namespace weft::server
