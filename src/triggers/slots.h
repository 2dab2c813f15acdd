#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/slots.h"
#include "store/sql.h"
#include "temporalio/client/client.h"

namespace weft::triggers {

/// `concurrency` of workflows: at most so many runs of one key at a time, the others queue up or are refused. A waiting
/// run holds nothing of a server: its activity `acquire` fails and is repeated by Temporal every half minute, and
/// whoever frees a slot completes it at once. Any thread, any number of servers.
class Slots {
 public:
  Slots(store::Database& database, temporalio::Client client) : database_(database), client_(std::move(client)) {}

  enum class Answer { kGranted, kQueued, kRefused };
  struct Request {
    store::SlotScope scope;
    std::string instance, run;
    int limit = 1;
    bool skip = false;  ///< refuse instead of queueing
  };
  /// Before anyone has to wait, runs that were terminated are found out and their slots freed.
  Result<Answer> Acquire(Request request);
  Result<void> Release(store::SlotScope scope, const std::string& instance);

  /// Frees what runs that are no more hold or wait for, of those after `after` (a slot's id; empty: from the oldest);
  /// where to go on, empty at the end.
  Result<std::string> FreeDead(std::string_view after);

 private:
  struct Turn {
    Answer answer = Answer::kQueued;
    std::vector<store::Slot> granted;  ///< to others
    std::vector<store::Slot> holders;
  };
  Result<Turn> Try(const Request& request);
  Result<void> Free(const store::SlotScope& scope, const store::Slot& slot);
  Result<void> Announce(const store::SlotScope& scope, std::vector<store::Slot> granted);

  store::Database& database_;
  const temporalio::Client client_;
};

}  // namespace weft::triggers
