#include "server/handlers/audit.h"

#include <utility>

#include "expr/value.h"
#include "server/page.h"
#include "store/audit.h"

namespace weft::server {
namespace {

using expr::Value;

Value DocumentOf(const store::AuditEntry& entry) {
  return Value::Object({{"id", Value(entry.id)},
                        {"at", Value(FormatTimestamp(entry.at))},
                        {"actor", Value(entry.actor)},
                        {"remote", Value(entry.remote)},
                        {"action", Value(entry.action)},
                        {"target", Value(entry.target)},
                        {"detail", Value::Parse(entry.detail).value_or(Value())}});
}

Response List(const Services& services, const Request& request) {
  const auto page = PageOf(request);
  if (!page) return ProblemOf(page.error());
  const store::AuditFilter filter{.actor = request.Query("actor").value_or(""),
                                  .action = request.Query("action").value_or(""),
                                  .target = request.Query("target").value_or(""),
                                  .before = page->after,
                                  .limit = page->limit + 1};
  auto entries =
      services.database->Read<std::vector<store::AuditEntry>>([&](auto& t) { return store::ListAudit(t, filter); });
  if (!entries) return ProblemOf(entries.error());
  const bool more = entries->size() > static_cast<std::size_t>(page->limit);
  if (more) entries->pop_back();
  std::vector<Value> items;
  for (const auto& entry : *entries) items.push_back(DocumentOf(entry));
  return PageResponse(std::move(items), more ? entries->back().id : "");
}

}  // namespace

std::vector<Route> AuditRoutes(Services& services) {
  return {{.method = "GET",
           .pattern = "/api/v1/audit",
           .permission = Permission::kAdmin,
           .handler = [&services](const Request& request) { return List(services, request); },
           .accepts = {}}};
}

}  // namespace weft::server
