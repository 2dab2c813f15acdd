#include "server/handlers/approvals.h"

#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "expr/value.h"
#include "store/approvals.h"

namespace weft::server {
namespace {

using expr::Value;

constexpr int kPage = 50;
constexpr int kLargestPage = 200;

Value Parsed(const std::string& json) { return json.empty() ? Value() : Value::Parse(json).value_or(Value()); }

Result<int> LimitOf(const Request& request) {
  const auto text = request.Query("limit");
  if (!text) return kPage;
  int limit = 0;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), limit);
  if (read.ec != std::errc() || read.ptr != text->data() + text->size() || limit < 1 || limit > kLargestPage)
    return Fail("validation", "`limit` is a number from 1 to " + std::to_string(kLargestPage));
  return limit;
}

Result<Response> List(const Services& services, const Request& request) {
  WEFT_TRY(const int limit, LimitOf(request));
  const store::ApprovalFilter filter{.ns = request.Query("namespace").value_or(""),
                                     .instance = request.Query("instance").value_or("")};
  const auto after = request.Query("cursor").value_or("");
  WEFT_TRY(auto open, services.database->Read<std::vector<store::Approval>>([&](store::Transaction& t) {
    return store::ListOpenApprovals(t, filter, after, limit + 1);
  }));
  const bool more = open.size() > static_cast<std::size_t>(limit);
  if (more) open.pop_back();
  auto items = Value::EmptyArray();
  for (const auto& approval : open) {
    items.Append(Value::Object({{"id", Value(approval.id)},
                                {"instance", Value(approval.instance)},
                                {"namespace", Value(approval.ns)},
                                {"workflow", Value(approval.workflow)},
                                {"node", Value(approval.node)},
                                {"attempt", Value(approval.attempt)},
                                {"title", Parsed(approval.title)},
                                {"form", Parsed(approval.form)},
                                {"assignees", Parsed(approval.assignees)},
                                {"since", Value(FormatTimestamp(approval.since))}}));
  }
  const auto next = more ? Value(open.back().id) : Value();
  return Response{.body = Value::Object({{"items", std::move(items)}, {"next", next}}).Dump(), .headers = {}};
}

}  // namespace

std::vector<Route> ApprovalRoutes(Services& services) {
  return {{.method = "GET",
           .pattern = "/api/v1/approvals",
           .permission = Permission::kView,
           .handler = Handler([&services](const Request& request) {
             const auto listed = List(services, request);
             return listed ? *listed : ProblemOf(listed.error());
           }),
           .accepts = {}}};
}

}  // namespace weft::server
