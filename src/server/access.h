#pragma once

#include <string>

#include "activities/secrets.h"
#include "base/seal.h"
#include "server/auth.h"
#include "store/sql.h"
#include "triggers/webhook.h"

/// Who may do what, and what secrets there are, by the store. Any thread; blocks on the store.
namespace weft::server {

/// The tokens of the store, and besides them `own`: a token with every permission, which the process that runs the
/// server keeps in its data directory, and `worker`: that of a worker in this process; empty: none.
TokenCheck StoreTokens(store::Database& database, const std::string& own, const std::string& worker = {});

/// Whether a webhook's token may start workflows of the namespace.
triggers::TokenCheck HookTokens(TokenCheck tokens);

/// Secrets of this machine (see activities::LocalSecrets), then those of the store.
triggers::SecretLookup StoreSecrets(store::Database& database, const SealingKey& key, activities::SecretResolver local);

}  // namespace weft::server
