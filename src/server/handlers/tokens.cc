#include "server/handlers/tokens.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "base/encode.h"
#include "base/id.h"
#include "base/seal.h"
#include "expr/value.h"
#include "server/page.h"
#include "server/session.h"
#include "store/audit.h"
#include "store/tokens.h"

namespace weft::server {
namespace {

using expr::Value;
using store::Token;

/// 256 random bits behind a prefix by which scanners for leaked credentials know it.
std::string NewTokenText() {
  const auto key = NewSealingKey();
  auto text = Base64({reinterpret_cast<const char*>(key.data()), key.size()});
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  while (text.ends_with('=')) text.pop_back();
  return "weft_" + text;
}

Value TextsOf(const std::vector<std::string>& texts) {
  auto array = Value::EmptyArray();
  for (const auto& text : texts) array.Append(Value(text));
  return array;
}

Value TimeOrNull(const std::optional<Timestamp>& time) { return time ? Value(FormatTimestamp(*time)) : Value(); }

Value DocumentOf(const Token& token) {
  return Value::Object({{"id", Value(token.id)},
                        {"name", Value(token.name)},
                        {"permissions", TextsOf(token.permissions)},
                        {"namespaces", TextsOf(token.namespaces)},
                        {"createdBy", Value(token.created_by)},
                        {"createdAt", Value(FormatTimestamp(token.created_at))},
                        {"expiresAt", TimeOrNull(token.expires_at)},
                        {"usedAt", TimeOrNull(token.used_at)}});
}

Result<std::vector<std::string>> TextsIn(const Value& body, std::string_view field) {
  const auto list = body.Get(field);
  if (!list.IsArray() && !list.IsNull()) return Fail("validation", "`" + std::string(field) + "` must be a list.");
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto text = list.At(i).AsString();
    if (text.empty() || text.find_first_of(" \t\n") != std::string::npos) {
      return Fail("validation", "`" + std::string(field) + "` must be a list of words.");
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::optional<Timestamp>> ExpiryIn(const Value& body, Timestamp now) {
  const auto at = body.Get("expiresAt"), in = body.Get("expiresIn");
  if (!at.IsNull() && !in.IsNull()) return Fail("validation", "Give `expiresAt` or `expiresIn`, not both.");
  if (!in.IsNull()) {
    WEFT_TRY(const auto span, ParseDuration(in.AsString()));
    return now + span;
  }
  if (at.IsNull()) return std::nullopt;
  WEFT_TRY(const auto time, ParseTimestamp(at.AsString()));
  if (time <= now) return Fail("validation", "`expiresAt` is in the past.");
  return time;
}

Result<Token> TokenIn(const Request& request, Timestamp now) {
  const auto body = Value::Parse(request.body, Value::kMaxDepth);
  if (!body || !body->IsObject()) {
    return Fail("validation", "The body must be `{ \"name\", \"permissions\", \"namespaces\", \"expiresIn\" }`.");
  }
  Token token{.id = NewUlid(),
              .name = body->Get("name").AsString(),
              .hash = {},
              .permissions = {},
              .namespaces = {},
              .created_by = request.principal.name,
              .created_at = now,
              .expires_at = {},
              .used_at = {}};
  if (token.name.empty() || token.name.size() > 100) return Fail("validation", "`name` must have 1 to 100 bytes.");
  WEFT_TRY(token.permissions, TextsIn(*body, "permissions"));
  if (token.permissions.empty()) {
    return Fail("validation",
                "`permissions` must name at least one of view, operate, publish, edit, admin and worker.");
  }
  for (const auto& permission : token.permissions) {
    if (PermissionOf(permission) && permission != NameOf(Permission::kPublic)) continue;
    return Fail("validation", "There is no permission `" + permission +
                                  "`; there are view, operate, publish, edit, admin and worker.");
  }
  WEFT_TRY(token.namespaces, TextsIn(*body, "namespaces"));
  const bool worker = std::ranges::find(token.permissions, NameOf(Permission::kWorker)) != token.permissions.end();
  if (worker && token.namespaces.empty()) {
    return Fail("validation",
                "A worker's token must name its `namespaces`, or `*` for all: it can read their secrets.");
  }
  if (std::ranges::find(token.namespaces, "*") != token.namespaces.end()) token.namespaces.clear();
  WEFT_TRY(token.expires_at, ExpiryIn(*body, now));
  return token;
}

store::AuditEntry Entry(const Request& request, std::string action, const Token& token) {
  return {.id = {},
          .actor = request.principal.name,
          .remote = request.remote,
          .action = std::move(action),
          .target = token.name,
          .detail = Value::Object({{"id", Value(token.id)},
                                   {"permissions", TextsOf(token.permissions)},
                                   {"namespaces", TextsOf(token.namespaces)}})
                        .Dump()};
}

Response Create(const Services& services, const Request& request) {
  auto token = TokenIn(request, Now());
  if (!token) return ProblemOf(token.error());
  const auto text = NewTokenText();
  token->hash = HashOf(text);
  const auto added = services.database->Write([&](store::Transaction& t) -> Result<void> {
    WEFT_TRY_VOID(store::AddAudit(t, Entry(request, "token.create", *token)));
    return store::AddToken(t, *token);
  });
  if (!added && added.error().code == "store.exists") {
    return ProblemOf(
        {"conflict", "There is a token `" + token->name + "` already; revoke it first, or choose another name."});
  }
  if (!added) return ProblemOf(added.error());
  auto document = DocumentOf(*token);
  document.Set("token", Value(text));
  return {.status = 201, .body = document.Dump(), .headers = {{"Cache-Control", "no-store"}}};
}

Response List(const Services& services) {
  const auto tokens = services.database->Read<std::vector<Token>>([](auto& t) { return store::ListTokens(t); });
  if (!tokens) return ProblemOf(tokens.error());
  std::vector<Value> items;
  for (const auto& token : *tokens) items.push_back(DocumentOf(token));
  return PageResponse(std::move(items), "");
}

Response Revoke(const Services& services, const Request& request) {
  const auto& which = request.Parameter("id");
  const auto gone = services.database->Write<bool>([&](store::Transaction& t) -> Result<bool> {
    WEFT_TRY(const auto token, store::DeleteToken(t, which));
    if (!token) return false;
    WEFT_TRY_VOID(store::AddAudit(t, Entry(request, "token.delete", *token)));
    return true;
  });
  if (!gone) return ProblemOf(gone.error());
  if (!*gone) return ProblemOf({"not_found", "There is no token `" + which + "`."});
  return {.status = 204, .body = {}, .headers = {}};
}

}  // namespace

std::vector<Route> TokenRoutes(Services& services) {
  return {{.method = "GET",
           .pattern = "/api/v1/tokens",
           .permission = Permission::kAdmin,
           .handler = [&services](const Request&) { return List(services); },
           .accepts = {}},
          {.method = "POST",
           .pattern = "/api/v1/tokens",
           .permission = Permission::kAdmin,
           .handler = [&services](const Request& request) { return Create(services, request); },
           .accepts = {"application/json"}},
          {.method = "DELETE",
           .pattern = "/api/v1/tokens/{id}",
           .permission = Permission::kAdmin,
           .handler = [&services](const Request& request) { return Revoke(services, request); },
           .accepts = {}}};
}

}  // namespace weft::server
