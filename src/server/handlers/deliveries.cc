#include "server/handlers/deliveries.h"

#include <utility>

#include "base/id.h"
#include "expr/value.h"
#include "server/page.h"
#include "store/deliveries.h"
#include "triggers/replay.h"

namespace weft::server {
namespace {

using expr::Value;
using store::Delivery;

Value TextOrNull(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value DocumentOf(const Delivery& d) {
  const bool pending = d.status == store::DeliveryStatus::kPending;
  auto document = Value::Object({{"id", Value(d.id)},
                                 {"kind", Value(d.kind)},
                                 {"namespace", Value(d.ns)},
                                 {"workflow", Value(d.workflow)},
                                 {"trigger", TextOrNull(d.trigger)},
                                 {"revision", Value(d.revision)},
                                 {"status", Value(StatusName(d.status))},
                                 {"sentAs", TextOrNull(d.dedupe)},
                                 {"key", TextOrNull(d.key)},
                                 {"instance", TextOrNull(d.instance)},
                                 {"run", TextOrNull(d.run_id)},
                                 {"attempts", Value(d.attempts)},
                                 {"receivedAt", Value(FormatTimestamp(d.received_at))},
                                 {"settledAt", d.settled_at ? Value(FormatTimestamp(*d.settled_at)) : Value()},
                                 {"nextAttemptAt", pending ? Value(FormatTimestamp(d.due_at)) : Value()},
                                 {"error", Value()}});
  if (!d.error_code.empty()) {
    document.Set("error", Value::Object({{"code", Value(d.error_code)}, {"message", Value(d.error_message)}}));
  }
  return document;
}

Response List(const Services& services, const Request& request) {
  const auto page = PageOf(request);
  if (!page) return ProblemOf(page.error());
  if (!page->after.empty() && !IsUlid(page->after)) {
    return ProblemOf({"request", "`cursor` is none that this call has given"});
  }
  const auto query = [&](std::string_view name) { return request.Query(name).value_or(""); };
  store::DeliveryFilter filter{.ns = query("namespace"),
                               .workflow = query("workflow"),
                               .trigger = query("trigger"),
                               .kind = query("kind"),
                               .status = query("status"),
                               .instance = query("instance")};
  if (!filter.status.empty() && !store::StatusNamed(filter.status)) {
    return ProblemOf({"request", "`status` must be pending, started, joined, ignored or failed."});
  }
  if (const auto slash = filter.workflow.find('/'); slash != std::string::npos) {
    filter.ns = filter.workflow.substr(0, slash);
    filter.workflow.erase(0, slash + 1);
  }
  auto found = services.database->Read<std::vector<Delivery>>(
      [&](auto& t) { return store::ListDeliveries(t, filter, page->after, page->limit + 1); });
  if (!found) return ProblemOf(found.error());
  const bool more = found->size() > static_cast<std::size_t>(page->limit);
  if (more) found->pop_back();
  std::vector<Value> items;
  for (const auto& delivery : *found) items.push_back(DocumentOf(delivery));
  return PageResponse(std::move(items), more ? found->back().id : "");
}

/// The delivery that a call names.
Result<Delivery> Find(const Services& services, const Request& request) {
  const auto& id = request.Parameter("id");
  WEFT_TRY(auto found,
           services.database->Read<std::optional<Delivery>>([&](auto& t) { return store::FindDelivery(t, id); }));
  if (!found) return Fail("not_found", "There is no delivery `" + id + "`; deliveries are kept for 7 days.");
  return *std::move(found);
}

Response Show(const Services& services, const Request& request) {
  const auto delivery = Find(services, request);
  if (!delivery) return ProblemOf(delivery.error());
  auto document = DocumentOf(*delivery);
  document.Set("payload", Value::Parse(delivery->payload).value_or(Value()));
  document.Set("input", Value::Parse(delivery->input.empty() ? delivery->payload : delivery->input).value_or(Value()));
  return {.status = 200, .body = document.Dump(), .headers = {}};
}

Response Replay(const Services& services, const Request& request) {
  const auto delivery = Find(services, request);
  if (!delivery) return ProblemOf(delivery.error());
  const auto replayed = triggers::Replay(services.starter->definitions(), *services.inbox, *delivery);
  if (!replayed) return ProblemOf(replayed.error());
  const auto& stored = replayed->delivery;
  if (stored.status == store::DeliveryStatus::kFailed) {
    const Error error{stored.error_code, stored.error_message};
    return Problem(ProblemOf(error).status, error, Value::Object({{"delivery", Value(stored.id)}}).Dump());
  }
  const auto body = Value::Object({{"id", TextOrNull(stored.instance)}, {"delivery", Value(stored.id)}});
  return {.status = 202, .body = body.Dump(), .headers = {}};
}

}  // namespace

std::vector<Route> DeliveryRoutes(Services& services) {
  return {{.method = "GET",
           .pattern = "/api/v1/deliveries",
           .permission = Permission::kView,
           .handler = [&services](const Request& request) { return List(services, request); },
           .accepts = {}},
          {.method = "GET",
           .pattern = "/api/v1/deliveries/{id}",
           .permission = Permission::kView,
           .handler = [&services](const Request& request) { return Show(services, request); },
           .accepts = {}},
          {.method = "POST",
           .pattern = "/api/v1/deliveries/{id}/replay",
           .permission = Permission::kOperate,
           .handler = [&services](const Request& request) { return Replay(services, request); },
           .accepts = {}}};
}

}  // namespace weft::server
