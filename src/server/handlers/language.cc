#include "server/handlers/language.h"

#include <utility>

#include "dsl/document.h"
#include "dsl/graph.h"
#include "dsl/load.h"
#include "dsl/schema.h"
#include "expr/value.h"
#include "server/evaluate.h"

namespace weft::server {
namespace {

using expr::Value;

Response Validate(const Request& request) {
  const auto loaded = dsl::Load(request.body);
  auto diagnostics = Value::EmptyArray();
  for (const auto& diagnostic : loaded.diagnostics) diagnostics.Append(dsl::ToJson(diagnostic));
  std::vector<dsl::Diagnostic> known;
  const auto document = dsl::Document::FromYaml(request.body, known);
  std::string body = "{\"diagnostics\":" + diagnostics.Dump() + ",\"graph\":";
  body += loaded.workflow == nullptr ? "null" : dsl::GraphJson(*loaded.workflow).Dump();
  // In the order in which it was written, which the canvas shows.
  body += ",\"document\":" + (document.root() == nullptr ? "null" : document.root()->ToJson()) + "}";
  return {.status = 200, .body = std::move(body), .headers = {}};
}

Response Schema(const Request& /*request*/) {
  static const auto* const kSchema = new std::string(dsl::LanguageSchema().Dump());  // never freed: handlers' threads
  return {.status = 200, .content_type = "application/schema+json", .body = *kSchema, .headers = {}};
}

Response Try(const std::string& program, const Request& request) {
  const auto body = Value::Parse(request.body, Value::kMaxDepth);
  if (!body) return ProblemOf({"validation", "The body is not JSON: " + body.error().message});
  if (!body->Get("expression").IsString()) return ProblemOf({"validation", "The body needs an `expression`, a text."});
  for (const auto& name : body->Keys()) {
    if (name == "expression" || name == "condition" || name == "data" || name == "names") continue;
    return ProblemOf({"validation",
                      "An evaluation takes `expression`, `data` (the value of `.`), `names` and `condition`, "
                      "not `" +
                          name + "`."});
  }
  auto answer = EvaluateInChild(program, request.body);
  if (answer) return {.status = 200, .body = *std::move(answer), .headers = {}};
  if (answer.error().code != "expression") return ProblemOf(answer.error());
  const auto error = Value::Object({{"code", Value(answer.error().code)}, {"message", Value(answer.error().message)}});
  return {.status = 200, .body = Value::Object({{"error", error}}).Dump(), .headers = {}};
}

}  // namespace

std::vector<Route> LanguageRoutes(const std::string& program) {
  return {
      {.method = "POST",
       .pattern = "/api/v1/validate",
       .permission = Permission::kView,
       .handler = Validate,
       .accepts = {"application/yaml", "application/x-yaml", "application/json"},
       .max_body = dsl::Document::kMaxBytes},
      {.method = "GET", .pattern = "/api/v1/schema", .permission = Permission::kView, .handler = Schema, .accepts = {}},
      {.method = "POST",
       .pattern = "/api/v1/evaluate",
       .permission = Permission::kView,
       .handler = [program](const Request& request) { return Try(program, request); },
       .accepts = {"application/json"}}};
}

}  // namespace weft::server
