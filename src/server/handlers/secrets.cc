#include "server/handlers/secrets.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "expr/value.h"
#include "server/page.h"
#include "store/audit.h"
#include "store/secrets.h"

namespace weft::server {
namespace {

using expr::Value;

/// As in the language: what a workflow can name under `secrets`.
bool IsSecretName(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, allowed);
}

bool IsNamespace(std::string_view name) {
  const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= 63 && std::ranges::all_of(name, allowed);
}

Value DocumentOf(const store::SecretRow& row) {
  return Value::Object({{"namespace", Value(row.ns)},
                        {"name", Value(row.name)},
                        {"createdAt", Value(FormatTimestamp(row.created_at))},
                        {"updatedAt", Value(FormatTimestamp(row.updated_at))},
                        {"updatedBy", Value(row.updated_by)}});
}

Response List(const Services& services, const Request& request) {
  const auto ns = request.Query("namespace").value_or("");
  const auto rows =
      services.database->Read<std::vector<store::SecretRow>>([&](auto& t) { return store::ListSecrets(t, ns); });
  if (!rows) return ProblemOf(rows.error());
  std::vector<Value> items;
  for (const auto& row : *rows) items.push_back(DocumentOf(row));
  return PageResponse(std::move(items), "");
}

Response Set(const Services& services, const Request& request) {
  // No part of the body is repeated in a problem: it holds the value.
  const auto body = Value::Parse(request.body, Value::kMaxDepth);
  if (!body || !body->Get("value").IsString()) {
    return ProblemOf({"validation", "The body must be `{ \"namespace\", \"name\", \"value\" }`, the value a text."});
  }
  const auto ns = body->Has("namespace") ? body->Get("namespace").AsString() : std::string("default");
  const auto name = body->Get("name").AsString();
  if (!IsNamespace(ns)) return ProblemOf({"validation", "`namespace` must be a DNS label."});
  if (!IsSecretName(name)) {
    return ProblemOf({"validation", "`name` must be up to 63 of a-z, A-Z, 0-9, _ and -, as workflows write it."});
  }
  const auto value = body->Get("value").AsString();
  if (value.empty() || value.size() > store::kMostSecretBytes) {
    return ProblemOf({"validation", "`value` must have 1 to 65,536 bytes."});
  }
  const auto now = Now();
  const store::SecretRow row{
      .ns = ns, .name = name, .updated_by = request.principal.name, .created_at = now, .updated_at = now};
  const auto created = services.database->Write<bool>([&](store::Transaction& t) -> Result<bool> {
    WEFT_TRY_VOID(store::AddAudit(t, {.id = {},
                                      .actor = request.principal.name,
                                      .remote = request.remote,
                                      .action = "secret.set",
                                      .target = ns + '/' + name,
                                      .detail = {}}));
    return store::SetSecret(t, *services.key, row, value);
  });
  if (!created) return ProblemOf(created.error());
  const auto answer = Value::Object({{"namespace", Value(ns)}, {"name", Value(name)}});
  return {.status = *created ? 201 : 200, .body = answer.Dump(), .headers = {}};
}

Response Delete(const Services& services, const Request& request) {
  const auto &ns = request.Parameter("ns"), &name = request.Parameter("name");
  const auto gone = services.database->Write<bool>([&](store::Transaction& t) -> Result<bool> {
    WEFT_TRY(const bool deleted, store::DeleteSecret(t, ns, name));
    if (!deleted) return false;
    WEFT_TRY_VOID(store::AddAudit(t, {.id = {},
                                      .actor = request.principal.name,
                                      .remote = request.remote,
                                      .action = "secret.delete",
                                      .target = ns + '/' + name,
                                      .detail = {}}));
    return true;
  });
  if (!gone) return ProblemOf(gone.error());
  if (!*gone) return ProblemOf({"not_found", "There is no secret `" + name + "` in the namespace `" + ns + "`."});
  return {.status = 204, .body = {}, .headers = {}};
}

}  // namespace

std::vector<Route> SecretRoutes(Services& services) {
  return {{.method = "GET",
           .pattern = "/api/v1/secrets",
           .permission = Permission::kAdmin,
           .handler = [&services](const Request& request) { return List(services, request); },
           .accepts = {}},
          {.method = "POST",
           .pattern = "/api/v1/secrets",
           .permission = Permission::kAdmin,
           .handler = [&services](const Request& request) { return Set(services, request); },
           .accepts = {"application/json"}},
          {.method = "DELETE",
           .pattern = "/api/v1/secrets/{ns}/{name}",
           .permission = Permission::kAdmin,
           .handler = [&services](const Request& request) { return Delete(services, request); },
           .accepts = {}}};
}

}  // namespace weft::server
