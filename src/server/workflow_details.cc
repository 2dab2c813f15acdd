#include "server/workflow_details.h"

#include <algorithm>
#include <set>
#include <variant>

#include "base/clock.h"
#include "dsl/graph.h"
#include "store/trigger_states.h"

namespace weft::server {

using expr::Value;

Result<void> WorkflowDetails::AddTo(std::vector<Value>& documents, const std::vector<store::WorkflowRow>& rows,
                                    store::Database& database, triggers::Definitions& definitions) {
  WEFT_TRY(const auto counted, Count(database));
  WEFT_TRY(const auto listed,
           database.Read<std::vector<store::PausedTrigger>>([](auto& t) { return store::ListPausedTriggers(t); }));
  const std::set<store::PausedTrigger> paused(listed.begin(), listed.end());
  const auto now = Now();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    const auto is_paused = [&](const std::string& id) { return paused.contains({row.ns, row.name, id}); };
    WEFT_TRY(const auto triggers, triggers_.Get(definitions, row, TriggersOf));
    auto shown = Value::EmptyArray();
    for (const auto& [id, kind] : triggers->kinds) {
      shown.Append(Value::Object({{"id", Value(id)}, {"kind", Value(kind)}, {"paused", Value(is_paused(id))}}));
    }
    std::optional<Timestamp> next;
    for (const auto& cron : triggers->crons) {
      const auto fires = is_paused(cron.id) ? std::nullopt : NextOf(cron, now);
      if (fires && (!next || *fires < *next)) next = fires;
    }
    documents[i].Set("triggers", std::move(shown));
    documents[i].Set("nextFireAt", next ? Value(FormatTimestamp(*next)) : Value());
    documents[i].Set("stats", StatsOf(*counted, row));
  }
  return {};
}

Result<WorkflowDetails::Triggers> WorkflowDetails::TriggersOf(const dsl::Workflow& workflow) {
  Triggers found;
  for (const auto& trigger : workflow.triggers) {
    found.kinds.emplace_back(trigger.id, dsl::TriggerKind(trigger));
    const auto* cron = std::get_if<dsl::CronTrigger>(&trigger.kind);
    if (cron == nullptr) continue;
    auto read = dsl::ParseCron(cron->cron);
    if (!read) return Fail("internal", read.error().message);
    WEFT_TRY(auto zone, triggers::TimeZone::Load(cron->timezone));
    found.crons.push_back(
        {.id = trigger.id, .cron = *std::move(read), .zone = std::move(zone), .start = cron->start, .end = cron->end});
  }
  return found;
}

std::optional<Timestamp> WorkflowDetails::NextOf(const Cron& cron, Timestamp now) {
  const auto after = cron.start ? std::max(now, *cron.start - Duration(1)) : now;
  const auto times = triggers::NextTimes(cron.cron, cron.zone, after, 1);
  if (times.empty() || (cron.end && times.front() > *cron.end)) return std::nullopt;
  return times.front();
}

Value WorkflowDetails::StatsOf(const Counted& counted, const store::WorkflowRow& row) {
  static const store::WorkflowStats kNothing{
      .ns = {}, .workflow = {}, .hours = std::vector<store::WorkflowStats::Hour>(kHours), .p95 = {}};
  const auto found = counted.of.find({row.ns, row.name});
  const auto& stats = found == counted.of.end() ? kNothing : found->second;
  std::int64_t completed = 0, failed = 0;
  auto hours = Value::EmptyArray();
  for (const auto& hour : stats.hours) {
    completed += hour.completed;
    failed += hour.failed;
    hours.Append(Value::Object({{"completed", Value(hour.completed)}, {"failed", Value(hour.failed)}}));
  }
  const auto ended = static_cast<double>(completed + failed);
  return Value::Object({{"from", Value(FormatTimestamp(counted.from))},
                        {"hours", std::move(hours)},
                        {"successRate", ended > 0 ? Value(static_cast<double>(completed) / ended) : Value()},
                        {"p95Ms", stats.p95 ? Value(std::int64_t{stats.p95->count()}) : Value()}});
}

Result<std::shared_ptr<const WorkflowDetails::Counted>> WorkflowDetails::Count(store::Database& database) {
  // Who comes while it is counted waits for the same answer.
  const std::scoped_lock lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (counted_ != nullptr && now - counted_at_ < kFresh) return counted_;
  Counted counted;
  counted.from = std::chrono::floor<std::chrono::hours>(Now()) - std::chrono::hours(kHours - 1);
  WEFT_TRY(auto listed, database.Read<std::vector<store::WorkflowStats>>(
                            [&](auto& t) { return store::ListStats(t, counted.from, kHours); }));
  for (auto& stats : listed) {
    auto key = std::pair(stats.ns, stats.workflow);
    counted.of.emplace(std::move(key), std::move(stats));
  }
  counted_ = std::make_shared<const Counted>(std::move(counted));
  counted_at_ = now;
  return counted_;
}

}  // namespace weft::server
