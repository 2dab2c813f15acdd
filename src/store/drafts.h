#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Texts of workflows that somebody works on and has not deployed: one of each workflow, which several people may
/// share. Whoever saves names the state he has seen, so that nobody writes over another one's work unseen.
namespace weft::store {

struct Draft {
  std::string ns, name;
  std::string text;
  int revision = 0;    ///< it began from
  std::string author;  ///< who saved it last
  Timestamp saved_at{};
  std::string version;  ///< of this state; a ULID
};

Result<std::optional<Draft>> FindDraft(Transaction& t, std::string_view ns, std::string_view name);
/// By namespace and name, without texts; all of a namespace, or of all when it is empty.
Result<std::vector<Draft>> ListDrafts(Transaction& t, std::string_view ns);
/// Writes it in the place of what is there. The caller has looked, under a lock of the draft.
Result<void> PutDraft(Transaction& t, const Draft& draft);
Result<void> DeleteDraft(Transaction& t, std::string_view ns, std::string_view name);
/// Until the end of the transaction nobody else changes it.
Result<void> LockDraft(Transaction& t, std::string_view ns, std::string_view name);

}  // namespace weft::store
