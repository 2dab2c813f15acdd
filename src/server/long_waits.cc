#include "server/long_waits.h"

#include <chrono>

#include <spdlog/spdlog.h>

#include "base/clock.h"
#include "base/id.h"
#include "contract/ids.h"
#include "expr/value.h"
#include "server/close_scan.h"
#include "store/definitions.h"
#include "store/long_waits.h"
#include "store/notifications.h"

namespace weft::server {
namespace {

using expr::Value;
using namespace std::chrono_literals;

constexpr std::string_view kScan = "long-waits";
constexpr auto kPause = 5s;
constexpr Duration kLease = 30s;
constexpr int kPage = 200;

Value ReportOf(const store::LongWait& wait, const std::string& ns, const std::string& workflow, int revision,
               Timestamp now) {
  auto reason = Value::Object({{"kind", Value(wait.kind)}, {"since", Value(FormatTimestamp(wait.since))}});
  const auto waited = std::chrono::floor<std::chrono::minutes>(now - wait.since);
  return Value::Object({{"event", Value("waiting")},
                        {"workflow", Value(workflow)},
                        {"namespace", Value(ns)},
                        {"instance", Value(wait.instance)},
                        {"revision", Value(revision)},
                        {"status", Value("running")},
                        {"trigger", Value()},
                        {"node", Value(wait.node)},
                        {"error", Value()},
                        {"attempts", Value(0)},
                        {"startedAt", Value()},
                        {"endedAt", Value()},
                        {"reason", std::move(reason)},
                        {"waited", Value(FormatDuration(std::chrono::floor<Duration>(waited)))}});
}

}  // namespace

LongWaits::LongWaits(store::Database& database, notify::Outbox& outbox, std::function<Timestamp()> clock)
    : database_(database), outbox_(outbox), clock_(std::move(clock)), holder_(NewUlid()) {}

Timestamp LongWaits::Now() const {
  if (clock_) return clock_();
  return weft::Now();
}

void LongWaits::Run(const std::stop_token& stop) {
  LookUntil(
      stop, "looking after long waits",
      [this]() -> Result<void> {
        WEFT_TRY_VOID(Look());
        return {};
      },
      kPause, kPause);
}

Result<bool> LongWaits::Look() {
  WEFT_TRY(const auto taken, database_.Write<std::optional<Timestamp>>([&](store::Transaction& t) {
    return store::TakeScan(t, kScan, holder_, Now(), Now(), kLease);
  }));
  if (!taken) return false;
  WEFT_TRY_VOID(ReadRules());
  for (const auto& [name, rules] : rules_) {
    for (const auto& rule : rules.rules) WEFT_TRY_VOID(TellOf(name.first, name.second, rules.revision, rule));
  }
  return true;
}

// Only definitions that have changed are read again.
Result<void> LongWaits::ReadRules() {
  std::map<std::pair<std::string, std::string>, Rules> now;
  std::string after;
  while (true) {
    WEFT_TRY(const auto page, database_.Read<std::vector<store::WorkflowRow>>(
                                  [&](store::Transaction& t) { return store::ListWorkflows(t, after, kPage); }));
    for (const auto& row : page) {
      auto& rules = now[{row.ns, row.name}];
      if (const auto known = rules_.find({row.ns, row.name});
          known != rules_.end() && known->second.digest == row.digest) {
        rules = known->second;
        continue;
      }
      rules.digest = row.digest;
      rules.revision = row.revision;
      WEFT_TRY(const auto latest, database_.Read<std::optional<store::Revision>>(
                                      [&](store::Transaction& t) { return store::FindLatest(t, row.ns, row.name); }));
      if (!latest) continue;
      WEFT_TRY(const auto definition, Value::Parse(latest->normalised));
      const auto notify = definition.Get("notify");
      for (std::size_t i = 0; i < notify.size(); ++i) {
        const auto on = notify.At(i).Get("on"), to = notify.At(i).Get("to");
        for (std::size_t j = 0; j < on.size(); ++j) {
          const auto waited = ParseDuration(on.At(j).Get("waiting").StringView());
          if (!on.At(j).Has("waiting") || !waited) continue;
          auto& rule = rules.rules.emplace_back(Rule{.waited = *waited, .channels = {}});
          for (std::size_t k = 0; k < to.size(); ++k) rule.channels.push_back(to.At(k).AsString());
        }
      }
    }
    if (page.size() < kPage) break;
    after = page.back().ns + '/' + page.back().name;
  }
  rules_ = std::move(now);
  return {};
}

Result<void> LongWaits::TellOf(const std::string& ns, const std::string& workflow, int revision, const Rule& rule) {
  const auto tests = contract::TestRunPrefix(contract::WorkflowType(ns, workflow));
  const auto suffix = ".waiting." + FormatDuration(rule.waited);
  while (true) {
    const auto now = Now();
    WEFT_TRY(const int told, database_.Write<int>([&](store::Transaction& t) -> Result<int> {
      WEFT_TRY(const auto waits, store::ListLongWaits(t, ns, workflow, now - rule.waited, suffix, tests, kPage));
      for (const auto& wait : waits) {
        WEFT_TRY_VOID(notify::Outbox::Add(t,
                                          {.subject = wait.id + suffix,
                                           .content = ReportOf(wait, ns, workflow, revision, now).Dump(),
                                           .channels = rule.channels},
                                          now));
      }
      return static_cast<int>(waits.size());
    }));
    if (told > 0) outbox_.Wake();
    if (told < kPage) return {};
  }
}

}  // namespace weft::server
