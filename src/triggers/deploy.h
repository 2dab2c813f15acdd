#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostic.h"
#include "store/sql.h"

namespace weft::triggers {

/// What became of a file that was deployed.
struct Deployment {
  std::string ns, name, digest;
  int revision = 0;                          ///< 0: refused, the diagnostics say why
  bool created = false;                      ///< a new revision; false: nothing that has meaning changed
  std::vector<dsl::Diagnostic> diagnostics;  ///< of a deployed file warnings only
};

/// Reads and checks a workflow file and makes it the latest revision, in one transaction with everything that follows
/// from it: webhook paths, event triggers, schedules that Temporal should have, first states of triggers, the end of a
/// draft with this text. `python.file` must have been inlined: who deploys has the files, servers do not. `who` and
/// `remote` (the caller's address) are for the revision's record and the audit. Fails with `conflict` when another
/// workflow has one of the webhooks' paths, and with `store.*`.
Result<Deployment> Deploy(store::Database& database, std::string_view text, const std::string& who, Timestamp now,
                          const std::string& remote = {});

/// Takes a workflow away with all its triggers; runs go on, and its revisions stay readable by number. What people
/// paused stays so, should it be deployed again: taking it away for a while must start nothing that they stopped.
/// False: there is none.
Result<bool> Undeploy(store::Database& database, const std::string& ns, const std::string& name, const std::string& who,
                      const std::string& remote = {});

}  // namespace weft::triggers
