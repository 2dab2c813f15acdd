#include "server/handlers/hooks.h"

#include <utility>

#include "triggers/webhook.h"

namespace weft::server {
namespace {

Response Answer(const Services& services, const Request& request) {
  triggers::HookRequest hook;
  hook.method = request.method;
  hook.ns = request.Parameter("ns");
  hook.path = request.Parameter("path");
  hook.query = request.query;
  hook.headers = request.headers;
  hook.body = request.body;
  auto answer = services.webhooks->Answer(hook);
  Response response{.status = answer.status, .body = std::move(answer.body), .headers = {}};
  if (answer.problem) {
    response = ProblemOf(*answer.problem);
    response = Problem(response.status, *answer.problem, answer.extra);
  }
  for (auto& [name, value] : answer.headers) {
    std::erase_if(response.headers, [&](const auto& header) { return header.first == name; });
    response.headers.emplace_back(name, std::move(value));
  }
  return response;
}

}  // namespace

std::vector<Route> HookRoutes(Services& services) {
  return {{.method = "*",
           .pattern = "/hooks/{ns}/{path*}",
           .permission = Permission::kPublic,
           .handler = [&services](const Request& request) { return Answer(services, request); },
           .accepts = {"*/*"},
           .max_body = triggers::Webhooks::kMaxBody}};
}

}  // namespace weft::server
