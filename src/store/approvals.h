#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "store/sql.h"

/// Nodes that wait for a person, and the answers. A row is taken by the first answer before its run hears of it.
namespace weft::store {

struct Approval {
  std::string id;        ///< ULID
  std::string instance;  ///< also after it has continued as new
  std::string run;       ///< Temporal's id of the run that asked for it
  std::string name;      ///< of the wait in its run; unique with instance and run
  std::string ns, workflow;
  std::string node;  ///< path
  int attempt = 1;
  std::string title, form, assignees;  ///< JSON; empty: none
  Timestamp since{};
  std::string status = "open";  ///< `open`, `answered`, `closed`: without an answer
  std::string answer;           ///< JSON of the signal, once answered
};

/// Nothing happens when it is there already. An open one of that name of an earlier run of the instance is closed.
Result<void> AddApproval(Transaction& t, const Approval& approval);

/// The wait is over, answered or not.
Result<void> CloseApprovals(Transaction& t, std::string_view instance, std::string_view name);
Result<void> CloseApproval(Transaction& t, std::string_view id);

/// The newest of that node.
Result<std::optional<Approval>> FindApproval(Transaction& t, std::string_view instance, std::string_view node);

/// Takes it. False: it is no longer open. The answer is due to be sent from `due_at` on.
Result<bool> AnswerApproval(Transaction& t, std::string_view id, std::string_view answer, Timestamp now,
                            Timestamp due_at);

/// Takes up to `limit` answers that are due to be sent, and keeps them from other servers until the lease ends.
Result<std::vector<Approval>> ClaimAnswers(Transaction& t, Timestamp now, Duration lease, int limit);
Result<void> AnswerSent(Transaction& t, std::string_view id);

struct ApprovalFilter {
  std::string ns, instance;  ///< empty: any
};
/// Open ones, oldest first, those after `after` (an id; empty: from the oldest).
Result<std::vector<Approval>> ListOpenApprovals(Transaction& t, const ApprovalFilter& filter, std::string_view after,
                                                int limit);

/// Removes those that ended and began before then, at most `limit`.
Result<std::int64_t> DropApprovals(Transaction& t, Timestamp before, int limit);

}  // namespace weft::store
