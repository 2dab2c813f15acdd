#include "server/handlers/instance_list.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "base/clock.h"
#include "server/instance_list.h"
#include "server/page.h"

namespace weft::server {
namespace {

using expr::Value;

const std::set<std::string, std::less<>> kStatuses{"queued",    "running",   "stuck",      "completed",    "failed",
                                                   "timed_out", "cancelled", "terminated", "not_triggered"};

/// What may stand in a query of Temporal between quotes.
bool IsName(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// `24h`: since then; `FROM/TO`, either of which may be missing; `FROM`.
Result<void> ReadStarted(const std::string& text, InstanceFilter& filter) {
  if (const auto length = ParseDuration(text)) {
    filter.started_from = Now() - *length;
    return {};
  }
  const auto slash = text.find('/');
  const auto read = [](const std::string& time, std::optional<Timestamp>& out) -> Result<void> {
    if (time.empty()) return {};
    const auto parsed = ParseTimestamp(time);
    if (!parsed) return Fail("request", "`started` is a length such as 24h, or FROM/TO in times of RFC 3339");
    out = *parsed;
    return {};
  };
  WEFT_TRY_VOID(read(text.substr(0, slash), filter.started_from));
  if (slash != std::string::npos) WEFT_TRY_VOID(read(text.substr(slash + 1), filter.started_before));
  return {};
}

Result<InstanceFilter> FilterOf(const Request& request) {
  InstanceFilter filter;
  filter.ns = request.Query("namespace").value_or("");
  filter.workflow = request.Query("workflow").value_or("");
  if (const auto slash = filter.workflow.find('/'); slash != std::string::npos) {
    filter.ns = filter.workflow.substr(0, slash);
    filter.workflow.erase(0, slash + 1);
  }
  if (!IsName(filter.ns) || !IsName(filter.workflow)) return Fail("request", "`workflow` is NAME or NAMESPACE/NAME");
  for (const auto& [name, value] : request.query) {
    if (name != "status") continue;
    for (std::size_t at = 0; at <= value.size();) {
      const auto comma = std::min(value.find(',', at), value.size());
      const auto status = value.substr(at, comma - at);
      if (!kStatuses.contains(status)) {
        std::string known;
        for (const auto& one : kStatuses) known += (known.empty() ? "" : ", ") + one;
        return Fail("request", "`status` is one or several of " + known);
      }
      filter.statuses.push_back(status);
      at = comma + 1;
    }
  }
  filter.trigger = request.Query("trigger").value_or("");
  filter.node = request.Query("node").value_or("");
  filter.search = request.Query("search").value_or("");
  if (const auto started = request.Query("started")) WEFT_TRY_VOID(ReadStarted(*started, filter));
  return filter;
}

Result<Response> List(const InstanceList& list, const Request& request) {
  WEFT_TRY(const auto page, PageOf(request));
  WEFT_TRY(const auto filter, FilterOf(request));
  WEFT_TRY(const auto found, list.List(filter, page.after, page.limit));
  std::vector<Value> items;
  for (const auto& item : found.items) items.push_back(item.ToJson());
  return PageResponse(std::move(items), found.next);
}

}  // namespace

void AddInstanceList(std::vector<Route>& routes, Services& services) {
  const auto list = std::make_shared<InstanceList>(services.database, *services.client);
  routes.push_back({.method = "GET",
                    .pattern = "/api/v1/instances",
                    .permission = Permission::kView,
                    .handler = Handler([list](const Request& request) {
                      auto response = List(*list, request);
                      return response ? *std::move(response) : ProblemOf(response.error());
                    }),
                    .accepts = {}});
}

}  // namespace weft::server
