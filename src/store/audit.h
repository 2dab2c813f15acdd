#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Who did what. Written in the transaction of the change itself where there is one.
namespace weft::store {

struct AuditEntry {
  std::string id;      ///< a ULID, given when it is added
  Timestamp at{};      ///< likewise
  std::string actor;   ///< Principal::name
  std::string remote;  ///< address of the caller
  std::string action;  ///< `secret.set`, `workflow.deploy`, `instance.cancel`: what, then the verb
  std::string target;  ///< `NS/NAME`, an instance's id, …
  std::string detail;  ///< JSON object or empty; never a secret
};

Result<void> AddAudit(Transaction& t, AuditEntry entry);

struct AuditFilter {
  std::string actor, action, target;  ///< empty: any; `action` may be the part before the dot alone
  std::string before;                 ///< an id; empty: from the newest
  int limit = 100;
};
/// Newest first.
Result<std::vector<AuditEntry>> ListAudit(Transaction& t, const AuditFilter& filter);

Result<std::int64_t> DeleteAuditBefore(Transaction& t, Timestamp before, int limit);

}  // namespace weft::store
