#include "server/handlers/worker.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "base/clock.h"
#include "base/utf8.h"
#include "contract/ids.h"
#include "contract/names.h"
#include "contract/start.h"
#include "expr/value.h"
#include "server/test_run.h"
#include "store/audit.h"
#include "store/logs.h"
#include "store/secrets.h"
#include "temporalio/client/history.h"
#include "triggers/definitions.h"

namespace weft::server {
namespace {

using expr::Value;

constexpr std::size_t kMostNames = 64;
constexpr std::size_t kMostChunks = 2000;
constexpr std::size_t kMostLogBody = std::size_t{4} * 1024 * 1024;

bool IsBoundTo(const Principal& principal, const std::string& ns) {
  return principal.namespaces.empty() || std::ranges::find(principal.namespaces, ns) != principal.namespaces.end();
}

/// What a worker asks: names of secrets, for an activity of a run.
struct Asked {
  std::string workflow_id, run_id;
  std::vector<std::string> names;
};

Result<Asked> AskedIn(const Request& request) {
  const auto body = Value::Parse(request.body, Value::kMaxDepth);
  Asked asked;
  if (body) {
    asked.workflow_id = body->Get("workflowId").AsString();
    asked.run_id = body->Get("runId").AsString();
    const auto names = body->Get("names");
    for (std::size_t i = 0; i < names.size(); ++i) asked.names.push_back(names.At(i).AsString());
  }
  if (asked.workflow_id.empty() || asked.run_id.empty() || asked.names.empty() || asked.names.size() > kMostNames) {
    return Fail("request", "The body must be `{ \"workflowId\", \"runId\", \"names\" }`, with 1 to 64 names.");
  }
  return asked;
}

Result<void> CheckDeclared(const Services& services, const RunOrigin& origin, const Asked& asked) {
  auto declared = origin.test_secrets;
  if (origin.revision > 0) {
    WEFT_TRY(const auto definition, services.definitions->Get(origin.ns, origin.name, origin.revision));
    declared = definition->workflow->secrets;
  }
  for (const auto& name : asked.names) {
    if (std::ranges::find(declared, name) != declared.end()) continue;
    if (contract::IsTestRun(contract::WorkflowType(origin.ns, origin.name), asked.workflow_id)) {
      return Fail("forbidden",
                  "the text that is tried does not declare the secret `" + name + "`; add that name to its `secrets`");
    }
    return Fail("forbidden", "revision " + std::to_string(origin.revision) + " of `" + origin.ns + '/' + origin.name +
                                 "` does not declare the secret `" + name +
                                 "`; deploy it with that name under `secrets`");
  }
  return {};
}

Result<Value> ReadAll(const Services& services, const Request& request, const RunOrigin& origin, const Asked& asked) {
  using Values = std::map<std::string, std::string>;
  auto names = Value::EmptyArray();
  for (const auto& name : asked.names) names.Append(Value(name));
  const store::AuditEntry entry{.id = {},
                                .actor = request.principal.name,
                                .remote = request.remote,
                                .action = "secret.resolve",
                                .target = origin.ns + '/' + origin.name,
                                .detail = Value::Object({{"instance", Value(asked.workflow_id)},
                                                         {"revision", Value(origin.revision)},
                                                         {"names", std::move(names)}})
                                              .Dump()};
  WEFT_TRY(const auto values, services.database->Write<Values>([&](store::Transaction& t) -> Result<Values> {
    Values found;
    for (const auto& name : asked.names) {
      WEFT_TRY(auto value, store::ReadSecret(t, *services.key, origin.ns, name));
      if (value) found.emplace(name, *std::move(value));
    }
    WEFT_TRY_VOID(store::AddAudit(t, entry));
    return found;
  }));
  auto object = Value::EmptyObject();
  for (const auto& [name, value] : values) object.Set(name, Value(value));
  return Value::Object({{"values", std::move(object)}});
}

Result<Value> Resolve(const Services& services, const OriginOf& origin_of, const Request& request) {
  WEFT_TRY(const auto asked, AskedIn(request));
  WEFT_TRY(const auto origin, origin_of(asked.workflow_id, asked.run_id));
  if (!IsBoundTo(request.principal, origin.ns)) {
    return Fail("forbidden", "the token `" + request.principal.name + "` is not bound to the namespace `" + origin.ns +
                                 "`; give this worker another");
  }
  WEFT_TRY_VOID(CheckDeclared(services, origin, asked));
  return ReadAll(services, request, origin, asked);
}

Result<store::LogChunk> ChunkIn(const Value& value) {
  store::LogChunk chunk{.id = value.Get("id").AsString(),
                        .run = value.Get("run").AsString(),
                        .path = value.Get("path").AsString(),
                        .attempt = static_cast<int>(value.Get("attempt").AsInteger()),
                        .stream = value.Get("stream").AsString(),
                        .text = RepairUtf8(value.Get("text").AsString())};
  if (chunk.path.empty() || (chunk.stream != "stdout" && chunk.stream != "stderr")) {
    return Fail("request",
                "A chunk is `{ \"id\", \"instance\", \"run\", \"path\", \"attempt\", \"stream\", \"text\", \"at\" }`.");
  }
  WEFT_TRY(chunk.at, ParseTimestamp(value.Get("at").StringView()));
  return chunk;
}

Result<void> TakeLogs(const Services& services, const Request& request) {
  const auto body = Value::Parse(request.body, Value::kMaxDepth);
  const auto chunks = body ? body->Get("chunks") : Value();
  if (!chunks.IsArray() || chunks.size() > kMostChunks) {
    return Fail("request", "The body must be `{ \"chunks\": […] }`, with up to 2,000 of them.");
  }
  std::map<std::string, std::vector<store::LogChunk>> by_instance;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto instance = chunks.At(i).Get("instance").AsString();
    if (!IsBoundTo(request.principal, instance.substr(0, instance.find('.')))) {
      return Fail("forbidden", "the token `" + request.principal.name + "` is not bound to the namespace of `" +
                                   instance + "`; give this worker another");
    }
    WEFT_TRY(auto chunk, ChunkIn(chunks.At(i)));
    by_instance[instance].push_back(std::move(chunk));
  }
  const auto now = Now();
  // One transaction for all: a worker sends again what was not taken as a whole.
  return services.database->Write([&](store::Transaction& t) -> Result<void> {
    for (const auto& [instance, own] : by_instance) WEFT_TRY_VOID(store::AppendLogs(t, instance, own, now));
    return {};
  });
}

}  // namespace

OriginOf OriginFromTemporal(const Services& services) {
  return [&services](const std::string& workflow_id, const std::string& run_id) -> Result<RunOrigin> {
    temporalio::HistoryReader reader(*services.client, {workflow_id, run_id}, {.page_size = 1});
    const auto page = reader.Next();
    if (!page && page.error().code == temporalio::Error::Code::kNotFound) {
      return Fail("not_found", "Temporal has no run `" + run_id + "` of `" + workflow_id + "`.");
    }
    if (!page)
      return Fail("temporal", "Temporal cannot tell what started `" + workflow_id + "`: " + page.error().message);
    const auto other = [&] { return Fail("validation", "The run `" + workflow_id + "` is none of Weft's."); };
    if (!*page || (*page)->events().empty()) return other();
    const auto& started = (*page)->events(0).workflow_execution_started_event_attributes();
    const auto& type = started.workflow_type().name();
    const auto dot = type.find('.');
    if (dot == std::string::npos || started.input().payloads().empty()) return other();
    const auto input = temporalio::JsonOf(started.input().payloads(0));
    if (!input) return other();
    WEFT_TRY(const auto start, contract::StartInput::FromJson(*input));
    RunOrigin origin{.ns = type.substr(0, dot), .name = type.substr(dot + 1), .revision = start.revision};
    const auto& memo = started.memo().fields();
    if (const auto noted = memo.find(std::string(contract::kStartMemoField));
        noted != memo.end() && contract::IsTestRun(type, workflow_id)) {
      const auto fields = Value::Parse(noted->second.data()).value_or(Value());
      origin.test_secrets = UnsealTestSecrets(*services.key, workflow_id, fields.Get("secrets").AsString());
    }
    return origin;
  };
}

std::vector<Route> WorkerRoutes(Services& services, OriginOf origin) {
  const auto resolve = [&services, origin = std::move(origin)](const Request& request) -> Response {
    const auto values = Resolve(services, origin, request);
    if (!values) return ProblemOf(values.error());
    return {.status = 200, .body = values->Dump(), .headers = {{"Cache-Control", "no-store"}}};
  };
  const auto take_logs = [&services](const Request& request) -> Response {
    if (const auto taken = TakeLogs(services, request); !taken) return ProblemOf(taken.error());
    return {.status = 204, .body = {}, .headers = {}};
  };
  return {{.method = "POST",
           .pattern = "/internal/v1/secrets/resolve",
           .permission = Permission::kWorker,
           .handler = resolve,
           .accepts = {"application/json"}},
          {.method = "POST",
           .pattern = "/internal/v1/logs",
           .permission = Permission::kWorker,
           .handler = take_logs,
           .accepts = {"application/json"},
           .max_body = kMostLogBody}};
}

}  // namespace weft::server
