#include "server/access.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/clock.h"
#include "server/session.h"
#include "store/secrets.h"
#include "store/tokens.h"

namespace weft::server {
namespace {

constexpr std::string_view kOwnName = "weft";

Principal PrincipalOf(const store::Token& token) {
  Principal principal{.name = token.name, .permissions = {}, .namespaces = token.namespaces};
  for (const auto& name : token.permissions) {
    if (const auto permission = PermissionOf(name)) principal.permissions.insert(*permission);
  }
  return principal;
}

}  // namespace

TokenCheck StoreTokens(store::Database& database, const std::string& own, const std::string& worker) {
  const auto hash_of = [](const std::string& text) { return text.empty() ? std::string() : HashOf(text); };
  return [&database, own = hash_of(own),
          worker = hash_of(worker)](std::string_view token) -> Result<std::optional<Principal>> {
    const auto hash = HashOf(token);
    if (!worker.empty() && SameBytes(worker, hash)) {
      return Principal{.name = std::string(kOwnName), .permissions = {Permission::kWorker}, .namespaces = {}};
    }
    if (!own.empty() && SameBytes(own, hash)) {
      // Its holder can read this machine's key and store anyway, and so may run a worker with it.
      Principal owner{.name = std::string(kOwnName), .permissions = EveryPersonsPermission(), .namespaces = {}};
      owner.permissions.insert(Permission::kWorker);
      return owner;
    }
    const auto now = Now();
    WEFT_TRY(const auto found, database.Read<std::optional<store::Token>>(
                                   [&](store::Transaction& t) { return store::FindToken(t, hash, now); }));
    if (!found) return std::nullopt;
    if (!found->used_at || now - *found->used_at >= std::chrono::minutes(1)) {
      WEFT_TRY_VOID(database.Write([&](store::Transaction& t) { return store::MarkTokenUsed(t, found->id, now); }));
    }
    return PrincipalOf(*found);
  };
}

triggers::TokenCheck HookTokens(TokenCheck tokens) {
  return [tokens = std::move(tokens)](const std::string& token, const std::string& ns) -> Result<bool> {
    WEFT_TRY(const auto principal, tokens(token));
    return principal && principal->permissions.contains(Permission::kOperate) &&
           (principal->namespaces.empty() ||
            std::ranges::find(principal->namespaces, ns) != principal->namespaces.end());
  };
}

triggers::SecretLookup StoreSecrets(store::Database& database, const SealingKey& key,
                                    activities::SecretResolver local) {
  return [&database, key, local = std::move(local)](const std::string& ns,
                                                    const std::string& name) -> Result<std::string> {
    auto here = local(name);
    if (here) return here;
    WEFT_TRY(auto stored, database.Read<std::optional<std::string>>(
                              [&](store::Transaction& t) { return store::ReadSecret(t, key, ns, name); }));
    if (stored) return *std::move(stored);
    return here;
  };
}

}  // namespace weft::server
