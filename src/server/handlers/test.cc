#include "server/handlers/test.h"

#include <utility>

#include "base/id.h"
#include "contract/names.h"
#include "dsl/document.h"
#include "dsl/load.h"
#include "expr/value.h"
#include "server/test_run.h"
#include "store/audit.h"

namespace weft::server {
namespace {

using expr::Value;

struct Asked {
  std::string text;
  TestWish wish;
};

/// `{ text, input, node, outputs }`.
Result<Asked> AskedIn(const Request& request) {
  const auto body = Value::Parse(request.body, Value::kMaxDepth);
  if (!body) return Fail("validation", "The body is not JSON: " + body.error().message);
  for (const auto& name : body->Keys()) {
    const auto value = body->Get(name);
    if (name == "input" || (name == "text" && value.IsString())) continue;
    if (value.IsNull() || (name == "node" && value.IsString()) || (name == "outputs" && value.IsObject())) continue;
    return Fail("validation",
                "A test takes `text`, a workflow file, `input`, `node`, an id, and `outputs`, an object; not this `" +
                    name + "`.");
  }
  if (!body->Has("text")) return Fail("validation", "The body needs a `text`, the workflow file.");
  return Asked{.text = body->Get("text").AsString(),
               .wish = {.node = body->Get("node").AsString(),
                        .input = body->Get("input"),
                        .has_input = body->Has("input"),
                        .outputs = body->Get("outputs")}};
}

/// A start is not undone because it could not be written down.
void Audit(const Services& services, const Request& request, const std::string& instance) {
  (void)services.database->Write([&](auto& t) {
    return store::AddAudit(t, {.id = {},
                               .at = {},
                               .actor = request.principal.name,
                               .remote = request.remote,
                               .action = "instance.test",
                               .target = instance,
                               .detail = {}});
  });
}

Result<Response> Test(const Services& services, const Request& request) {
  WEFT_TRY(const auto asked, AskedIn(request));
  const auto loaded = dsl::Load(asked.text);
  auto diagnostics = Value::EmptyArray();
  for (const auto& diagnostic : loaded.diagnostics) diagnostics.Append(dsl::ToJson(diagnostic));
  if (loaded.workflow == nullptr) {
    return Problem(422, {"validation", "Nothing was started: the workflow has errors."},
                   Value::Object({{"diagnostics", std::move(diagnostics)}}).Dump());
  }
  WEFT_TRY(auto start, PlanTest(*loaded.workflow, asked.wish));
  start.request_id = NewUlid();
  start.draft_secrets = SealTestSecrets(*services.key, triggers::Starter::IdOf(start), start.draft->workflow->secrets);
  WEFT_TRY(const auto started, services.starter->Start(start));
  Audit(services, request, started.id);
  return Response{.status = 201,
                  .body = Value::Object({{"id", Value(started.id)}, {"diagnostics", std::move(diagnostics)}}).Dump(),
                  .headers = {{"Location", "/api/v1/instances/" + started.id}}};
}

}  // namespace

// Whoever may deploy can have anything run, by a trigger: to try a text needs the same.
std::vector<Route> TestRoutes(Services& services) {
  constexpr std::size_t kMostData = std::size_t{2} * 1024 * 1024;  // Temporal takes no start as large as that
  return {{.method = "POST",
           .pattern = "/api/v1/test",
           .permission = Permission::kEdit,
           .handler = Handler([&services](const Request& request) {
             auto response = Test(services, request);
             return response ? *std::move(response) : ProblemOf(response.error());
           }),
           .accepts = {"application/json"},
           .max_body = dsl::Document::kMaxBytes + kMostData}};
}

}  // namespace weft::server
