#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "contract/start.h"
#include "expr/value.h"
#include "store/sql.h"
#include "temporalio/client/client.h"
#include "triggers/definitions.h"

namespace weft::triggers {

/// What to start. `ns` and `name` must be deployed, unless there is a `draft`.
struct StartRequest {
  std::string ns, name;
  int revision = 0;  ///< 0: the latest
  contract::TriggerInfo trigger;
  std::string key;                            ///< empty: none, each start is a run of its own
  expr::Value input;                          ///< checked against the workflow's schema
  std::string request_id;                     ///< names this delivery: two starts with one are one start
  std::map<std::string, expr::Value> reuse;   ///< nodes that do not run, by path
  std::shared_ptr<const Definition> draft{};  ///< of a test run: what runs, which is not deployed
  std::string draft_secrets{};                ///< likewise: the secrets it declares, sealed by the server
};

struct Started {
  std::string id;  ///< of the instance
  std::string run_id;
  bool joined = false;  ///< an instance of that trigger and key was running
};

/// The one way in which servers start instances. Any thread; blocks on store and Temporal.
class Starter {
 public:
  Starter(store::Database& database, temporalio::Client client) : definitions_(database), client_(std::move(client)) {}

  /// Fails with `not_found` (no such workflow or revision), `validation` (the input does not fit; every violation is in
  /// the message), `too_large`, `temporal` (cannot be reached: may be tried again), `store.*`. `call` bounds the call
  /// of Temporal; by default it is tried for about ten seconds.
  Result<Started> Start(const StartRequest& request, temporalio::CallOptions call = {});

  /// The same for several at once, all under way together: the results are in their order.
  std::vector<Result<Started>> StartAll(std::span<const StartRequest> requests, const temporalio::CallOptions& call);

  /// What Start would fail with before it asks Temporal.
  Result<void> Check(const StartRequest& request);

  /// The run that an earlier Start with this request id has started, if there is one: for a caller that may have died
  /// in between. Temporal itself recognises only the request of an id's newest run. `since`: of the first Start.
  Result<std::optional<Started>> FindStarted(const StartRequest& request, Timestamp since) const;

  /// The id that Start would use: `ns.name.trigger.KEY`, with a ULID derived from the request id when there is no key,
  /// so that the same delivery gives the same id, always.
  static std::string IdOf(const StartRequest& request);

  Definitions& definitions() { return definitions_; }
  [[nodiscard]] const temporalio::Client& client() const { return client_; }

 private:
  Result<temporalio::StartOptions> Prepare(const StartRequest& request);

  Definitions definitions_;
  temporalio::Client client_;
};

}  // namespace weft::triggers
