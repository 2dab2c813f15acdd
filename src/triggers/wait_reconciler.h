#pragma once

#include <stop_token>
#include <string>

#include "base/error.h"
#include "base/time.h"
#include "store/sql.h"
#include "temporalio/client/client.h"
#include "triggers/slots.h"

namespace weft::triggers {

/// Takes back what instances left behind that have closed: waits that ended with them, and what terminated ones held.
/// Also forgets events and ended waits once they are old. Any number of servers run one each.
class WaitReconciler {
 public:
  WaitReconciler(store::Database& database, temporalio::Client client, Slots& slots)
      : database_(database), client_(std::move(client)), slots_(slots) {}

  void Run(const std::stop_token& stop);
  /// Looks at a page of each kind, and goes on from there the next time; whether something was taken back. Fails with
  /// `store.*`, `temporal`.
  Result<bool> LookAfter();
  /// Removes what is older than it is kept, at `now`.
  Result<void> Forget(Timestamp now);

 private:
  store::Database& database_;
  const temporalio::Client client_;
  Slots& slots_;
  std::string slot_, subscription_, approval_;  ///< where to go on
};

}  // namespace weft::triggers
