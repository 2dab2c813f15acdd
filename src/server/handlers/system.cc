#include "server/handlers/system.h"

#include <spdlog/spdlog.h>

#include "expr/value.h"
#include "progress/hub.h"
#include "server/embedded.h"
#include "server/metrics.h"

namespace weft::server {
namespace {

using expr::Value;

/// Whether everything that requests need can be reached. Anyone may ask, so that it tells no more than the code of
/// what is wrong; the log has the rest.
Response Ready(const Services& services) {
  bool ready = true;
  auto checks = Value::EmptyObject();
  for (const auto& check : services.ready) {
    const auto result = check.check();
    if (!result) {
      spdlog::warn("not ready: {}: {}", check.name, result.error().message);
      ready = false;
    }
    checks.Set(check.name, Value(result ? std::string("ok") : result.error().code));
  }
  Response response{.status = ready ? 200 : 503, .body = {}, .headers = {}};
  response.body =
      Value::Object({{"status", Value(ready ? "ready" : "not ready")}, {"checks", std::move(checks)}}).Dump();
  if (!ready) response.headers.emplace_back("Retry-After", "1");
  return response;
}

/// What the hub of live instances counts, as of now.
void TakeFigures(const progress::Hub& hub, Metrics& metrics) {
  const auto figures = hub.figures();
  const auto set = [&](const char* name, const char* help, std::uint64_t value) {
    metrics.GaugeOf(name, help).Set(static_cast<std::int64_t>(value));
  };
  set("weft_live_instances", "Instances that are followed now", figures.instances);
  set("weft_live_viewers", "Viewers of them", figures.viewers);
  set("weft_live_long_polls", "Calls that wait for Temporal's news of them", figures.long_polls);
  set("weft_live_folds", "Runs that were begun to be folded so far", figures.folds);
  set("weft_live_events", "Events of histories read so far", figures.events);
  set("weft_live_pushes", "Documents and differences made for viewers so far", figures.pushes);
}

}  // namespace

std::vector<Route> SystemRoutes(Services& services) {
  std::vector<Route> routes;
  routes.push_back(
      {.method = "GET",
       .pattern = "/healthz",
       .permission = Permission::kPublic,
       .handler = Handler([](const Request&) { return Response{.body = R"({"status":"ok"})", .headers = {}}; }),
       .accepts = {},
       .quick = true});
  routes.push_back({.method = "GET",
                    .pattern = "/readyz",
                    .permission = Permission::kPublic,
                    .handler = Handler([&services](const Request&) { return Ready(services); }),
                    .accepts = {}});
  routes.push_back({.method = "GET",
                    .pattern = "/metrics",
                    .permission = Permission::kView,
                    .handler = Handler([&services](const Request&) {
                      if (services.hub != nullptr) TakeFigures(*services.hub, *services.metrics);
                      return Response{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                      .body = services.metrics->Text(),
                                      .headers = {}};
                    }),
                    .accepts = {},
                    .quick = true});
  routes.push_back(
      {.method = "GET",
       .pattern = "/api/v1/openapi.yaml",
       .permission = Permission::kView,
       .handler = Handler([](const Request&) {
         return Response{.content_type = "application/yaml", .body = ContentsOf(OpenApiFiles().front()), .headers = {}};
       }),
       .accepts = {},
       .quick = true});
  return routes;
}

}  // namespace weft::server
