#include "server/handlers/workflows.h"

#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"
#include "dsl/document.h"
#include "dsl/graph.h"
#include "dsl/load.h"
#include "expr/value.h"
#include "server/page.h"
#include "server/workflow_details.h"
#include "store/audit.h"
#include "store/definitions.h"
#include "triggers/deploy.h"
#include "triggers/inbox.h"
#include "triggers/schedule_reconciler.h"

namespace weft::server {
namespace {

using expr::Value;
using store::DeliveryStatus;

Response Json(int status, const Value& value) { return {.status = status, .body = value.Dump(), .headers = {}}; }

/// An object with one more member, whose JSON stays as it is: the order of a definition's keys has meaning.
std::string WithText(const Value& object, std::string_view name, std::string_view json) {
  auto text = object.Dump();
  text.pop_back();
  return text + (text.size() > 1 ? "," : "") + Value(name).Dump() + ":" + std::string(json) + "}";
}

Value LabelsOf(const std::string& labels) { return Value::Parse(labels).value_or(Value::EmptyObject()); }

Error NoSuchWorkflow(const Request& request) {
  return {"not_found",
          "There is no workflow `" + request.Parameter("ns") + "/" + request.Parameter("name") + "`; deploy it first."};
}

Response Deploy(const Services& services, const Request& request) {
  const auto deployed =
      triggers::Deploy(*services.database, request.body, request.principal.name, Now(), request.remote);
  if (!deployed) return ProblemOf(deployed.error());
  auto diagnostics = Value::EmptyArray();
  for (const auto& diagnostic : deployed->diagnostics) diagnostics.Append(dsl::ToJson(diagnostic));
  if (deployed->revision == 0) {
    return Problem(422, {"validation", "Nothing was deployed: the workflow has errors."},
                   Value::Object({{"diagnostics", std::move(diagnostics)}}).Dump());
  }
  if (services.schedules != nullptr) services.schedules->Wake();
  auto response = Json(deployed->created ? 201 : 200, Value::Object({{"namespace", Value(deployed->ns)},
                                                                     {"name", Value(deployed->name)},
                                                                     {"revision", Value(deployed->revision)},
                                                                     {"digest", Value(deployed->digest)},
                                                                     {"diagnostics", std::move(diagnostics)}}));
  if (deployed->created) {
    response.headers.emplace_back("Location", "/api/v1/workflows/" + deployed->ns + "/" + deployed->name +
                                                  "/revisions/" + std::to_string(deployed->revision));
  }
  return response;
}

Response List(const Services& services, WorkflowDetails& details, const Request& request) {
  const auto page = PageOf(request);
  if (!page) return ProblemOf(page.error());
  auto found = services.database->Read<std::vector<store::WorkflowRow>>([&](auto& t) {
    return store::ListWorkflows(t, page->after, page->limit + 1, request.Query("search").value_or(""));
  });
  if (!found) return ProblemOf(found.error());
  const bool more = found->size() > static_cast<std::size_t>(page->limit);
  if (more) found->pop_back();
  std::vector<Value> items;
  for (const auto& row : *found) {
    items.push_back(Value::Object({{"namespace", Value(row.ns)},
                                   {"name", Value(row.name)},
                                   {"title", Value(row.title)},
                                   {"description", Value(row.description)},
                                   {"labels", LabelsOf(row.labels)},
                                   {"revision", Value(row.revision)},
                                   {"digest", Value(row.digest)},
                                   {"createdAt", Value(FormatTimestamp(row.created_at))},
                                   {"updatedAt", Value(FormatTimestamp(row.updated_at))}}));
  }
  if (request.Query("details") == "true") {
    const auto added = details.AddTo(items, *found, *services.database, services.starter->definitions());
    if (!added) return ProblemOf(added.error());
  }
  return PageResponse(std::move(items), more ? found->back().ns + "/" + found->back().name : "");
}

Value SummaryOf(const store::Revision& revision) {
  return Value::Object({{"namespace", Value(revision.ns)},
                        {"name", Value(revision.name)},
                        {"revision", Value(revision.revision)},
                        {"digest", Value(revision.digest)},
                        {"title", Value(revision.title)},
                        {"description", Value(revision.description)},
                        {"labels", LabelsOf(revision.labels)},
                        {"createdBy", Value(revision.created_by)},
                        {"createdAt", Value(FormatTimestamp(revision.created_at))}});
}

/// All of a revision: what the list shows, `source`, `graph`, `input` (the schema), `manual`, and `definition`, the
/// normalised form.
Response Show(const std::optional<store::Revision>& revision, const Error& missing) {
  if (!revision) return ProblemOf(missing);
  auto document = SummaryOf(*revision);
  document.Set("source", Value(revision->source));
  const auto workflow = dsl::LoadNormalised(revision->normalised);
  if (!workflow) return ProblemOf(workflow.error());
  document.Set("graph", dsl::GraphJson(**workflow));
  document.Set("input", (*workflow)->input_schema);
  document.Set("manual", Value((*workflow)->manual));
  return {.status = 200, .body = WithText(document, "definition", revision->normalised), .headers = {}};
}

Response ShowLatest(const Services& services, const Request& request) {
  const auto revision = services.database->Read<std::optional<store::Revision>>(
      [&](auto& t) { return store::FindLatest(t, request.Parameter("ns"), request.Parameter("name")); });
  if (!revision) return ProblemOf(revision.error());
  return Show(*revision, NoSuchWorkflow(request));
}

Response ShowRevision(const Services& services, const Request& request) {
  const auto& text = request.Parameter("revision");
  int number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const Error missing{"not_found", "The workflow `" + request.Parameter("ns") + "/" + request.Parameter("name") +
                                       "` has no revision `" + text + "`."};
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return ProblemOf(missing);
  const auto revision = services.database->Read<std::optional<store::Revision>>(
      [&](auto& t) { return store::FindRevision(t, request.Parameter("ns"), request.Parameter("name"), number); });
  if (!revision) return ProblemOf(revision.error());
  return Show(*revision, missing);
}

Response ListRevisions(const Services& services, const Request& request) {
  const auto revisions = services.database->Read<std::vector<store::Revision>>(
      [&](auto& t) { return store::ListRevisions(t, request.Parameter("ns"), request.Parameter("name")); });
  if (!revisions) return ProblemOf(revisions.error());
  if (revisions->empty()) return ProblemOf(NoSuchWorkflow(request));
  std::vector<Value> items;
  for (const auto& revision : *revisions) items.push_back(SummaryOf(revision));
  return PageResponse(std::move(items), "");
}

Response Delete(const Services& services, const Request& request) {
  const auto deleted = triggers::Undeploy(*services.database, request.Parameter("ns"), request.Parameter("name"),
                                          request.principal.name, request.remote);
  if (!deleted) return ProblemOf(deleted.error());
  if (!*deleted) return ProblemOf(NoSuchWorkflow(request));
  if (services.schedules != nullptr) services.schedules->Wake();
  return {.status = 204, .content_type = {}, .body = {}, .headers = {}};
}

/// What a start by hand asks for: `{ input, key, revision }`.
Result<store::Delivery> StartOf(const Request& request) {
  auto body = Value::EmptyObject();
  if (!request.body.empty()) {
    auto parsed = Value::Parse(request.body, Value::kMaxDepth);
    if (!parsed) return Fail("validation", "The body is not JSON: " + parsed.error().message);
    body = *std::move(parsed);
  }
  if (!body.IsObject()) return Fail("validation", "The body must be an object: { input, key }.");
  for (const auto& field : body.Keys()) {
    if (field != "input" && field != "key" && field != "revision") {
      return Fail("validation", "A start knows `input`, `key` and `revision`, not `" + field + "`.");
    }
  }
  const auto key = body.Get("key");
  if (!key.IsNull() && !key.IsString()) return Fail("validation", "`key` must be a text.");
  const auto revision = body.Get("revision");
  constexpr double kMost = 1e9;
  if (!revision.IsNull() && !(revision.AsDouble() >= 1 && revision.AsDouble() < kMost)) {
    return Fail("validation", "`revision` must be the number of a revision.");
  }
  store::Delivery start;
  start.kind = "manual";
  start.ns = request.Parameter("ns");
  start.workflow = request.Parameter("name");
  start.revision = static_cast<int>(revision.AsInteger());
  start.key = RepairUtf8(key.AsString());
  start.input = body.Get("input").Dump();
  start.dedupe = RepairUtf8(request.Header("idempotency-key"));
  constexpr std::size_t kLongest = 200;
  if (start.dedupe.size() > kLongest) return Fail("validation", "The Idempotency-Key is longer than 200 characters.");
  return start;
}

/// A start is not undone because it could not be written down.
void Audit(const Services& services, const Request& request, const std::string& instance) {
  (void)services.database->Write([&](auto& t) {
    return store::AddAudit(t, {.id = {},
                               .at = {},
                               .actor = request.principal.name,
                               .remote = request.remote,
                               .action = "instance.start",
                               .target = instance,
                               .detail = {}});
  });
}

Response StartOnce(const Services& services, const Request& request, const store::Delivery& start) {
  const auto accepted = services.inbox->Accept(start);
  if (!accepted) return ProblemOf(accepted.error());
  const auto& stored = accepted->delivery;
  if (stored.status == DeliveryStatus::kFailed) return ProblemOf({stored.error_code, stored.error_message});
  if (accepted->repeated && (stored.input != start.input || stored.key != start.key)) {
    return ProblemOf({"conflict", "This Idempotency-Key was used with another input or key before; use a new one."});
  }
  const auto body = Value::Object({{"id", Value(stored.instance)}, {"delivery", Value(stored.id)}});
  if (!accepted->repeated) Audit(services, request, stored.instance);
  if (accepted->repeated || stored.status == DeliveryStatus::kJoined) return Json(200, body);
  return Json(stored.status == DeliveryStatus::kStarted ? 201 : 202, body);
}

Response Start(const Services& services, const Request& request) {
  auto start = StartOf(request);
  if (!start) return ProblemOf(start.error());
  const auto definition = services.starter->definitions().Get(start->ns, start->workflow, start->revision);
  if (!definition) return ProblemOf(definition.error());
  if (!(*definition)->workflow->manual) {
    return ProblemOf({"conflict", "`" + start->workflow +
                                      "` is not to be started by hand: its file says "
                                      "`manual: false`."});
  }
  start->revision = (*definition)->revision;
  if (!start->dedupe.empty()) return StartOnce(services, request, *start);
  triggers::StartRequest wanted;
  wanted.ns = start->ns;
  wanted.name = start->workflow;
  wanted.revision = start->revision;
  wanted.key = start->key;
  wanted.input = Value::Parse(start->input).value_or(Value());
  wanted.request_id = NewUlid();
  const auto started = services.starter->Start(wanted);
  if (!started) return ProblemOf(started.error());
  Audit(services, request, started->id);
  return Json(started->joined ? 200 : 201, Value::Object({{"id", Value(started->id)}}));
}

}  // namespace

std::vector<Route> WorkflowRoutes(Services& services) {
  const std::string one = "/api/v1/workflows/{ns}/{name}";
  const auto route = [&services](std::string method, std::string pattern, Permission permission,
                                 Response (*handle)(const Services&, const Request&),
                                 std::vector<std::string> accepts = {}) {
    return Route{.method = std::move(method),
                 .pattern = std::move(pattern),
                 .permission = permission,
                 .handler = [&services, handle](const Request& request) { return handle(services, request); },
                 .accepts = std::move(accepts),
                 .max_body = dsl::Document::kMaxBytes};
  };
  return {
      route("POST", "/api/v1/workflows", Permission::kEdit, Deploy,
            {"application/yaml", "application/x-yaml", "application/json"}),
      {.method = "GET",
       .pattern = "/api/v1/workflows",
       .permission = Permission::kView,
       .handler = [&services, details = std::make_shared<WorkflowDetails>()](
                      const Request& request) { return List(services, *details, request); },
       .accepts = {}},
      route("GET", one, Permission::kView, ShowLatest),
      route("DELETE", one, Permission::kEdit, Delete),
      route("GET", one + "/revisions", Permission::kView, ListRevisions),
      route("GET", one + "/revisions/{revision}", Permission::kView, ShowRevision),
      route("POST", one + "/instances", Permission::kOperate, Start, {"application/json"}),
  };
}

}  // namespace weft::server
